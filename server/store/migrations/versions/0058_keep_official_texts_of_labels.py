"""Keep official texts of labels

Revision ID: 0058
Revises: 0057
"""

import sqlalchemy as sa
from alembic import op

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Texts that a site types, by line."""
    op.create_table(
        "grid_text",
        sa.Column("site", sa.String(64), nullable=False),
        sa.Column("grid", sa.String(40), nullable=False),
        sa.Column("code", sa.String(12), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("source", sa.String(120), nullable=False),
        sa.Column("read_on", sa.String(10), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("withdrawn_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("site", "grid", "code", name=op.f("pk_grid_text")),
        comment="The official text of a line of a label, typed by a site; nothing personal.",
    )


def downgrade() -> None:
    """Lines say again that the site holds their text."""
    op.drop_table("grid_text")
