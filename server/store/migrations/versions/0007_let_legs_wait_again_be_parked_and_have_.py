"""Let legs wait again, be parked, have a service added, and keep what they led to

Revision ID: 0007
Revises: 0006
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

COLUMNS: dict[str, Any] = {
    "is_at_front": sa.Boolean(),
    "lets_pass": sa.Integer(),
    "lets_pass_since": sa.BigInteger(),
    "postponements": sa.Integer(),
    "not_before": sa.BigInteger(),
    "parked_at": sa.BigInteger(),
    "parked_s": sa.Integer(),
    "return_place": sa.String(length=10),
    "added_services": sa.Text(),
    "outcome": sa.String(length=20),
    "note": sa.String(length=64),
}


def upgrade() -> None:
    """Columns of a leg; none has a value in a leg of earlier days."""
    with op.batch_alter_table("leg", schema=None) as batch_op:
        for name, of_type in COLUMNS.items():
            batch_op.add_column(sa.Column(name, of_type, nullable=True))


def downgrade() -> None:
    """Takes them away again."""
    with op.batch_alter_table("leg", schema=None) as batch_op:
        for name in reversed(COLUMNS):
            batch_op.drop_column(name)
