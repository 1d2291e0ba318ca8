"""Read open print jobs in their order

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

OPEN = sa.text("state IN ('queued', 'sending')")


def upgrade() -> None:
    """The id ends the index, as it ends the order: the oldest jobs are read without sorting all of them."""
    _index(["printer", "queued_at", "id"])


def downgrade() -> None:
    """Back to the index that leaves the last step of the order to a sort."""
    _index(["printer", "queued_at"])


def _index(columns: list[str]) -> None:
    op.drop_index("ix_print_job_open", table_name="print_job")
    op.create_index("ix_print_job_open", "print_job", columns, sqlite_where=OPEN, postgresql_where=OPEN)
