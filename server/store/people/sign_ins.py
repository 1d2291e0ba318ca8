"""Signed-in sessions and API keys, each by the digest of its token, and failed sign-ins."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, or_, select, update

from server.domain.people.sign_ins import Failures
from server.ids import token_digest
from server.store.engine.lookups import ChangeBy, Distinct, Exists, One, Pairs, Several
from server.store.engine.statements import Read, Rows, Write, WrittenRows, rows_of, values_of
from server.store.engine.writes import Writes
from server.store.people.accounts import Grant
from server.store.tables.journals import installation
from server.store.tables.people import account, api_key, role_grant, sign_in, sign_in_failure


@dataclass(frozen=True, slots=True)
class SignedInAccount:
    """The account of a signed-in session; `session`: its id.

    Each of its roles has a row: `role` at `site`, as in `Grant`; both None where it has none.
    """

    id: str
    login: str
    display_name: str
    language: str
    theme: str
    density: str
    session: str
    role: str | None
    site: str | None
    limited_to: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in session: its browser, when it began, and when it was last used, to a minute or two."""

    id: str
    browser: str
    created_at: datetime
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class NewSignIn:
    """A session that begins. `id_token`: of the provider that proved who it is."""

    digest: str
    id: str
    account: str
    browser: str
    created_at: datetime
    expires_at: datetime
    id_token: str | None


_GOES_ON = sign_in.c.expires_at > bindparam("now")
_OF_OPEN_ACCOUNTS = sign_in.join(account, account.c.id == sign_in.c.account)
_IS_OPEN = account.c.is_locked.is_(False)
_ACCOUNT_OF = Read(
    SignedInAccount,
    rows_of(
        SignedInAccount,
        account,
        session=sign_in.c.id,
        role=role_grant.c.role,
        site=role_grant.c.site,
        limited_to=role_grant.c.limited_to,
    )
    .select_from(_OF_OPEN_ACCOUNTS.outerjoin(role_grant, role_grant.c.account == account.c.id))
    .where(sign_in.c.digest == bindparam("digest"), _GOES_ON, _IS_OPEN)
    .order_by(role_grant.c.role, role_grant.c.site),
)
_WITH_GRANTS = _OF_OPEN_ACCOUNTS.join(role_grant, role_grant.c.account == account.c.id)
_SIGNED_IN = Read(
    tuple[str, str, str, tuple[str, ...]],
    select(sign_in.c.digest, role_grant.c.role, role_grant.c.site, role_grant.c.limited_to)
    .select_from(_WITH_GRANTS)
    .where(_GOES_ON, _IS_OPEN),
)
_ACTIVE = Read(
    tuple[str, str, str],
    select(sign_in.c.account, role_grant.c.role, role_grant.c.site)
    .select_from(_WITH_GRANTS)
    .where(sign_in.c.active_at >= bindparam("since"), _GOES_ON, _IS_OPEN)
    .distinct(),
)
sessions_of = Several.of(
    Session, sign_in, "account", _GOES_ON, order=(sign_in.c.seen_at.desc(), "id"), names=("account", "now")
)
"""The sessions of an account that have not ended, the last seen first."""
session_counts = Pairs(
    tuple[str, int],
    select(sign_in.c.account, func.count().label("sessions")).where(_GOES_ON).group_by(sign_in.c.account),
)
"""How many sessions of each account (id) go on; an account without one is missing."""
session_ids = Several(str, select(sign_in.c.id).where(sign_in.c.account == bindparam("account")))
"""The ids of the sessions of an account, those that have expired included."""
id_token_of = One(str, select(sign_in.c.id_token).where(sign_in.c.digest == bindparam("digest")))
"""The ID token that a session's provider asks for at logout; None for a session without a provider."""
seen_before = Distinct(str, select(sign_in.c.digest).where(sign_in.c.seen_at <= bindparam("at")))
"""The digests of the sessions that were last noted as seen at an instant or before."""
_INSERT = Write.new_row(sign_in, NewSignIn, "seen_at")
_OF_DIGEST = sign_in.c.digest == bindparam("of_digest")
_NOTE_SEEN = Write(sign_in.update().where(_OF_DIGEST), "seen_at")
_NOTE_ACTIVE = Write(
    sign_in.update().where(
        _OF_DIGEST, or_(sign_in.c.active_at.is_(None), sign_in.c.active_at < bindparam("before"))
    ),
    "active_at",
)
delete_sign_in = ChangeBy(sign_in.delete().where(_OF_DIGEST))
"""Ends the session of a digest; False where there is none."""
_DELETE_ID = Write(sign_in.delete().where(sign_in.c.id == bindparam("session")))
ACCESS_CHANGED = Write(
    update(installation)
    .where(installation.c.id == 1)
    .values(access_version=installation.c.access_version + 1)
)
"""Tells every process that somebody's rights shrank: it then cuts sockets that are no longer allowed."""


def account_of_sign_in(
    rows: Rows, token: str, now: datetime
) -> tuple[SignedInAccount, tuple[Grant, ...]] | None:
    """The account of a signed-in session that has not expired, and its roles."""
    found = rows.all(_ACCOUNT_OF, digest=token_digest(token), now=now)
    grants = tuple(
        Grant(row.role, row.site, row.limited_to)
        for row in found
        if row.role is not None and row.site is not None
    )
    return (found[0], grants) if found else None


def signed_in(rows: Rows, digests: Iterable[str], now: datetime) -> Mapping[str, list[Grant]]:
    """The roles of whoever the sessions with these digests belong to; one that has ended is missing."""
    unique = frozenset(digests)
    found: dict[str, list[Grant]] = {}
    for digest, role, site, limited_to in rows.all(_SIGNED_IN, now=now) if unique else ():
        if digest in unique:
            found.setdefault(digest, []).append(Grant(role, site, limited_to))
    return found


def active_people(rows: Rows, *, since: datetime, now: datetime) -> Iterator[tuple[str, Grant]]:
    """Accounts (ids) with a session that was used since an instant and goes on, with each of their roles."""
    for person, role, site in rows.all(_ACTIVE, since=since, now=now):
        yield person, Grant(role, site)


def insert_sign_in(rows: WrittenRows, new: NewSignIn) -> None:
    """Keeps a session that begins."""
    rows.execute(_INSERT, **values_of(new), seen_at=new.created_at)


def note_seen(rows: WrittenRows, digests: Iterable[str], *, at: datetime) -> None:
    """Notes when sessions were seen."""
    rows.run_many([(_NOTE_SEEN, {"of_digest": digest, "seen_at": at}) for digest in digests])


def note_active(rows: WrittenRows, digest: str, *, now: datetime) -> None:
    """Notes that somebody did something with the session of this digest."""
    rows.execute(_NOTE_ACTIVE, of_digest=digest, before=now, active_at=now)


def delete_sessions(transaction: Writes, sessions: Iterable[str]) -> None:
    """Ends sessions (ids)."""
    for session in sessions:
        transaction.run(_DELETE_ID, session=session)


failures_of = One(
    Failures,
    select(
        sign_in_failure.c.failures.label("count"),
        sign_in_failure.c.failed_at,
        sign_in_failure.c.blocked_until,
    ).where(sign_in_failure.c.bucket == bindparam("bucket")),
)
"""The failures counted in a bucket; None where it is empty."""
_LOCKED_SECRET = Read(str, select(installation.c.secret).where(installation.c.id == 1).with_for_update())
_KEEP = Write.upsert(sign_in_failure, ["bucket"], ["failures", "failed_at", "blocked_until"])
_OF_BUCKET = sign_in_failure.c.bucket == bindparam("of_bucket")
forget_failures = ChangeBy(sign_in_failure.delete().where(_OF_BUCKET))
"""Empties a bucket."""
take_back_failure = ChangeBy(
    sign_in_failure.update()
    .where(_OF_BUCKET)
    .values(failures=sign_in_failure.c.failures - 1, blocked_until=bindparam("until")),
    *("of_bucket", "until"),
)
"""Counts one failure less in a bucket, which blocks until then."""


def lock_secret(rows: WrittenRows) -> str:
    """The installation's secret, under its lock: attempts are counted one after the other."""
    secret = rows.one(_LOCKED_SECRET)
    assert secret is not None
    return secret


def keep_failures(rows: WrittenRows, bucket: str, failures: Failures) -> None:
    """Keeps the failures counted in a bucket."""
    rows.execute(
        _KEEP,
        bucket=bucket,
        failures=failures.count,
        failed_at=failures.failed_at,
        blocked_until=failures.blocked_until,
    )


EVERY_HALL = "*"
"""Stands for every hall in an API key."""


@dataclass(frozen=True, slots=True)
class ApiKeyRow:
    """An API key. `scopes`: parted by spaces; `halls`: slugs, or "*" for every hall."""

    id: str
    name: str
    scopes: str
    halls: Sequence[str]
    is_loopback_only: bool
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    used_after_end_at: datetime | None = None

    def has_ended(self, now: datetime) -> bool:
        """Whether its expiry is over."""
        return self.expires_at is not None and self.expires_at <= now


api_keys = Several.of(ApiKeyRow, api_key, order=("created_at", "id"))
"""Every API key, expired and revoked ones included, the oldest first."""
is_in_use = Exists(
    str, select(api_key.c.id).where(api_key.c.id == bindparam("key"), api_key.c.revoked_at.is_(None))
)
"""Whether there is such an API key (id) and it is not revoked."""
_INSERT_KEY = Write.new_row(api_key, ApiKeyRow, "token_digest")
note_used_after_end = ChangeBy(
    api_key.update().where(api_key.c.id == bindparam("row_id"), api_key.c.used_after_end_at.is_(None)),
    *("row_id", "used_after_end_at"),
)
"""A program showed an API key (id) after its end; only the first time is kept."""
_REVOKE = Write(api_key.update().where(api_key.c.id == bindparam("row_id")), "revoked_at")


def keys_in(keys: Iterable[ApiKeyRow], halls: Iterable[str]) -> list[ApiKeyRow]:
    """Those of some API keys that are for one of these halls (slugs) or all."""
    scopes = {*halls, EVERY_HALL}
    return [key for key in keys if not scopes.isdisjoint(key.halls)]


def insert_api_key(transaction: Writes, new: ApiKeyRow, *, token_digest: str) -> None:
    """Keeps a new API key."""
    transaction.run(_INSERT_KEY, **values_of(new), token_digest=token_digest)


def revoke(transaction: Writes, key: str, *, at: datetime) -> None:
    """Revokes an API key (id)."""
    transaction.run(_REVOKE, row_id=key, revoked_at=at)
