"""Type figures of a service

Revision ID: 0057
Revises: 0056
"""

import sqlalchemy as sa
from alembic import op

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None

BEFORE = "Values that people enter because the hall does not measure them."
AFTER = "Values that people enter because the hall does not measure them; `service`: null for all."


def upgrade() -> None:
    """Earlier values are those of the whole hall."""
    with op.batch_alter_table("typed_figure") as table:
        table.add_column(sa.Column("service", sa.String(64)))
        table.create_table_comment(AFTER, existing_comment=BEFORE)


def downgrade() -> None:
    """Values of a service are lost: they were not those of the hall."""
    op.execute("DELETE FROM typed_figure WHERE service IS NOT NULL")
    with op.batch_alter_table("typed_figure") as table:
        table.drop_column("service")
        table.create_table_comment(BEFORE, existing_comment=AFTER)
