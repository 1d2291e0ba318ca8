"""Tell visitors before their turn: what they asked to be told, and how far away they are

Revision ID: 0102
Revises: 0101
"""

import sqlalchemy as sa
from alembic import op

revision = "0102"
down_revision = "0101"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Two tables, empty at first: plain rows that are deleted with the end of a visit."""
    op.create_table(
        "reminder",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("visit", sa.String(64), nullable=False),
        sa.Column("hall", sa.String(64), nullable=False),
        sa.Column("channel", sa.String(10), nullable=False),
        sa.Column("rule", sa.String(10), nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("language", sa.String(10), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("queued_at", sa.BigInteger),
        sa.Column("next_at", sa.BigInteger),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("taken_until", sa.BigInteger),
        sa.Column("sent_at", sa.BigInteger),
        sa.Column("given_up_at", sa.BigInteger),
        sa.Column("failure", sa.String(40)),
        sa.Column("erase_after", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("visit", "channel", "rule", name="uq_reminder_rule"),
        comment="What a visitor asked to be told, and its outbox: one message a channel and rule; deleted"
        " with the end of the visit. `address`: a number, or a browser's subscription as JSON; empty: told"
        " no more.",
    )
    op.create_index("ix_reminder_erase_after", "reminder", ["erase_after"])
    op.create_table(
        "visitor_away",
        sa.Column("visit", sa.String(64), primary_key=True),
        sa.Column("hall", sa.String(64), nullable=False),
        sa.Column("minutes", sa.Integer, nullable=False),
        sa.Column("said_at", sa.BigInteger, nullable=False),
        sa.Column("erase_after", sa.BigInteger, nullable=False),
        comment="How far away visitors said to be; deleted with the end of the visit.",
    )
    op.create_index("ix_visitor_away_erase_after", "visitor_away", ["erase_after"])


def downgrade() -> None:
    """Nobody is told any more."""
    op.drop_table("visitor_away")
    op.drop_table("reminder")
