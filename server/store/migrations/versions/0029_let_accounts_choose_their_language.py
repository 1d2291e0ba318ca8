"""Let accounts choose their language

Revision ID: 0029
Revises: 0028
"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Who is there reads French until they choose."""
    with op.batch_alter_table("account") as account:
        account.add_column(sa.Column("language", sa.String(10), nullable=False, server_default="fr"))


def downgrade() -> None:
    """Pages speak the browser's language again."""
    with op.batch_alter_table("account") as account:
        account.drop_column("language")
