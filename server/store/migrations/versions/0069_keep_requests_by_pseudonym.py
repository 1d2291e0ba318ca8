"""Keep requests by pseudonym

Revision ID: 0069
Revises: 0068
"""

import sqlalchemy as sa
from alembic import op

revision = "0069"
down_revision = "0068"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Answers of repeated requests, and presses for a ticket, are of a pseudonym, not of an account."""
    link = sa.table("account_pseudonym", sa.column("account"), sa.column("year"), sa.column("pseudonym"))
    for table, column in (("idempotency", "author"), ("ticket_access", "press_by")):
        rows = sa.table(table, sa.column(column))
        of_now = (
            sa.select(link.c.pseudonym)
            .where(link.c.account == rows.c[column])
            .order_by(link.c.year.desc())
            .limit(1)
            .scalar_subquery()
        )
        has_one = rows.c[column].in_(sa.select(link.c.account))
        op.execute(sa.update(rows).where(has_one).values({column: of_now}))


def downgrade() -> None:
    """They stay as they are: an earlier version finds none of them, and they are erased within a day."""
