"""Keep why a visit is an urgent case

Revision ID: 0112
Revises: 0111
"""

import sqlalchemy as sa
from alembic import op

revision = "0112"
down_revision = "0111"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """No earlier visit is one."""
    op.add_column("leg", sa.Column("urgency", sa.String(12)))


def downgrade() -> None:
    """Forgets why."""
    op.drop_column("leg", "urgency")
