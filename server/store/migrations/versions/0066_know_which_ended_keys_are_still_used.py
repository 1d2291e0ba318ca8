"""Know which ended keys are still used

Revision ID: 0066
Revises: 0065
"""

import sqlalchemy as sa
from alembic import op

revision = "0066"
down_revision = "0065"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """An API key keeps when a program first showed it after its end."""
    with op.batch_alter_table("api_key") as api_key:
        api_key.add_column(
            sa.Column(
                "used_after_end_at",
                sa.BigInteger(),
                comment="When a program first showed the key after its end.",
            )
        )


def downgrade() -> None:
    """Nobody knows which ended keys are still used."""
    with op.batch_alter_table("api_key") as api_key:
        api_key.drop_column("used_after_end_at")
