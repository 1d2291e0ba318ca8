"""Keep the theme and the density of each person's pages

Revision ID: 0110
Revises: 0109
"""

import sqlalchemy as sa
from alembic import op

revision = "0110"
down_revision = "0109"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Pages stay light and comfortable until a person chooses."""
    op.add_column("account", sa.Column("theme", sa.String(10), nullable=False, server_default="light"))
    op.add_column(
        "account", sa.Column("density", sa.String(12), nullable=False, server_default="comfortable")
    )


def downgrade() -> None:
    """Takes them back."""
    op.drop_column("account", "density")
    op.drop_column("account", "theme")
