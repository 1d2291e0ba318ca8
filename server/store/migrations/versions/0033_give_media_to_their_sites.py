"""Give media to their sites

Revision ID: 0033
Revises: 0032
"""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

DRAFTING = ("reception", "supervisor", "communication", "administrator")
"""The roles that drafted notices at this revision."""
_UPLOADED = sa.text("SELECT id, uploaded_by FROM medium")
_SITES = sa.text(
    "SELECT DISTINCT site FROM role_grant WHERE account = :account AND role IN :roles"
).bindparams(sa.bindparam("roles", DRAFTING, expanding=True))


def upgrade() -> None:
    """A medium belongs to the site of whoever uploaded it, if they drafted at one site alone; else to all."""
    table = op.create_table(
        "medium_site",
        sa.Column("medium", sa.String(64), nullable=False),
        sa.Column("site", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("medium", name=op.f("pk_medium_site")),
        comment="The site a medium belongs to; a medium without a row belongs to all sites.",
    )
    op.create_index(op.f("ix_medium_site_site"), "medium_site", ["site"])
    connection = op.get_bind()
    for medium, account in connection.execute(_UPLOADED).all():
        sites = connection.execute(_SITES, {"account": account}).scalars().all()
        if len(sites) == 1 and sites[0] != "*":
            connection.execute(table.insert().values(medium=medium, site=sites[0]))


def downgrade() -> None:
    """Every medium belongs to all sites again."""
    op.drop_index(op.f("ix_medium_site_site"), "medium_site")
    op.drop_table("medium_site")
