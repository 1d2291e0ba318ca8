"""Receive exceptionally

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

EXCEPTIONAL = sa.text("exceptional_reason IS NOT NULL AND end_reason IS NULL")


def upgrade() -> None:
    """No visit of earlier days was received for an exceptional reason."""
    op.add_column("visit", sa.Column("wanted_service", sa.String(64)))
    op.add_column("visit", sa.Column("exceptional_reason", sa.String(64)))
    op.create_index(
        "ix_visit_exceptional", "visit", ["hall"], sqlite_where=EXCEPTIONAL, postgresql_where=EXCEPTIONAL
    )


def downgrade() -> None:
    """Takes the reasons away again."""
    op.drop_index("ix_visit_exceptional", "visit")
    op.drop_column("visit", "exceptional_reason")
    op.drop_column("visit", "wanted_service")
