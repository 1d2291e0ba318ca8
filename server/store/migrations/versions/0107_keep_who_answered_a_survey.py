"""Keep who answered a survey beside who came, once it is over

Revision ID: 0107
Revises: 0106
"""

import sqlalchemy as sa
from alembic import op

revision = "0107"
down_revision = "0106"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nobody knows any more whose tickets answered a survey that is over."""
    with op.batch_alter_table("survey") as table:
        table.add_column(sa.Column("turnout", sa.Text))


def downgrade() -> None:
    """Takes it back."""
    with op.batch_alter_table("survey") as table:
        table.drop_column("turnout")
