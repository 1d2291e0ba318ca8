"""Seal rights

Revision ID: 0034
Revises: 0033
"""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Salts of seals; `server.store.operation.migrating` then seals what is there, in one fact."""
    op.create_table(
        "rights_salt",
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("salt", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("subject", name="pk_rights_salt"),
        comment="By account, API key or device, the salt of its seals in facts; erased with the account.",
    )
    with op.batch_alter_table("installation") as installation:
        installation.add_column(sa.Column("rights_sealed_at", sa.BigInteger()))


def downgrade() -> None:
    """Rights are not verified any more."""
    with op.batch_alter_table("installation") as installation:
        installation.drop_column("rights_sealed_at")
    op.drop_table("rights_salt")
