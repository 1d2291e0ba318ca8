"""Keep drafts of notices: what somebody typed and has not saved

Revision ID: 0104
Revises: 0103
"""

import sqlalchemy as sa
from alembic import op

revision = "0104"
down_revision = "0103"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """An empty table; its rows are erased 30 days after their last change."""
    op.create_table(
        "notice_draft",
        sa.Column("account", sa.String(64), nullable=False),
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("base_version", sa.Integer, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("edition", sa.Integer, nullable=False),
        sa.Column("page", sa.String(64), nullable=False),
        sa.Column("changed_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("account", "id", name="pk_notice_draft"),
        comment="What a person typed and has not saved, no version and no fact. `id`: of its notice, or its"
        " own while there is none; `edition` counts its saves, `page` made the last.",
    )
    op.create_index("ix_notice_draft_changed_at", "notice_draft", ["changed_at"])


def downgrade() -> None:
    """Nothing that was not saved is kept."""
    op.drop_table("notice_draft")
