"""Accounts, sign-ins, devices and API keys."""

from sqlalchemy import Boolean, Column, ForeignKey, PrimaryKeyConstraint, String, Table, Text

from server.store.tables.columns import ID, INSTANT, metadata

account = Table(
    "account",
    metadata,
    Column("id", ID, primary_key=True),
    Column("login", String(80), nullable=False, unique=True),
    Column("display_name", String(80), nullable=False),
    Column("password_hash", String(200), nullable=False),
    Column("is_locked", Boolean, nullable=False),
    Column("created_at", INSTANT, nullable=False),
)

role_grant = Table(
    "role_grant",
    metadata,
    Column("account", ID, ForeignKey("account.id"), nullable=False),
    Column("role", String(20), nullable=False),
    Column("site", ID, nullable=False),
    PrimaryKeyConstraint("account", "role", "site"),
    comment="site '*' means every site.",
)

sign_in = Table(
    "sign_in",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("account", ID, nullable=False),
    Column("created_at", INSTANT, nullable=False),
    Column("expires_at", INSTANT, nullable=False),
    comment="Signed-in sessions, revocable; the cookie holds the token, the row its digest.",
)

device = Table(
    "device",
    metadata,
    Column("id", ID, primary_key=True),
    Column("kind", String(10), nullable=False),
    Column("hall", ID, nullable=False),
    Column("configured", ID, nullable=False),
    Column("token_digest", String(64), nullable=False, unique=True),
    Column("created_at", INSTANT, nullable=False),
    Column("revoked_at", INSTANT),
    comment="A paired kiosk or screen; `configured` is its id in the hall document.",
)

api_key = Table(
    "api_key",
    metadata,
    Column("id", ID, primary_key=True),
    Column("name", String(80), nullable=False),
    Column("token_digest", String(64), nullable=False, unique=True),
    Column("scopes", String(200), nullable=False),
    Column("halls", Text, nullable=False),
    Column("is_loopback_only", Boolean, nullable=False),
    Column("created_at", INSTANT, nullable=False),
    Column("expires_at", INSTANT),
    Column("revoked_at", INSTANT),
)
