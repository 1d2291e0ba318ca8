"""Accounts, invitations, sign-ins, devices and API keys."""

from sqlalchemy import Boolean, Column, ForeignKey, Integer, String, Table, Text

from server.store.tables.columns import ID, Document, Ids, Instant, metadata

DIGEST = String(64)

account = Table(
    "account",
    metadata,
    Column("id", ID, primary_key=True),
    Column("login", String(80), nullable=False, unique=True),
    Column("display_name", String(80), nullable=False),
    Column("email", String(254), unique=True),
    Column("password_hash", String(200)),
    Column("is_locked", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("last_signed_in_at", Instant),
    Column("language", String(10), nullable=False, server_default="fr"),
    Column("theme", String(10), nullable=False, server_default="light"),
    Column("density", String(12), nullable=False, server_default="comfortable"),
)

account_pseudonym = Table(
    "account_pseudonym",
    metadata,
    Column("account", ID, ForeignKey("account.id", ondelete="CASCADE"), primary_key=True),
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("pseudonym", ID, nullable=False, unique=True),
    Column("created_at", Instant, nullable=False),
    comment="The id that facts carry for an account in a calendar year; erased a time after that year.",
)

rights_salt = Table(
    "rights_salt",
    metadata,
    Column("subject", ID, primary_key=True),
    Column("salt", String(32), nullable=False),
    comment="By account, API key or device, the salt of its seals in facts; erased with the account.",
)

role_grant = Table(
    "role_grant",
    metadata,
    Column("account", ID, ForeignKey("account.id"), primary_key=True),
    Column("role", String(20), primary_key=True),
    Column("site", ID, primary_key=True),
    Column("limited_to", Ids, nullable=False, server_default=""),
    comment="site '*' means every site.",
)
"""`limited_to`: the counters and services that the role lets somebody call at; none: docs/rules/access.md."""

sign_in = Table(
    "sign_in",
    metadata,
    Column("digest", DIGEST, primary_key=True),
    Column("id", ID, nullable=False, unique=True),
    Column("account", ID, nullable=False, index=True),
    Column("browser", String(40), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("id_token", Text),
    Column("active_at", Instant),
    comment="Signed-in sessions, revocable; the cookie holds the token, the row its digest.",
)
"""`id_token`: what the logout at the provider that signed somebody in asks for; gone with the session.
`active_at`: when somebody who may end alerts last did something with it, within a few seconds."""

identity = Table(
    "identity",
    metadata,
    Column("issuer", String(200), primary_key=True),
    Column("subject", String(255), primary_key=True),
    Column("account", ID, nullable=False, index=True),
    Column("linked_at", Instant, nullable=False),
    comment="Who a provider of identities says an account is, known since its first sign-in there.",
)

invitation = Table(
    "invitation",
    metadata,
    Column("digest", DIGEST, primary_key=True),
    Column("account", ID, nullable=False, index=True),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False, index=True),
    Column("used_at", Instant),
    comment="Links by which a person chooses a password, once; the link holds the token.",
)

sign_in_failure = Table(
    "sign_in_failure",
    metadata,
    Column("bucket", DIGEST, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("failed_at", Instant, nullable=False, index=True),
    Column("blocked_until", Instant, nullable=False),
    comment="Failed sign-ins of a login or an address, known by a keyed digest only.",
)

individual_figures = Table(
    "individual_figures",
    metadata,
    Column("site", ID, primary_key=True),
    Column("is_on", Boolean, nullable=False),
    Column("decided_at", Instant, nullable=False),
    Column("decided_by", ID, nullable=False),
    comment="Sites where figures of one agent may be shown; no row: they may not.",
)

device = Table(
    "device",
    metadata,
    Column("id", ID, primary_key=True),
    Column("kind", String(10), nullable=False),
    Column("hall", ID, nullable=False),
    Column("configured", ID, nullable=False),
    Column("token_digest", String(64), nullable=False, unique=True),
    Column("created_at", Instant, nullable=False),
    Column("revoked_at", Instant),
    Column("token_at", Instant, nullable=False),
    Column("copied_at", Instant),
    Column("renewal_digest", String(64)),
    Column("renewal_until", Instant),
    Column("renewal_by", ID),
    comment="A paired kiosk or screen; `configured` is its id in the hall document. `token_at`: since when it"
    " has its token; `copied_at`: that token was seen on two machines; `renewal_…`: one that was asked for.",
)

api_key = Table(
    "api_key",
    metadata,
    Column("id", ID, primary_key=True),
    Column("name", String(80), nullable=False),
    Column("token_digest", String(64), nullable=False, unique=True),
    Column("scopes", String(200), nullable=False),
    Column("halls", Document, nullable=False),
    Column("is_loopback_only", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant),
    Column("revoked_at", Instant),
    Column("used_after_end_at", Instant, comment="When a program first showed the key after its end."),
)
