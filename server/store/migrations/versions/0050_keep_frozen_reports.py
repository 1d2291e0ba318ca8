"""Keep frozen reports

Revision ID: 0050
Revises: 0049
"""

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Reports of halls and a period: a draft, then frozen with its figures, then approved."""
    op.create_table(
        "report",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("halls", sa.Text(), nullable=False),
        sa.Column("period", sa.String(10), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("sentences", sa.Text(), nullable=False),
        sa.Column("figures", sa.Text()),
        sa.Column("digest", sa.String(64)),
        sa.Column("begun_at", sa.BigInteger(), nullable=False),
        sa.Column("begun_by", sa.String(64), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("frozen_at", sa.BigInteger()),
        sa.Column("frozen_by", sa.String(64)),
        sa.Column("approved_at", sa.BigInteger()),
        sa.Column("approved_by", sa.String(64)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
        comment="`halls`: ids; `figures`: once frozen; `digest`: of figures and sentences, as in the fact.",
    )
    op.create_index("ix_report_period", "report", ["period"])


def downgrade() -> None:
    """No reports are kept again."""
    op.drop_index("ix_report_period", "report")
    op.drop_table("report")
