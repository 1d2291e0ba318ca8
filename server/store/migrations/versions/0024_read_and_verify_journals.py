"""Read and verify journals

Revision ID: 0024
Revises: 0023
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_RARE = "kind NOT IN ('TicketIssued', 'LegCalled', 'LegStarted', 'LegEnded')"
_COMMENT = "A walk over a journal (a hall's slug, or 'installation') a day: facts, last hash, first fault."


def upgrade() -> None:
    op.create_table(
        "verification",
        sa.Column("journal", sa.String(64), nullable=False),
        sa.Column("verified_on", sa.String(10), nullable=False),
        sa.Column("verified_at", sa.BigInteger(), nullable=False),
        sa.Column("took_ms", sa.Integer(), nullable=False),
        sa.Column("facts", sa.BigInteger(), nullable=False),
        sa.Column("head", sa.String(64)),
        sa.Column("wrong", sa.String(20)),
        sa.Column("position", sa.BigInteger()),
        sa.Column("fact", sa.String(64)),
        sa.Column("detail", sa.Text()),
        sa.PrimaryKeyConstraint("journal", "verified_on", name=op.f("pk_verification")),
        comment=_COMMENT,
    )
    op.create_index(
        "ix_hall_fact_kind",
        "hall_fact",
        ["hall", "kind", "position"],
        sqlite_where=sa.text(_RARE),
        postgresql_where=sa.text(_RARE),
    )
    op.create_index("ix_installation_fact_kind", "installation_fact", ["kind", "position"])


def downgrade() -> None:
    op.drop_index("ix_installation_fact_kind", "installation_fact")
    op.drop_index("ix_hall_fact_kind", "hall_fact")
    op.drop_table("verification")
