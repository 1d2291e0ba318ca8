"""Know how long each notice was whole on a screen

Revision ID: 0105
Revises: 0104
"""

import sqlalchemy as sa
from alembic import op

revision = "0105"
down_revision = "0104"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """No time of earlier displays is known to be whole."""
    with op.batch_alter_table("display") as table:
        table.add_column(sa.Column("whole_ms", sa.BigInteger, nullable=False, server_default="0"))


def downgrade() -> None:
    """Takes it back."""
    with op.batch_alter_table("display") as table:
        table.drop_column("whole_ms")
