"""Notices

Revision ID: 0015
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

ID = sa.String(64)


def upgrade() -> None:
    """Notices, the steps of their lives, their versions, and how many people come when."""
    op.create_table(
        "notice",
        sa.Column("id", ID, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("steps", sa.Integer, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("category", sa.String(20), nullable=False),
        sa.Column("targets", sa.Text, nullable=False),
        sa.Column("drafted_by", ID, nullable=False),
        sa.Column("drafted_at", sa.BigInteger, nullable=False),
        sa.Column("changed_at", sa.BigInteger, nullable=False),
        sa.Column("shown_version", sa.Integer),
        sa.Column("shown_from", sa.BigInteger),
        sa.Column("shown_until", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_notice"),
        comment="`version` is the newest one; kind, category and targets are its own.",
    )
    op.create_index("ix_notice_state", "notice", ["state"])
    op.create_table(
        "notice_step",
        sa.Column("id", ID, nullable=False),
        sa.Column("notice", ID, nullable=False),
        sa.Column("step", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("done_at", sa.BigInteger, nullable=False),
        sa.Column("author", ID, nullable=False),
        sa.Column("reason", ID),
        sa.Column("shown_from", sa.BigInteger),
        sa.Column("shown_until", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_notice_step"),
        comment="Who did what, one row a fact; `reason` is an erasable value.",
    )
    op.create_index("ix_notice_step_notice", "notice_step", ["notice", "step"])
    op.create_table(
        "notice_version",
        sa.Column("notice", ID, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("notice", "version", name="pk_notice_version"),
        comment="What each version says, as canonical JSON; the fact holds its SHA-256.",
    )
    op.create_table(
        "affluence",
        sa.Column("hall", ID, nullable=False),
        sa.Column("counted_at", sa.BigInteger, nullable=False),
        sa.Column("counts", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("hall", name="pk_affluence"),
        comment="How many tickets a hall gave by weekday and local hour, counted daily; not a projection.",
    )


def downgrade() -> None:
    """Takes the tables away again."""
    for table in ("affluence", "notice_version", "notice_step", "notice"):
        op.drop_table(table)
