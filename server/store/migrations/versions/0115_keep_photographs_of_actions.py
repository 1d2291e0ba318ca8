"""Keep photographs of actions

Revision ID: 0115
Revises: 0114
"""

import sqlalchemy as sa
from alembic import op

revision = "0115"
down_revision = "0114"
branch_labels = None
depends_on = None

_KEPT = "number, digest, content, erase_after"


def upgrade() -> None:
    """Those of checks go into a table that also has those of actions."""
    _make(
        "proof_photograph",
        "subject",
        "Photographs of a check or an action (`subject`), WebP without metadata; for three years.",
    )
    op.execute(
        f"INSERT INTO proof_photograph (subject, {_KEPT}) SELECT hall_check, {_KEPT} FROM check_photograph"
    )
    op.drop_table("check_photograph")


def downgrade() -> None:
    """Forgets those of actions."""
    _make(
        "check_photograph",
        "hall_check",
        "Photographs of checks of a hall, WebP without metadata; erased with the check.",
    )
    op.execute(
        f"INSERT INTO check_photograph (hall_check, {_KEPT}) SELECT subject, {_KEPT} FROM proof_photograph"
        " WHERE subject IN (SELECT id FROM hall_check)"
    )
    op.drop_table("proof_photograph")


def _make(table: str, owner: str, comment: str) -> None:
    op.create_table(
        table,
        sa.Column(owner, sa.String(64), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("erase_after", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(owner, "number", name=op.f(f"pk_{table}")),
        comment=comment,
    )
    op.create_index(op.f(f"ix_{table}_erase_after"), table, ["erase_after"])
