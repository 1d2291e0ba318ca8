"""Keep photographs of entries

Revision ID: 0070
Revises: 0069
"""

import sqlalchemy as sa
from alembic import op

revision = "0070"
down_revision = "0069"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Photographs that visitors send with a suggestion or complaint."""
    op.create_table(
        "complaint_photograph",
        sa.Column("complaint", sa.String(64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("erase_after", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("complaint", "number", name=op.f("pk_complaint_photograph")),
        comment="Photographs sent with entries of a register, WebP without metadata; erased with the texts.",
    )
    op.create_index("ix_complaint_photograph_erase_after", "complaint_photograph", ["erase_after"])


def downgrade() -> None:
    """There are no photographs of entries."""
    op.drop_table("complaint_photograph")
