"""Pair devices by a code, renew tokens from afar, keep how often devices were there and the rolls of printers

Revision ID: 0021
Revises: 0020
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_BEFORE = "A paired kiosk or screen; `configured` is its id in the hall document."
_AFTER = (
    _BEFORE + " `token_at`: since when it has its token; `copied_at`: that token was seen on two machines;"
    " `renewal_…`: one that was asked for."
)
_ADDED = ("token_at", "copied_at", "renewal_digest", "renewal_until", "renewal_by")


def upgrade() -> None:
    _devices()
    _pairings()
    _presences()
    _rolls()


def _devices() -> None:
    with op.batch_alter_table("device") as device:
        device.add_column(sa.Column("token_at", sa.BigInteger(), nullable=True))
        device.add_column(sa.Column("copied_at", sa.BigInteger()))
        device.add_column(sa.Column("renewal_digest", sa.String(64)))
        device.add_column(sa.Column("renewal_until", sa.BigInteger()))
        device.add_column(sa.Column("renewal_by", sa.String(64)))
        device.create_table_comment(_AFTER, existing_comment=_BEFORE)
    op.execute("UPDATE device SET token_at = created_at")
    with op.batch_alter_table("device") as device:
        device.alter_column("token_at", existing_type=sa.BigInteger(), nullable=False)


def _pairings() -> None:
    op.create_table(
        "pairing",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("code", sa.String(6), nullable=False),
        sa.Column("secret_digest", sa.String(64), nullable=False),
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("browser", sa.String(40), nullable=False),
        sa.Column("width_px", sa.Integer(), nullable=False),
        sa.Column("height_px", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("device", sa.String(64)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pairing")),
        sa.UniqueConstraint("code", name=op.f("uq_pairing_code")),
        sa.UniqueConstraint("secret_digest", name=op.f("uq_pairing_secret_digest")),
        comment="A code shown by a device; confirmed, its secret is the token of `device`."
        " Gone within an hour.",
    )
    op.create_index(op.f("ix_pairing_expires_at"), "pairing", ["expires_at"])


def _presences() -> None:
    op.create_table(
        "device_presence",
        sa.Column("hall", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("configured", sa.String(64), nullable=False),
        sa.Column("looked_on", sa.String(10), nullable=False),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.Column("missed", sa.Integer(), nullable=False),
        sa.Column("seen_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("hall", "kind", "configured", "looked_on", name=op.f("pk_device_presence")),
        comment="Looks of a local day that saw or missed a device in opening hours; its last sign of life.",
    )


def _rolls() -> None:
    op.create_table(
        "roll",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("printer", sa.String(64), nullable=False),
        sa.Column("began_at", sa.BigInteger(), nullable=False),
        sa.Column("papers", sa.Integer(), nullable=False),
        sa.Column("low_at", sa.Integer()),
        sa.Column("is_out", sa.Boolean(), nullable=False),
        sa.Column("was_opened", sa.Boolean(), nullable=False),
        sa.Column("ended_at", sa.BigInteger()),
        sa.Column("ended_by", sa.String(10)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roll")),
        comment="A roll of a printer (a kiosk's id): the papers it gave, and how many when its end was near.",
    )
    op.create_index("ix_roll_printer", "roll", ["printer", "began_at"])
    in_printer = sa.text("ended_at IS NULL")
    op.create_index(
        "uq_roll_in_printer",
        "roll",
        ["printer"],
        unique=True,
        sqlite_where=in_printer,
        postgresql_where=in_printer,
    )


def downgrade() -> None:
    for table in ("roll", "device_presence", "pairing"):
        op.drop_table(table)
    with op.batch_alter_table("device") as device:
        for column in _ADDED:
            device.drop_column(column)
        device.create_table_comment(_BEFORE, existing_comment=_AFTER)
