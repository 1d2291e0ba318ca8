"""Keep why tickets of a service are stopped

Revision ID: 0111
Revises: 0110
"""

import sqlalchemy as sa
from alembic import op

revision = "0111"
down_revision = "0110"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Earlier stops were made without a reason: `other`."""
    op.add_column("ticket_stop", sa.Column("reason", sa.String(10), nullable=False, server_default="other"))


def downgrade() -> None:
    """Takes them back."""
    op.drop_column("ticket_stop", "reason")
