"""Know what an action comes from

Revision ID: 0055
Revises: 0054
"""

import sqlalchemy as sa
from alembic import op

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Kind and id of what led to an action; none where it was added by hand."""
    with op.batch_alter_table("action") as action:
        action.add_column(sa.Column("origin_kind", sa.String(20)))
        action.add_column(sa.Column("origin_id", sa.String(64)))


def downgrade() -> None:
    """An action names its origin in words only again."""
    with op.batch_alter_table("action") as action:
        action.drop_column("origin_id")
        action.drop_column("origin_kind")
