"""Limit a role to counters and services

Revision ID: 0071
Revises: 0070
"""

import sqlalchemy as sa
from alembic import op

revision = "0071"
down_revision = "0070"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The counters and services of a role; no role of before names any."""
    with op.batch_alter_table("role_grant") as table:
        table.add_column(sa.Column("limited_to", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    """A role is not limited."""
    with op.batch_alter_table("role_grant") as table:
        table.drop_column("limited_to")
