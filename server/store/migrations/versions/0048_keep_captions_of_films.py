"""Keep captions of films

Revision ID: 0048
Revises: 0047
"""

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The captions of a film in each language, as they were read from a file."""
    op.create_table(
        "medium_captions",
        sa.Column("medium", sa.String(64), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("captions", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("medium", "language", name=op.f("pk_medium_captions")),
        comment="Captions of films by language: plain words with the milliseconds between which they show.",
    )


def downgrade() -> None:
    """Films have no captions again."""
    op.drop_table("medium_captions")
