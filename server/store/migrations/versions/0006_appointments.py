"""Create the tables of appointments

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "appointment",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("hall", sa.String(length=64), nullable=False),
        sa.Column("service", sa.String(length=64), nullable=False),
        sa.Column("booked_at", sa.BigInteger(), nullable=False),
        sa.Column("booked_on", sa.String(length=10), nullable=False),
        sa.Column("is_convocation", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("visit", sa.String(length=64), nullable=True),
        sa.Column("arrival", sa.String(length=10), nullable=True),
        sa.Column("checked_in_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointment")),
        comment="Planned arrivals, without a name; its code stands in appointment_access until it is purged.",
    )
    op.create_index("ix_appointment_day", "appointment", ["hall", "booked_on"])
    op.create_table(
        "appointment_access",
        sa.Column("appointment", sa.String(length=64), nullable=False),
        sa.Column("hall", sa.String(length=64), nullable=False),
        sa.Column("booked_on", sa.String(length=10), nullable=False),
        sa.Column("external_id", sa.String(length=64), nullable=True),
        sa.Column("code", sa.String(length=32), nullable=True),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("appointment", name=op.f("pk_appointment_access")),
        sa.UniqueConstraint("hall", "external_id", name="uq_appointment_access_external_id"),
        sa.UniqueConstraint("hall", "booked_on", "code", name="uq_appointment_access_code"),
        comment="By what an appointment is known outside: its id there and its code; purged after its day.",
    )
    op.create_index("ix_appointment_access_expires_at", "appointment_access", ["expires_at"])


def downgrade() -> None:
    op.drop_table("appointment_access")
    op.drop_table("appointment")
