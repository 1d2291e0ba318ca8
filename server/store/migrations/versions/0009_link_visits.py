"""Link visits

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

LINKED = sa.text("link IS NOT NULL AND end_reason IS NULL")


def upgrade() -> None:
    """No visit of earlier days has a link."""
    op.add_column("visit", sa.Column("link", sa.String(64)))
    op.create_index("ix_visit_link", "visit", ["hall"], sqlite_where=LINKED, postgresql_where=LINKED)


def downgrade() -> None:
    """Takes the links away again."""
    op.drop_index("ix_visit_link", "visit")
    op.drop_column("visit", "link")
