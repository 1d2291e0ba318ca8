"""Accept former cookies for a while

Revision ID: 0030
Revises: 0029
"""

import time

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Sessions that began before this upgrade are accepted by the former name of their cookie."""
    with op.batch_alter_table("installation") as installation:
        installation.add_column(
            sa.Column("former_cookies_until", sa.BigInteger(), nullable=False, server_default="0")
        )
    op.execute(
        sa.text("UPDATE installation SET former_cookies_until = :now").bindparams(now=time.time_ns() // 1000)
    )


def downgrade() -> None:
    """Cookies have one name again."""
    with op.batch_alter_table("installation") as installation:
        installation.drop_column("former_cookies_until")
