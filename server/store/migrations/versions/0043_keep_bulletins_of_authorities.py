"""Keep bulletins of authorities

Revision ID: 0043
Revises: 0039
"""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Warnings that came in, what became of each, and the sources they are read from."""
    op.create_table(
        "bulletin",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("site", sa.String(64), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("kind", sa.String(10)),
        sa.Column("refusal", sa.String(40)),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger()),
        sa.Column("decided_at", sa.BigInteger()),
        sa.Column("decided_by", sa.String(64)),
        sa.Column("reason", sa.Text()),
        sa.Column("outcome", sa.String(64)),
        sa.Column("replaces", sa.String(64)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulletin")),
        sa.UniqueConstraint("site", "key", name="uq_bulletin_key"),
        comment="`key`: SHA-256 of sender, identifier and instant; `outcome`: the alert or notice it became;"
        " `details`: the values of the sentence of a refusal.",
    )
    op.create_index("ix_bulletin_received_at", "bulletin", ["received_at"])
    op.create_table(
        "bulletin_source",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("site", sa.String(64), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("tried_at", sa.BigInteger()),
        sa.Column("read_at", sa.BigInteger()),
        sa.Column("failure", sa.String(40)),
        sa.Column("entries", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulletin_source")),
        comment="`id`: SHA-256 of site and address;"
        " `entries`: digests of what was read of a feed, the last first.",
    )


def downgrade() -> None:
    """Bulletins are forgotten; what was shown of them stays an alert or a notice."""
    op.drop_table("bulletin_source")
    op.drop_table("bulletin")
