"""Draft documents

Revision ID: 0022
Revises: 0021
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_BEFORE = "Configuration documents with their revisions: the installation and one a hall."
_AFTER = "Configuration documents with their revisions; `restores`: the one whose content this is again."


def upgrade() -> None:
    op.create_table(
        "draft",
        sa.Column("document", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("base_revision", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text()),
        sa.Column("author", sa.String(64), nullable=False),
        sa.Column("saved_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("document", "version", name=op.f("pk_draft")),
        comment="Drafts by document, their last versions; content null: published or discarded.",
    )
    with op.batch_alter_table("document") as document:
        document.add_column(sa.Column("restores", sa.Integer()))
        document.create_table_comment(_AFTER, existing_comment=_BEFORE)


def downgrade() -> None:
    with op.batch_alter_table("document") as document:
        document.drop_column("restores")
        document.create_table_comment(_BEFORE, existing_comment=_AFTER)
    op.drop_table("draft")
