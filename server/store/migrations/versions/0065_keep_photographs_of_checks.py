"""Keep photographs of checks

Revision ID: 0065
Revises: 0064
"""

import sqlalchemy as sa
from alembic import op

revision = "0065"
down_revision = "0064"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Photographs of checks of a hall, which are erased with them."""
    op.create_table(
        "check_photograph",
        sa.Column("hall_check", sa.String(64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("erase_after", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("hall_check", "number", name=op.f("pk_check_photograph")),
        comment="Photographs of checks of a hall, WebP without metadata; erased with the check.",
    )
    op.create_index("ix_check_photograph_erase_after", "check_photograph", ["erase_after"])


def downgrade() -> None:
    """There are no photographs of checks."""
    op.drop_table("check_photograph")
