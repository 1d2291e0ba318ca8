"""Keep whether an outcome was asked for when a service ended

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Of legs that ended before it is not known."""
    op.add_column("leg", sa.Column("outcome_asked", sa.String(10)))


def downgrade() -> None:
    """Takes the column away again."""
    op.drop_column("leg", "outcome_asked")
