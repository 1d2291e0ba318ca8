"""Send notices to webhooks

Revision ID: 0046
Revises: 0045
"""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Since when a recipient hears of publications and ends of notices; null: it does not."""
    with op.batch_alter_table("recipient") as batch:
        batch.add_column(sa.Column("notices_since", sa.BigInteger()))


def downgrade() -> None:
    """Recipients receive alarms only."""
    with op.batch_alter_table("recipient") as batch:
        batch.drop_column("notices_since")
