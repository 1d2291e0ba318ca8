"""Drop the index of a hall's waiting legs, which the one by queue serves as well

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_leg_waiting", "leg")


def downgrade() -> None:
    waiting = sa.text("state = 'waiting'")
    op.create_index(
        "ix_leg_waiting", "leg", ["hall", "sort_key"], sqlite_where=waiting, postgresql_where=waiting
    )
