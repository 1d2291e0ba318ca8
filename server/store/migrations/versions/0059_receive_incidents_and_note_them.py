"""Receive incidents and note them

Revision ID: 0059
Revises: 0058
"""

import sqlalchemy as sa
from alembic import op

revision = "0059"
down_revision = "0058"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Incidents of halls, and the notes that people write of them."""
    op.create_table(
        "incident",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("hall", sa.String(64), nullable=False),
        sa.Column("counter", sa.String(64)),
        sa.Column("raised_at", sa.BigInteger(), nullable=False),
        sa.Column("raised_by", sa.String(64), nullable=False),
        sa.Column("joins", sa.Integer(), nullable=False),
        sa.Column("joined_by", sa.String(64)),
        sa.Column("escalated_at", sa.BigInteger()),
        sa.Column("unanswered_at", sa.BigInteger()),
        sa.Column("answered_at", sa.BigInteger()),
        sa.Column("answered_by", sa.String(64)),
        sa.Column("answered_role", sa.String(20)),
        sa.Column("answered_counter", sa.String(64)),
        sa.Column("answered_hall", sa.String(64)),
        sa.Column("ended_at", sa.BigInteger()),
        sa.Column("end_reason", sa.String(10)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident")),
        comment="`counter`: null, the reception desk; a projection of the hall’s journal.",
    )
    is_open = sa.text("ended_at IS NULL")
    op.create_index("ix_incident_hall", "incident", ["hall", "raised_at"])
    op.create_index(
        "ix_incident_open", "incident", ["raised_at"], sqlite_where=is_open, postgresql_where=is_open
    )
    op.create_table(
        "incident_note",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("hall", sa.String(64), nullable=False),
        sa.Column("incident", sa.String(64)),
        sa.Column("counter", sa.String(64)),
        sa.Column("happened_on", sa.String(10), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("gravity", sa.Integer(), nullable=False),
        sa.Column("follow_ups", sa.Text(), nullable=False),
        sa.Column("complaint", sa.String(40)),
        sa.Column("written_at", sa.BigInteger(), nullable=False),
        sa.Column("written_by", sa.String(64)),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("erase_after", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_note")),
        comment="Who wrote it and the reference of a complaint are erased after `erase_after`,"
        " which becomes null.",
    )
    op.create_index("ix_incident_note_hall", "incident_note", ["hall", "happened_on"])
    op.create_index("ix_incident_note_erase_after", "incident_note", ["erase_after"])


def downgrade() -> None:
    """No incident is received or noted again."""
    op.drop_table("incident_note")
    op.drop_table("incident")
