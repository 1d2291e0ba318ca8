"""Count the targets decided for a hall, and keep when each was recorded

Revision ID: 0026
Revises: 0025
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What is there is counted; when a target was recorded is told by its fact."""
    op.add_column("hall", sa.Column("targets_decided", sa.Integer, nullable=False, server_default="0"))
    op.add_column("target", sa.Column("recorded_at", sa.BigInteger, nullable=False, server_default="0"))
    op.execute("UPDATE hall SET targets_decided = (SELECT COUNT(*) FROM target WHERE target.hall = hall.id)")
    op.execute(
        "UPDATE target SET recorded_at = coalesce((SELECT f.happened_at FROM hall_fact f"
        " WHERE f.hall = target.hall AND f.kind = 'TargetDecided'"
        " AND f.body LIKE '%' || target.id || '%'), 0)"
    )


def downgrade() -> None:
    """Takes both columns away again."""
    op.drop_column("target", "recorded_at")
    op.drop_column("hall", "targets_decided")
