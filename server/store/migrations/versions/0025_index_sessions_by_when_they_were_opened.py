"""Index sessions by when they were opened

Revision ID: 0025
Revises: 0024
"""

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_counter_session_opened", "counter_session", ["hall", "opened_at"])


def downgrade() -> None:
    op.drop_index("ix_counter_session_opened", "counter_session")
