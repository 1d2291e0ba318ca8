"""Know who can answer for the end of an alert

Revision ID: 0032
Revises: 0031
"""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nobody counts as there before they do something."""
    with op.batch_alter_table("sign_in") as sign_in:
        sign_in.add_column(sa.Column("active_at", sa.BigInteger()))


def downgrade() -> None:
    """Who is there is not known any more."""
    with op.batch_alter_table("sign_in") as sign_in:
        sign_in.drop_column("active_at")
