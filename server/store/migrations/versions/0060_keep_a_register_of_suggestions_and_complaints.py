"""Keep a register of suggestions and complaints

Revision ID: 0060
Revises: 0059
"""

import sqlalchemy as sa
from alembic import op

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Entries, and the contacts of their authors in rows of their own."""
    op.create_table(
        "complaint",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("hall", sa.String(64), nullable=False),
        sa.Column("reference", sa.String(12), nullable=False),
        sa.Column("secret_digest", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("channel", sa.String(12), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("concerns_agent", sa.Boolean(), nullable=False),
        sa.Column("written_on", sa.String(10), nullable=False),
        sa.Column("due_on", sa.String(10)),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("public_asked", sa.Text(), nullable=False),
        sa.Column("public_done", sa.Text(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("answered_at", sa.BigInteger()),
        sa.Column("closed_at", sa.BigInteger()),
        sa.Column("released_at", sa.BigInteger()),
        sa.Column("notice", sa.String(64)),
        sa.Column("action", sa.String(64)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaint")),
        comment="`answered_at`: of the answer, or of the decision to give none;"
        " `public_asked`, `public_done`: what a person edited for everybody.",
    )
    op.create_index("ix_complaint_hall", "complaint", ["hall", "received_at"])
    op.create_index("ix_complaint_reference", "complaint", ["reference"], unique=True)
    op.create_index("ix_complaint_received_at", "complaint", ["received_at"])
    op.create_table(
        "complaint_contact",
        sa.Column("complaint", sa.String(64), nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("erase_after", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("complaint", name=op.f("pk_complaint_contact")),
        comment="How to reach the author of an entry, apart from everything else; the row is deleted.",
    )
    op.create_index("ix_complaint_contact_erase_after", "complaint_contact", ["erase_after"])


def downgrade() -> None:
    """There is no register."""
    op.drop_table("complaint_contact")
    op.drop_table("complaint")
