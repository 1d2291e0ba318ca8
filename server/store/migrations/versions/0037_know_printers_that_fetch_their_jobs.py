"""Know printers that fetch their jobs

Revision ID: 0037
Revises: 0036
"""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A printer that asks the server for its jobs has a secret of its own."""
    op.create_table(
        "pulled_printer",
        sa.Column("printer", sa.String(64), nullable=False),
        sa.Column("hall", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("secret", sa.String(64), nullable=False),
        sa.Column("renewed_at", sa.BigInteger(), nullable=False),
        sa.Column("polled_at", sa.BigInteger()),
        sa.Column("interval_s", sa.Integer()),
        sa.Column("identity", sa.String(40)),
        sa.PrimaryKeyConstraint("printer", name=op.f("pk_pulled_printer")),
        comment="Printers that fetch their jobs: the digest of the secret of each, and its last kept poll.",
    )


def downgrade() -> None:
    """The server answers no printer that asks for jobs."""
    op.drop_table("pulled_printer")
