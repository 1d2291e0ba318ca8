"""Keep the simple estimate of each announced wait

Revision ID: 0109
Revises: 0108
"""

import sqlalchemy as sa
from alembic import op

revision = "0109"
down_revision = "0108"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Announced waits are compared with it; tickets of before have none."""
    op.add_column("leg", sa.Column("quoted_simple_s", sa.Integer))


def downgrade() -> None:
    """Takes it back."""
    op.drop_column("leg", "quoted_simple_s")
