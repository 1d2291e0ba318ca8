"""Report what is erased

Revision ID: 0064
Revises: 0063
"""

import sqlalchemy as sa
from alembic import op

revision = "0064"
down_revision = "0063"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The days a site chose, what each purge erased, and the site’s words of the register."""
    op.create_table(
        "retention_choice",
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=False),
        sa.Column("decided_by", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_retention_choice")),
        comment="Rows of the schedule of retention for which the site chose other days.",
    )
    op.create_table(
        "purge_run",
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("done_at", sa.BigInteger(), nullable=False),
        sa.Column("erased", sa.Text(), nullable=False),
        sa.Column("overdue", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_purge_run")),
        comment="By day (UTC), how many rows of each table purges erased, and how many were left over time.",
    )
    op.create_table(
        "register_text",
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_register_text")),
        comment="What the site says of its processing where Parvis cannot know it.",
    )


def downgrade() -> None:
    """Everything is kept for the days of the product again."""
    for table in ("register_text", "purge_run", "retention_choice"):
        op.drop_table(table)
