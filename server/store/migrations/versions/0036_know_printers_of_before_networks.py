"""Know printers of before networks

Revision ID: 0036
Revises: 0035
"""

import json

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

_HALLS = sa.text("SELECT content FROM document WHERE kind = 'hall'")


def upgrade() -> None:
    """Printers configured before networks were declared go on printing, and may come back with a revision."""
    table = op.create_table(
        "known_printer",
        sa.Column("host", sa.String(253), nullable=False),
        sa.Column("port", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("host", "port", name=op.f("pk_known_printer")),
        comment="Printers of before networks of printers were declared: reached wherever they are.",
    )
    connection = op.get_bind()
    known = {
        (printer["host"], printer.get("port", 9100))
        for content in connection.execute(_HALLS).scalars()
        for kiosk in json.loads(content).get("kiosks", ())
        if (printer := kiosk.get("printer")) and printer.get("host")
    }
    if known:
        op.bulk_insert(table, [{"host": host, "port": port} for host, port in sorted(known)])


def downgrade() -> None:
    """Every printer is reached wherever it is again."""
    op.drop_table("known_printer")
