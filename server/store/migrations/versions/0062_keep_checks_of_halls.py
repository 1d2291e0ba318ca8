"""Keep checks of halls

Revision ID: 0062
Revises: 0061
"""

import sqlalchemy as sa
from alembic import op

revision = "0062"
down_revision = "0061"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Checks, visits by a « usager d’un jour », and what they found."""
    op.create_table(
        "hall_check",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("hall", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("done_on", sa.String(10), nullable=False),
        sa.Column("function", sa.String(80), nullable=False),
        sa.Column("scenario", sa.Text(), nullable=False),
        sa.Column("added_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hall_check")),
        comment="`kind`: a check of the hall or a visit; `function`: who did it, no person.",
    )
    op.create_index("ix_hall_check_hall", "hall_check", ["hall", "done_on"])
    op.create_index("ix_hall_check_added_at", "hall_check", ["added_at"])
    op.create_table(
        "finding",
        sa.Column("hall_check", sa.String(64), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("criterion", sa.String(20), nullable=False),
        sa.Column("words", sa.String(80), nullable=False),
        sa.Column("result", sa.String(10), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("added_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("hall_check", "place", name=op.f("pk_finding")),
        comment="`criterion`: empty for one of the check’s own, whose `words` say it.",
    )
    op.create_index("ix_finding_added_at", "finding", ["added_at"])


def downgrade() -> None:
    """There are no checks."""
    op.drop_table("finding")
    op.drop_table("hall_check")
