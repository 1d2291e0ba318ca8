"""Hand refused print jobs on to another printer

Revision ID: 0038
Revises: 0037
"""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A job that went to the backup printer keeps the printer that refused it."""
    with op.batch_alter_table("print_job") as table:
        table.add_column(sa.Column("first_printer", sa.String(64)))


def downgrade() -> None:
    """No job says any more that it came from another printer."""
    with op.batch_alter_table("print_job") as table:
        table.drop_column("first_printer")
