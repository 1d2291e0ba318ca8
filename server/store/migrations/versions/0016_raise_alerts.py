"""Raise alerts

Revision ID: 0016
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

OPEN = sa.text("ended_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "alert",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("hall", sa.String(64), nullable=False),
        sa.Column("alert", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("is_drill", sa.Boolean(), nullable=False),
        sa.Column("press", sa.String(64), nullable=False),
        sa.Column("texts", sa.String(64)),
        sa.Column("raised_at", sa.BigInteger(), nullable=False),
        sa.Column("raised_by", sa.String(64), nullable=False),
        sa.Column("expires_at", sa.BigInteger()),
        sa.Column("end_asked_at", sa.BigInteger()),
        sa.Column("end_asked_by", sa.String(64)),
        sa.Column("ended_at", sa.BigInteger()),
        sa.Column("ended_by", sa.String(64)),
        sa.Column("end_reason", sa.String(10)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert")),
        comment="One row a hall; `alert` is shared by all halls of one press.",
    )
    op.create_index("ix_alert_hall", "alert", ["hall", "raised_at"])
    op.create_index("uq_alert_in_hall", "alert", ["alert", "hall"], unique=True)
    op.create_index("uq_alert_press", "alert", ["raised_by", "press", "hall"], unique=True)
    op.create_index("ix_alert_open", "alert", ["hall"], sqlite_where=OPEN, postgresql_where=OPEN)
    op.create_table(
        "alert_shown",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("hall", sa.String(64), nullable=False),
        sa.Column("alert", sa.String(64), nullable=False),
        sa.Column("screen", sa.String(64), nullable=False),
        sa.Column("shown_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_shown")),
    )
    op.create_index("uq_alert_shown_screen", "alert_shown", ["alert", "hall", "screen"], unique=True)


def downgrade() -> None:
    op.drop_table("alert_shown")
    op.drop_table("alert")
