"""Choose what answers a line of a grid

Revision ID: 0114
Revises: 0113
"""

import sqlalchemy as sa
from alembic import op

revision = "0114"
down_revision = "0113"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Lines that sites typed are answered by nothing yet."""
    op.add_column("grid_text", sa.Column("evidence", sa.Text(), nullable=False, server_default="[]"))


def downgrade() -> None:
    """Forgets what answers them."""
    op.drop_column("grid_text", "evidence")
