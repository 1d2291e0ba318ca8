"""Send reports by e-mail

Revision ID: 0061
Revises: 0060
"""

import sqlalchemy as sa
from alembic import op

revision = "0061"
down_revision = "0060"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Plans, their recipients, and letters on their way."""
    op.create_table(
        "report_schedule",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("halls", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(10), nullable=False),
        sa.Column("planned_at", sa.BigInteger(), nullable=False),
        sa.Column("planned_by", sa.String(64), nullable=False),
        sa.Column("ended_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_schedule")),
        comment="A plan to send approved reports of halls (ids) on a `day` of the month after the period.",
    )
    op.create_table(
        "report_recipient",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("schedule", sa.String(64), nullable=False),
        sa.Column("account", sa.String(64)),
        sa.Column("kept", sa.String(64)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_recipient")),
        comment="Who gets the reports of a schedule: an account, or an address (`kept`: its erasable value).",
    )
    op.create_table(
        "report_letter",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("recipient", sa.String(64), nullable=False),
        sa.Column("period", sa.String(10), nullable=False),
        sa.Column("report", sa.String(64), nullable=False),
        sa.Column("queued_at", sa.BigInteger(), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("taken_until", sa.BigInteger()),
        sa.Column("sent_at", sa.BigInteger()),
        sa.Column("given_up_at", sa.BigInteger()),
        sa.Column("failure", sa.String(40)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_letter")),
        sa.UniqueConstraint("recipient", "period", name="uq_report_letter_period"),
        comment="The outbox of scheduled reports: one letter for each recipient and period.",
    )
    op.create_index("ix_report_letter_queued_at", "report_letter", ["queued_at"])


def downgrade() -> None:
    """Nothing is sent; addresses stay until they are erased by hand."""
    op.drop_table("report_letter")
    op.drop_table("report_recipient")
    op.drop_table("report_schedule")
