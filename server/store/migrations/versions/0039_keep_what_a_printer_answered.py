"""Keep what a printer answered

Revision ID: 0039
Revises: 0038
"""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What a printer said of itself when it was probed, and when somebody read one of its sheets."""
    op.create_table(
        "printer_probe",
        sa.Column("printer", sa.String(64), nullable=False),
        sa.Column("place", sa.String(300)),
        sa.Column("asked_at", sa.BigInteger()),
        sa.Column("state", sa.String(20)),
        sa.Column("name", sa.String(200)),
        sa.Column("has_process_id", sa.Boolean()),
        sa.Column("speed", sa.Integer()),
        sa.Column("read_place", sa.String(300)),
        sa.Column("read_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("printer", name=op.f("pk_printer_probe")),
        comment="What each printer answered when it was probed, and when somebody read a sheet of it.",
    )


def downgrade() -> None:
    """Nobody knows any more what printers answered."""
    op.drop_table("printer_probe")
