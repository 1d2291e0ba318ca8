"""Keep answers of what if with a report

Revision ID: 0116
Revises: 0115
"""

import sqlalchemy as sa
from alembic import op

revision = "0116"
down_revision = "0115"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Reports keep no answer yet."""
    op.add_column("report", sa.Column("answers", sa.Text(), nullable=False, server_default="[]"))


def downgrade() -> None:
    """Forgets the answers."""
    op.drop_column("report", "answers")
