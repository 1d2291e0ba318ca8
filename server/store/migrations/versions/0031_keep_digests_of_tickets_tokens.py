"""Keep digests of tickets' tokens

Revision ID: 0031
Revises: 0030
"""

from hashlib import sha256

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Tickets issued before keep their token until they are purged, the day after."""
    with op.batch_alter_table("ticket_access") as access:
        access.add_column(sa.Column("token_digest", sa.String(64)))
        access.alter_column("token", existing_type=sa.String(32), nullable=True)
    connection = op.get_bind()
    known = connection.execute(sa.text("SELECT visit, token FROM ticket_access")).all()
    digests = [{"visit": visit, "digest": sha256(token.encode()).hexdigest()} for visit, token in known]
    if digests:
        connection.execute(
            sa.text("UPDATE ticket_access SET token_digest = :digest WHERE visit = :visit"), digests
        )
    with op.batch_alter_table("ticket_access") as access:
        access.alter_column("token_digest", existing_type=sa.String(64), nullable=False)
        access.create_unique_constraint("uq_ticket_access_token_digest", ["token_digest"])


def downgrade() -> None:
    """Tickets of which only the digest is known cannot be followed any more."""
    op.execute("UPDATE ticket_access SET token = substr(token_digest, 1, 32) WHERE token IS NULL")
    with op.batch_alter_table("ticket_access") as access:
        access.drop_constraint("uq_ticket_access_token_digest", type_="unique")
        access.drop_column("token_digest")
        access.alter_column("token", existing_type=sa.String(32), nullable=False)
