"""Who may sign in, as administrators read it; sites where accounts have roles; API keys of programs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Literal, NoReturn

from server.documents.installation import SitePart
from server.documents.reading import parse_installation
from server.domain.author import Author
from server.domain.facts import FactKind, of_kind
from server.domain.hall.configuration import HallConfiguration
from server.domain.instants import to_text
from server.domain.people.roles import SCOPES
from server.domain.refusals import Refusal
from server.ids import new_api_key, new_id, token_digest
from server.store.configuration.documents import newest
from server.store.configuration.halls import INSTALLATION
from server.store.engine.statements import Rows
from server.store.people import sign_ins
from server.store.people.accounts import (
    EVERY_SITE,
    AccountRow,
    Grant,
    account_row,
    accounts,
    every_grant,
    is_at,
    open_invitations,
)
from server.store.people.sign_ins import EVERY_HALL, ApiKeyRow, Session
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
        return person, sign_ins.sessions_of(rows, account, now)


def read_own_sessions(database: Database, account: str) -> list[Session]:
    """The sessions of an account, the last seen first."""
    with database.read() as rows:
        return sign_ins.sessions_of(rows, account, database.clock.now())


class _AccountDetails:
    """What lies beside the rows of accounts, read once for all of them."""

    def __init__(self, rows: Rows, now: datetime) -> None:
        self.grants = every_grant(rows)
        self.links = open_invitations(rows, now)
        self.counts = sign_ins.session_counts(rows, now)

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


def known_sites(database: Database) -> dict[str, SitePart]:
    """The sites of the newest installation document, by their slugs; none before there is one."""
    with database.read() as rows:
        found = newest(rows, INSTALLATION, INSTALLATION)
    return {} if found is None else {site.slug: site for site in parse_installation(found.content).sites}


def halls_by_site(database: Database) -> dict[str, list[HallConfiguration]]:
    """The configured halls of each site that has one, by the site’s slug."""
    found: dict[str, list[HallConfiguration]] = {}
    for configuration in database.every_configuration().values():
        found.setdefault(configuration.site.slug, []).append(configuration)
    return found


def names_of_roles(database: Database, language: str) -> dict[str, str]:
    """The names of the sites where a role may be held, and of what may limit it, by their slugs and ids."""
    sites = {slug: site.name for slug, site in known_sites(database).items()}
    return sites | names_of_places(chain(*halls_by_site(database).values()), language)


def names_of_places(halls: Iterable[HallConfiguration], language: str) -> dict[str, str]:
    """The names of the counters and services of halls, by their ids."""
    found: dict[str, str] = {}
    for hall in halls:
        found |= {each.id: each.label_in(language) for each in hall.counters.values()}
        found |= {each.id: each.name(language) for each in hall.services.values()}
    return found


type Places = Mapping[str, frozenset[str]]
"""By where a role may be held (a site, or every site): the counters and services that may limit it."""


def places_of_roles(database: Database) -> Places:
    """Where a role may be held, and the counters and services (ids) there, the retired ones included."""
    halls = halls_by_site(database)
    found = {site: _ids(halls.get(site, ())) for site in known_sites(database)}
    return {**found, EVERY_SITE: frozenset().union(*found.values())}


def _ids(halls: Sequence[HallConfiguration]) -> frozenset[str]:
    return frozenset(each for hall in halls for each in (*hall.counters, *hall.services))


LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class NewKey:
    """What a program is to be allowed. `halls` are slugs or ids; `expires_at` None: it does not expire."""

    name: str
    scopes: Sequence[str]
    halls: Sequence[str] = (EVERY_HALL,)
    expires_at: datetime | None = None
    is_loopback_only: bool = False


def create_api_key(database: Database, author: Author, new: NewKey) -> tuple[str, str]:
    """The id of a new API key and its token (shown once).

    Refusals: bad_name unless it has 1 to 80 characters, unknown_scope, unknown_hall, expiry_past.
    """
    _check(database, new)
    key, token = new_id(), new_api_key()
    with database.installation_transaction(author) as transaction:
        if new.expires_at is not None and new.expires_at <= transaction.now:
            raise Refusal("expiry_past", expires_at=to_text(new.expires_at))
        row = ApiKeyRow(
            id=key,
            name=new.name,
            scopes=" ".join(new.scopes),
            halls=new.halls,
            is_loopback_only=new.is_loopback_only,
            created_at=transaction.now,
            expires_at=new.expires_at,
            revoked_at=None,
        )
        sign_ins.insert_api_key(transaction, row, token_digest=token_digest(token))
        transaction.record(
            of_kind(
                FactKind.API_KEY_CREATED,
                key=key,
                scopes=list(new.scopes),
                halls=list(new.halls),
                expires_at=None if new.expires_at is None else to_text(new.expires_at),
                is_loopback_only=new.is_loopback_only,
            )
        )
    return key, token


def _check(database: Database, new: NewKey) -> None:
    if not 1 <= len(new.name.strip()) <= LONGEST_NAME:
        raise Refusal("bad_name", longest=LONGEST_NAME)
    if not new.scopes:
        raise Refusal("unknown_scope", scope=None)
    for scope in new.scopes:
        if scope not in SCOPES:
            raise Refusal("unknown_scope", scope=scope)
    for hall in new.halls:
        if hall != EVERY_HALL:
            database.hall_id(hall)


def refuse_void_key(database: Database, key: ApiKeyRow) -> NoReturn:
    """Refuses a key that is revoked or ended, and notes that an ended one is still used: an alarm says so.

    Refusal: unknown_key.
    """
    now = database.clock.now()
    if key.revoked_at is None and key.used_after_end_at is None:
        with database.store.write() as rows:
            sign_ins.note_used_after_end(rows, key.id, used_after_end_at=now)
    raise Refusal("unknown_key")


def revoke_api_key(database: Database, author: Author, key: str) -> None:
    """An API key (id) is worth nothing any more. Refusal: unknown_key, also when it is revoked already."""
    with database.installation_transaction(author) as transaction:
        if not sign_ins.is_in_use(transaction, key):
            raise Refusal("unknown_key", key=key)
        sign_ins.revoke(transaction, key, at=transaction.now)
        transaction.record(of_kind(FactKind.API_KEY_REVOKED, key=key))
