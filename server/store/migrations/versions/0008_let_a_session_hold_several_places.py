"""Let a session hold several places

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The session a further place belongs to; a counter opened in earlier days is the only one of its own."""
    with op.batch_alter_table("counter_session", schema=None) as batch_op:
        batch_op.add_column(sa.Column("joined_to", sa.String(length=64), nullable=True))


def downgrade() -> None:
    """Takes it away again: each place is a session of its own."""
    with op.batch_alter_table("counter_session", schema=None) as batch_op:
        batch_op.drop_column("joined_to")
