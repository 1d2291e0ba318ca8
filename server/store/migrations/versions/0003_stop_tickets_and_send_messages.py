"""Stop the tickets of a service, send messages between pages

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ticket_stop",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("hall", sa.String(length=64), nullable=False),
        sa.Column("business_day", sa.String(length=10), nullable=False),
        sa.Column("service", sa.String(length=64), nullable=False),
        sa.Column("stopped_at", sa.BigInteger(), nullable=False),
        sa.Column("reopened_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_stop")),
        comment="Services whose tickets a supervisor stopped for the rest of a day.",
    )
    op.create_index("ix_ticket_stop_day", "ticket_stop", ["hall", "business_day", "service"])
    op.create_table(
        "message",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("hall", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("counter", sa.String(length=64), nullable=True),
        sa.Column("phrase", sa.String(length=20), nullable=True),
        sa.Column("text", sa.String(length=120), nullable=True),
        sa.Column("sent_at", sa.BigInteger(), nullable=False),
        sa.Column("sent_from", sa.String(length=12), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=True),
        sa.Column("seen_from", sa.String(length=12), nullable=True),
        sa.Column("erase_after", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        comment="Short lines from one page at work to another; no facts, deleted within the hour.",
    )
    op.create_index("ix_message_hall", "message", ["hall", "sent_at"])
    op.create_index("ix_message_erase_after", "message", ["erase_after"])


def downgrade() -> None:
    op.drop_table("message")
    op.drop_table("ticket_stop")
