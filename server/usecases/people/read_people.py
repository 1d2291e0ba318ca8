"""Read who may sign in, for whoever administers people: accounts with their roles, states and sessions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from server.domain.refusals import Refusal
from server.store.engine.rows import Rows
from server.store.people.accounts import (
    AccountRow,
    Grant,
    account_row,
    accounts,
    every_grant,
    is_at,
    open_invitations,
)
from server.store.people.sign_ins import Session, session_counts, sessions_of
from server.store.transactions.database import Database
from server.usecases.notices.notice_places import Sites

type AccountState = Literal["active", "invited", "invitation_over", "locked"]


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
        details = _AccountDetails(rows, database.clock.now())
        found = [details.person(row, sites) for row in accounts(rows)]
    return [each for each in found if is_at(each.grants, sites)]


def read_person(database: Database, account: str, sites: Sites) -> tuple[Person, list[Session]]:
    """One of them, with their sessions, the last seen first. Refusal: unknown_account."""
    now = database.clock.now()
    with database.read() as rows:
        row = account_row(rows, account)
        person = None if row is None else _AccountDetails(rows, now).person(row, sites)
        if person is None or not is_at(person.grants, sites):
            raise Refusal("unknown_account")
        return person, sessions_of(rows, account, now)


def read_own_sessions(database: Database, account: str) -> list[Session]:
    """The sessions of an account, the last seen first."""
    with database.read() as rows:
        return sessions_of(rows, account, database.clock.now())


class _AccountDetails:
    """What lies beside the rows of accounts, read once for all of them."""

    def __init__(self, rows: Rows, now: datetime) -> None:
        self.grants = every_grant(rows)
        self.links = open_invitations(rows, now)
        self.counts = session_counts(rows, now)

    def person(self, row: AccountRow, sites: Sites) -> Person:
        grants = self.grants.get(row.id, [])
        return Person(
            account=row.id,
            login=row.login,
            display_name=row.display_name,
            email=row.email or "",
            language=row.language,
            grants=grants,
            state=self._state(row),
            created_at=row.created_at,
            last_signed_in_at=row.last_signed_in_at,
            link_until=self.links.get(row.id),
            sessions=self.counts.get(row.id, 0),
            is_governed=sites is None or all(grant.site in sites for grant in grants),
        )

    def _state(self, row: AccountRow) -> AccountState:
        if row.is_locked:
            return "locked"
        if row.password_hash or row.last_signed_in_at:
            return "active"
        return "invited" if row.id in self.links else "invitation_over"
