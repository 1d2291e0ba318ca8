"""Raise alarms

Revision ID: 0023
Revises: 0022
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

OPEN = sa.text("cleared_at IS NULL")
UNDERWAY = sa.text("sent_at IS NULL AND given_up_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "alarm",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("hall", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("raised_at", sa.BigInteger(), nullable=False),
        sa.Column("returns", sa.Integer(), nullable=False),
        sa.Column("told", sa.Text(), nullable=False),
        sa.Column("acknowledged_at", sa.BigInteger()),
        sa.Column("acknowledged_by", sa.String(64)),
        sa.Column("cleared_at", sa.BigInteger()),
        sa.Column("clear_reason", sa.String(10)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarm")),
        comment="`told`: the values of its sentence, as JSON.",
    )
    op.create_index("ix_alarm_hall", "alarm", ["hall", "raised_at"])
    op.create_index("ix_alarm_cleared", "alarm", ["hall", "cleared_at"])
    op.create_index(
        "uq_alarm_open",
        "alarm",
        ["hall", "kind", "subject"],
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
    op.create_table(
        "alarm_sign",
        sa.Column("hall", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("is_faulty", sa.Boolean(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("hall", "kind", "subject", name=op.f("pk_alarm_sign")),
        comment="Whether a subject was last faulty or well; changes with what is seen, no projection.",
    )
    op.create_table(
        "recipient",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("channel", sa.String(10), nullable=False),
        sa.Column("site", sa.String(64), nullable=False),
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("secret", sa.String(80)),
        sa.Column("added_at", sa.BigInteger(), nullable=False),
        sa.Column("removed_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recipient")),
        comment="`site` * is every site; `address` is an erasable value; `secret` signs a webhook.",
    )
    op.create_table(
        "delivery",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("recipient", sa.String(64), nullable=False),
        sa.Column("hall", sa.String(64), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("alarm", sa.String(64), nullable=False),
        sa.Column("turn", sa.String(12), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("queued_at", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=False),
        sa.Column("taken_until", sa.BigInteger()),
        sa.Column("sent_at", sa.BigInteger()),
        sa.Column("given_up_at", sa.BigInteger()),
        sa.Column("failure", sa.String(40)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("recipient", "hall", "position", name="uq_delivery_position"),
        comment="The outbox: one fact of an alarm for one recipient; `position` is that of the fact.",
    )
    op.create_index("ix_delivery_created_at", "delivery", ["created_at"])
    op.create_index(
        "ix_delivery_underway",
        "delivery",
        ["recipient", "hall", "position"],
        sqlite_where=UNDERWAY,
        postgresql_where=UNDERWAY,
    )
    with op.batch_alter_table("printer_lease") as lease:
        lease.add_column(sa.Column("unprinted", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    with op.batch_alter_table("printer_lease") as lease:
        lease.drop_column("unprinted")
    for table in ("delivery", "recipient", "alarm_sign", "alarm"):
        op.drop_table(table)
