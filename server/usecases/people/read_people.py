"""Read who may sign in, for whoever administers people: accounts with their roles, states and sessions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from server.domain.instants import from_micros, to_micros
from server.domain.refusals import Refusal
from server.store.engine.rows import Row
from server.store.people.accounts import Grant, account_row, accounts, is_at
from server.store.transactions.database import Database
from server.usecases.notices.notice_places import Sites

type AccountState = Literal["active", "invited", "invitation_over", "locked"]

_GRANTS = "SELECT account, role, site FROM role_grant ORDER BY role, site"
_LINKS = (
    "SELECT account, max(expires_at) AS expires_at FROM invitation"
    " WHERE used_at IS NULL AND expires_at > :now GROUP BY account"
)
_COUNTS = "SELECT account, count(*) AS open FROM sign_in WHERE expires_at > :now GROUP BY account"
_SESSIONS = (
    "SELECT id, browser, created_at, seen_at FROM sign_in"
    " WHERE account = :account AND expires_at > :now ORDER BY seen_at DESC, id"
)


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in session: its browser, since when, when it was last seen, to a minute or two."""

    id: str
    browser: str
    created_at: datetime
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Person:
    """An account; `language`: of its pages and letters. `link_until`: until when its open link holds.

    `is_governed`: the reader may change all of it, not only its roles.
    """

    account: str
    login: str
    display_name: str
    email: str
    language: str
    grants: Sequence[Grant]
    state: AccountState
    created_at: datetime
    last_signed_in_at: datetime | None
    link_until: datetime | None
    sessions: int
    is_governed: bool


def read_people(database: Database, sites: Sites) -> list[Person]:
    """The people with a role at some of these sites (None: everybody), by name."""
    with database.read() as rows:
        details = _AccountDetails(rows, to_micros(database.clock.now()))
        found = [details.person(row, sites) for row in accounts(rows)]
    return [each for each in found if is_at(each.grants, sites)]


def read_person(database: Database, account: str, sites: Sites) -> tuple[Person, list[Session]]:
    """One of them, with their sessions, the last seen first. Refusal: unknown_account."""
    now = to_micros(database.clock.now())
    with database.read() as rows:
        row = account_row(rows, account)
        person = None if row is None else _AccountDetails(rows, now).person(row, sites)
        if person is None or not is_at(person.grants, sites):
            raise Refusal("unknown_account")
        return person, sessions_of(rows, account, now)


def read_own_sessions(database: Database, account: str) -> list[Session]:
    """The sessions of an account, the last seen first."""
    with database.read() as rows:
        return sessions_of(rows, account, to_micros(database.clock.now()))


def sessions_of(rows: Any, account: str, now: int) -> list[Session]:
    """The sessions of an account that have not ended at `now` (microseconds), the last seen first."""
    return [
        Session(row["id"], row["browser"], from_micros(row["created_at"]), from_micros(row["seen_at"]))
        for row in rows.all(_SESSIONS, account=account, now=now)
    ]


class _AccountDetails:
    """What lies beside the rows of accounts, read once for all of them."""

    def __init__(self, rows: Any, now: int) -> None:
        self.grants: dict[str, list[Grant]] = {}
        for row in rows.all(_GRANTS):
            self.grants.setdefault(row["account"], []).append(Grant(row["role"], row["site"]))
        self.links = {row["account"]: from_micros(row["expires_at"]) for row in rows.all(_LINKS, now=now)}
        self.counts = {row["account"]: int(row["open"]) for row in rows.all(_COUNTS, now=now)}

    def person(self, row: Row, sites: Sites) -> Person:
        grants, last = self.grants.get(row["id"], []), row["last_signed_in_at"]
        return Person(
            account=row["id"],
            login=row["login"],
            display_name=row["display_name"],
            email=row["email"] or "",
            language=row["language"],
            grants=grants,
            state=self._state(row),
            created_at=from_micros(row["created_at"]),
            last_signed_in_at=None if last is None else from_micros(last),
            link_until=self.links.get(row["id"]),
            sessions=self.counts.get(row["id"], 0),
            is_governed=sites is None or all(grant.site in sites for grant in grants),
        )

    def _state(self, row: Row) -> AccountState:
        if row["is_locked"]:
            return "locked"
        if row["password_hash"] or row["last_signed_in_at"]:
            return "active"
        return "invited" if row["id"] in self.links else "invitation_over"
