"""Note needs and hold legs

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

WITH_NEEDS = sa.text("needs IS NOT NULL AND end_reason IS NULL")


def upgrade() -> None:
    op.add_column("visit", sa.Column("needs", sa.String(64)))
    op.create_index("ix_visit_needs", "visit", ["hall"], sqlite_where=WITH_NEEDS, postgresql_where=WITH_NEEDS)
    op.add_column("leg", sa.Column("is_held", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.drop_column("leg", "is_held")
    op.drop_index("ix_visit_needs", "visit")
    op.drop_column("visit", "needs")
