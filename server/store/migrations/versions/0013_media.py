"""Media

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """There are no media yet."""
    op.create_table(
        "medium",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("kind", sa.String(10)),
        sa.Column("files", sa.Text(), nullable=False),
        sa.Column("refusal", sa.Text()),
        sa.Column("upload_sha256", sa.String(64), nullable=False),
        sa.Column("upload_size", sa.BigInteger(), nullable=False),
        sa.Column("uploaded_at", sa.BigInteger(), nullable=False),
        sa.Column("uploaded_by", sa.String(64), nullable=False),
        sa.Column("texts_sha256", sa.String(64)),
        sa.PrimaryKeyConstraint("id", name="pk_medium"),
        comment="What notices show, a projection; `files` are JSON, named by the SHA-256 of their bytes.",
    )
    op.create_index("ix_medium_state", "medium", ["state"])
    op.create_table(
        "medium_text",
        sa.Column("medium", sa.String(64), nullable=False),
        sa.Column("texts", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("medium", name="pk_medium_text"),
        comment="What a medium says for who cannot see it, by language; the fact holds the SHA-256.",
    )
    op.create_table(
        "upload",
        sa.Column("medium", sa.String(64), nullable=False),
        sa.Column("claimed_until", sa.BigInteger()),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("medium", name="pk_upload"),
        comment="Uploads that wait to be prepared; who prepares one holds it until an instant.",
    )
    op.create_table(
        "feed",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("tried_at", sa.BigInteger()),
        sa.Column("read_at", sa.BigInteger()),
        sa.Column("content", sa.Text()),
        sa.Column("failure", sa.String(40)),
        sa.PrimaryKeyConstraint("id", name="pk_feed"),
        comment="Web feeds by the SHA-256 of their address: the last good content and when it was read.",
    )


def downgrade() -> None:
    """Takes the tables away again; the facts stay in the journal."""
    for table in ("feed", "upload", "medium_text", "medium"):
        op.drop_table(table)
