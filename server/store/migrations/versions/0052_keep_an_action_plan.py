"""Keep an action plan

Revision ID: 0052
Revises: 0051
"""

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The actions of a site: remark, origin, solution, owner, date and state."""
    op.create_table(
        "action",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("site", sa.String(64), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("origin", sa.String(80), nullable=False),
        sa.Column("solution", sa.Text(), nullable=False),
        sa.Column("owner", sa.String(80), nullable=False),
        sa.Column("due_on", sa.String(10)),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("added_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_action")),
        comment="The action plan of a site, kept by hand; `owner`: an office or a role, no person.",
    )
    op.create_index("ix_action_site", "action", ["site", "added_at"])


def downgrade() -> None:
    """No action plan is kept again."""
    op.drop_index("ix_action_site", "action")
    op.drop_table("action")
