"""Sign in by a provider

Revision ID: 0020
Revises: 0019
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Identities of a provider, and what its logout wants in each session."""
    with op.batch_alter_table("sign_in") as sign_in:
        sign_in.add_column(sa.Column("id_token", sa.Text()))
    op.create_table(
        "identity",
        sa.Column("issuer", sa.String(200), nullable=False),
        sa.Column("subject", sa.String(255), nullable=False),
        sa.Column("account", sa.String(64), nullable=False),
        sa.Column("linked_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("issuer", "subject", name="pk_identity"),
        comment="Who a provider of identities says an account is, known since its first sign-in there.",
    )
    op.create_index("ix_identity_account", "identity", ["account"])


def downgrade() -> None:
    """People sign in with their passwords; what a provider said is forgotten."""
    op.drop_table("identity")
    with op.batch_alter_table("sign_in") as sign_in:
        sign_in.drop_column("id_token")
