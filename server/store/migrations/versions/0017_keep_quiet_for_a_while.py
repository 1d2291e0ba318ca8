"""Keep quiet for a while

Revision ID: 0017
Revises: 0016
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "quiet",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("hall", sa.String(64), nullable=False),
        sa.Column("set_at", sa.BigInteger(), nullable=False),
        sa.Column("quiet_until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quiet")),
        comment="Until when calls are not said aloud in a hall; the last one holds.",
    )
    op.create_index("ix_quiet_hall", "quiet", ["hall", "set_at"])


def downgrade() -> None:
    op.drop_table("quiet")
