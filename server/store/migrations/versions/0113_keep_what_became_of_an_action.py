"""Keep what became of an action

Revision ID: 0113
Revises: 0112
"""

import sqlalchemy as sa
from alembic import op

revision = "0113"
down_revision = "0112"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Actions have no proof yet, and no history before their next change."""
    with op.batch_alter_table("action") as action:
        action.add_column(sa.Column("proof", sa.Text(), nullable=False, server_default=""))
        action.add_column(sa.Column("verified_by", sa.String(80), nullable=False, server_default=""))
        action.add_column(sa.Column("review_on", sa.String(10)))
        action.add_column(sa.Column("effect", sa.String(16), nullable=False, server_default=""))
        action.add_column(sa.Column("done_on", sa.String(10)))
    op.create_table(
        "action_change",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("action", sa.String(64), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("owner", sa.String(80), nullable=False),
        sa.Column("due_on", sa.String(10)),
        sa.Column("effect", sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_action_change"),
        comment="What an action was after each change of its state, owner, date or effect.",
    )
    op.create_index("ix_action_change_action", "action_change", ["action"])


def downgrade() -> None:
    """Proofs, effects and histories are lost."""
    op.drop_table("action_change")
    with op.batch_alter_table("action") as action:
        for column in ("done_on", "effect", "review_on", "verified_by", "proof"):
            action.drop_column(column)
