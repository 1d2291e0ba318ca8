"""Choose which alarms recipients are told, and in which language

Revision ID: 0027
Revises: 0026
"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

TOLD_BEFORE = "`site` * is every site; `address` is an erasable value; `secret` signs a webhook."
TOLD = (
    "`site` * is every site; `address` is an erasable value; `secret` signs a webhook;"
    " `hall` and `kinds` (JSON): null, all of them."
)


def upgrade() -> None:
    """Who is there goes on being told everything, in French."""
    with op.batch_alter_table("recipient") as recipient:
        recipient.add_column(sa.Column("hall", sa.String(64)))
        recipient.add_column(sa.Column("kinds", sa.Text()))
        recipient.add_column(sa.Column("language", sa.String(10), nullable=False, server_default="fr"))
        recipient.create_table_comment(TOLD, existing_comment=TOLD_BEFORE)


def downgrade() -> None:
    """Everybody is told everything again."""
    with op.batch_alter_table("recipient") as recipient:
        recipient.create_table_comment(TOLD_BEFORE, existing_comment=TOLD)
        for column in ("language", "kinds", "hall"):
            recipient.drop_column(column)
