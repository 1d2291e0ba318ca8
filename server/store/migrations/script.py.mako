"""${message}

Revision ID: ${up_revision}
Revises: ${down_revision}
"""

import sqlalchemy as sa
from alembic import op

revision = "${up_revision}"
down_revision = "${down_revision}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What the new tables or columns hold."""
    with op.batch_alter_table("counter") as counter:
        counter.add_column(sa.Column("colour", sa.String(20)))


def downgrade() -> None:
    """What is lost."""
    with op.batch_alter_table("counter") as counter:
        counter.drop_column("colour")
