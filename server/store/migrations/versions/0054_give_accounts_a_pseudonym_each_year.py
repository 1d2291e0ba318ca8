"""Give accounts a pseudonym each year

Revision ID: 0054
Revises: 0053
"""

import sqlalchemy as sa
from alembic import op

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The link between an account and the id that facts carry for it in a year."""
    op.create_table(
        "account_pseudonym",
        sa.Column("account", sa.String(64), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("pseudonym", sa.String(64), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account"], ["account.id"], name=op.f("fk_account_pseudonym_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account", "year", name=op.f("pk_account_pseudonym")),
        sa.UniqueConstraint("pseudonym", name=op.f("uq_account_pseudonym_pseudonym")),
        comment="The id that facts carry for an account in a calendar year; erased a time after that year.",
    )


def downgrade() -> None:
    """Facts carry the account again; those of before keep pseudonyms that lead to nobody."""
    op.drop_table("account_pseudonym")
