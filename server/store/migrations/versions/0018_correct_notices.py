"""Correct notices

Revision ID: 0018
Revises: 0017
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_BEFORE = "`version` is the newest one; kind, category and targets are its own."
_AFTER = "`version` is the newest; kind, category and targets are its own; `replaces` it corrects."


def upgrade() -> None:
    with op.batch_alter_table("notice") as notice:
        notice.add_column(sa.Column("replaces", sa.String(64)))
        notice.create_index("ix_notice_replaces", ["replaces"])
        notice.create_table_comment(_AFTER, existing_comment=_BEFORE)


def downgrade() -> None:
    with op.batch_alter_table("notice") as notice:
        notice.drop_index("ix_notice_replaces")
        notice.drop_column("replaces")
        notice.create_table_comment(_BEFORE, existing_comment=_AFTER)
