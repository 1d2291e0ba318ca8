"""Accounts: made, described, locked and removed by an administrator or by the command line, each with a fact.

What somebody did keeps its author, an opaque id: a removed account takes away whose it was.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from server.domain.author import Author
from server.domain.facts import FactKind, of_kind
from server.domain.hall.configuration import MAY_BE_LIMITED
from server.domain.languages import FRENCH
from server.domain.people.roles import ROLES
from server.domain.refusals import Refusal, existing
from server.domain.texts import LONGEST_EMAIL
from server.ids import new_id
from server.language import LANGUAGES
from server.store.engine.statements import Rows
from server.store.people import accounts
from server.store.people.accounts import EVERY_SITE, AccountRow, Grant
from server.store.people.sign_ins import ACCESS_CHANGED
from server.store.transactions.database import Database
from server.store.transactions.installation_transaction import InstallationTransaction
from server.usecases.counters.left_counters import leave_counters
from server.usecases.notices.notice_places import Sites
from server.usecases.people.directory import Places, places_of_roles
from server.usecases.people.sessions import check_password, end_sessions, hash_password, names_of_office

LONGEST_LOGIN = 80
LONGEST_NAME = 80
_LOGIN = re.compile(r"\S+")
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")


@dataclass(frozen=True, slots=True)
class Described:
    """Who an account is: the login in any case, the name shown to colleagues, an address or none.

    `language`: of the pages and letters for it, one of the interface's.
    """

    login: str
    display_name: str
    email: str = ""
    language: str = FRENCH

    def checked(self) -> "Described":
        """As it is kept. Refusals: bad_login, bad_name, bad_email, wrong_language."""
        login, email = self.login.strip().lower(), self.email.strip().lower()
        name = " ".join(self.display_name.split())
        if not _LOGIN.fullmatch(login) or len(login) > LONGEST_LOGIN:
            raise Refusal("bad_login", longest=LONGEST_LOGIN)
        if not name or len(name) > LONGEST_NAME or not name.isprintable():
            raise Refusal("bad_name", longest=LONGEST_NAME)
        if email and (not _EMAIL.fullmatch(email) or len(email) > LONGEST_EMAIL):
            raise Refusal("bad_email")
        check_language(self.language)
        return Described(login, name, email, self.language)

    @property
    def names(self) -> list[str]:
        """What a password of this person must not be."""
        return [self.login, self.display_name, self.email.partition("@")[0]]


@dataclass(frozen=True, slots=True)
class NewAccount:
    """A person who may sign in."""

    login: str
    password: str
    display_name: str
    grants: Sequence[Grant]
    language: str = FRENCH


def create_account(database: Database, author: Author, new: NewAccount) -> str:
    """A new account with a password; its id.

    Refusals: those of `Described.checked`, `insert_account` and `check_password`.
    """
    described = Described(new.login, new.display_name, language=new.language).checked()
    with database.read() as rows:
        check_password(new.password, [*described.names, *names_of_office(rows)])
    kept = hash_password(new.password)  # before the lock: it takes long
    places = places_of_roles(database)
    with database.installation_transaction(author) as transaction:
        account = insert_account(transaction, described, new.grants, places=places, password_hash=kept)
        transaction.record(
            of_kind(FactKind.ACCOUNT_CREATED, account=account, grants=as_body(new.grants)),
        )
    return account


def insert_account(
    transaction: InstallationTransaction,
    described: Described,
    grants: Sequence[Grant],
    *,
    places: Places,
    password_hash: str | None,
) -> str:
    """The rows of a new account; its id. `places`: where a role may be held.

    Refusals: login_taken, email_taken, and those of `_check_grants`.
    """
    _check_grants(grants, places)
    if accounts.account_of_login(transaction, described.login) is not None:
        raise Refusal("login_taken", login=described.login)
    if described.email and accounts.account_of_email(transaction, described.email) is not None:
        raise Refusal("email_taken")
    new = AccountRow(
        id=new_id(),
        login=described.login,
        display_name=described.display_name,
        email=described.email or None,
        password_hash=password_hash,
        is_locked=False,
        created_at=transaction.now,
        last_signed_in_at=None,
        language=described.language,
    )
    accounts.insert_account(transaction, new, grants)
    return new.id


def describe_account(
    database: Database, author: Author, account: str, described: Described, *, sites: Sites
) -> None:
    """Another login, name, address or language. The fact says which changed, never what it is.

    With another address it is another person's: whoever signed in by a provider is found by it again.

    Refusals: unknown_account, forbidden, login_taken, email_taken, those of `Described.checked`.
    """
    description = described.checked()
    with database.installation_transaction(author) as transaction:
        row = require_governed(transaction, account, sites)
        namesake = accounts.account_of_login(transaction, description.login)
        if namesake is not None and namesake.id != account:
            raise Refusal("login_taken", login=description.login)
        namesake = accounts.account_of_email(transaction, description.email) if description.email else None
        if namesake is not None and namesake.id != account:
            raise Refusal("email_taken")
        new = replace(
            row,
            login=description.login,
            display_name=description.display_name,
            email=description.email or None,
            language=description.language,
        )
        fields = ("display_name", "email", "language", "login")
        changed = [name for name in fields if getattr(row, name) != getattr(new, name)]
        if not changed:
            return
        accounts.describe_account(transaction, new)
        if "email" in changed:
            accounts.unlink_identities(transaction, account)
        transaction.record(of_kind(FactKind.ACCOUNT_DESCRIBED, account=account, changed=changed))


def change_roles(
    database: Database, author: Author, account: str, grants: Sequence[Grant], *, sites: Sites
) -> None:
    """The roles of an account at the sites its author answers for; those elsewhere stay.

    Its counters in halls where it calls no more are left, its sockets there are cut.
    Refusals: unknown_account, forbidden, last_administrator, those of `_check_grants`;
    database_busy, a counter may be left open: again leaves it.
    """
    places = places_of_roles(database)
    with database.installation_transaction(author) as transaction:
        before = accounts.grants_of(transaction, account)
        if not before or not accounts.is_at(before, sites):
            raise Refusal("unknown_account")
        elsewhere = [] if sites is None else [each for each in before if each.site not in sites]
        if sites is not None and any(grant.site not in sites for grant in grants):
            raise Refusal("forbidden")
        after = sorted({*elsewhere, *grants}, key=lambda each: (each.role, each.site))
        _check_grants(after, _with_those_of(before, places))
        if after != before:
            if Grant("administrator", EVERY_SITE) not in after:
                _check_administered(transaction, account)
            accounts.replace_grants(transaction, account, after)
            transaction.run(ACCESS_CHANGED)
            roles = {"before": as_body(before), "grants": as_body(after)}
            transaction.record(of_kind(FactKind.ROLES_CHANGED, account=account, **roles))
    leave_counters(database, author, account, after)


def lock_account(database: Database, author: Author, account: str, *, sites: Sites) -> None:
    """Nobody signs in with it any more, until it is unlocked; its sessions end and its counters are left.

    Refusals: unknown_account, forbidden, own_account, last_administrator.
    """
    _set_locked(database, author, account, sites, is_locked=True)
    leave_counters(database, author, account, [])


def unlock_account(database: Database, author: Author, account: str, *, sites: Sites) -> None:
    """It signs in again, with the password it had. Refusals: unknown_account, forbidden."""
    _set_locked(database, author, account, sites, is_locked=False)


def _set_locked(database: Database, author: Author, account: str, sites: Sites, *, is_locked: bool) -> None:
    with database.installation_transaction(author) as transaction:
        row = require_governed(transaction, account, sites)
        if row.is_locked == is_locked:
            return
        if is_locked:
            _check_not_own(author, account)
            _check_administered(transaction, account)
            end_sessions(transaction, account, why="locked")
        accounts.set_locked(transaction, account, is_locked=is_locked)
        kind = FactKind.ACCOUNT_LOCKED if is_locked else FactKind.ACCOUNT_UNLOCKED
        transaction.record(of_kind(kind, account=account))


def remove_account(database: Database, author: Author, account: str, *, sites: Sites) -> None:
    """The account is erased with its login, name, address, password, roles, links and sessions.

    Its counters are left first: where a hall is busy the account is still there to be removed again.
    Refusals: unknown_account, forbidden, own_account, last_administrator, database_busy.
    """
    with database.read() as rows:
        _check_removable(rows, author, account, sites)
    leave_counters(database, author, account, [])
    with database.installation_transaction(author) as transaction:
        _check_removable(transaction, author, account, sites)
        end_sessions(transaction, account, why="removed")
        accounts.delete_account(transaction, account)
        transaction.record(of_kind(FactKind.ACCOUNT_REMOVED, account=account))
    leave_counters(database, author, account, [])  # one opened meanwhile


def _check_removable(rows: Rows, author: Author, account: str, sites: Sites) -> None:
    require_governed(rows, account, sites)
    _check_not_own(author, account)
    _check_administered(rows, account)


def set_password(database: Database, author: Author, login: str, password: str) -> None:
    """A new password, given on the machine; every session of the account ends and it is unlocked.

    Refusals: unknown_account, those of `check_password`.
    """
    with database.read() as rows:
        account = existing(accounts.account_of_login(rows, login), "unknown_account", login=login)
        check_password(password, [*personal_words(account), *names_of_office(rows)])
    kept = hash_password(password)
    with database.installation_transaction(author) as transaction:
        keep_password(transaction, account.id, kept)
        if account.is_locked:
            accounts.set_locked(transaction, account.id, is_locked=False)
            transaction.record(of_kind(FactKind.ACCOUNT_UNLOCKED, account=account.id))


def personal_words(account: AccountRow) -> list[str]:
    """What a password of this account must not be."""
    return Described(account.login, account.display_name, account.email or "").names


def keep_password(
    transaction: InstallationTransaction, account: str, password_hash: str, *, but: str | None = None
) -> None:
    """A new password; the sessions of the account end (but one, by its id), and its links are void.

    Refusal: unknown_account, it was removed meanwhile.
    """
    if accounts.account_row(transaction, account) is None:
        raise Refusal("unknown_account")
    accounts.set_password_hash(transaction, account, password_hash)
    accounts.void_invitations(transaction, account, used_at=transaction.now)
    end_sessions(transaction, account, why="password", but=but)
    transaction.record(of_kind(FactKind.PASSWORD_SET, account=account))


def require_governed(rows: Rows, account: str, sites: Sites) -> AccountRow:
    """The row of an account whose every role is at sites (None: all) that its governor answers for.

    Whoever answers for one site must not take over the account of somebody with roles elsewhere.
    Refusals: unknown_account, forbidden.
    """
    row = existing(accounts.account_row(rows, account), "unknown_account")
    if sites is not None and any(grant.site not in sites for grant in accounts.grants_of(rows, account)):
        raise Refusal("forbidden")
    return row


def check_language(language: str) -> None:
    """Refuses a language the interface has not. Refusal: wrong_language."""
    if language not in LANGUAGES:
        raise Refusal("wrong_language", languages=", ".join(LANGUAGES))


def as_body(grants: Sequence[Grant]) -> list[dict[str, object]]:
    """Roles as they stand in a fact."""
    return [
        {"role": grant.role, "site": grant.site}
        | ({"limited_to": sorted(grant.limited_to)} if grant.limited_to else {})
        for grant in grants
    ]


def _check_grants(grants: Sequence[Grant], places: Places) -> None:
    """Refusals: role_missing, unknown_role, unknown_site, role_twice, role_not_limited, unknown_place."""
    if not grants:
        raise Refusal("role_missing")
    if len({(grant.role, grant.site) for grant in grants}) < len(grants):
        raise Refusal("role_twice")
    for grant in grants:
        if grant.role not in ROLES:
            raise Refusal("unknown_role", role=grant.role)
        if grant.site not in places:
            raise Refusal("unknown_site", site=grant.site)
        if grant.limited_to and grant.role not in MAY_BE_LIMITED:
            raise Refusal("role_not_limited")
        for place in sorted(set(grant.limited_to) - places[grant.site]):
            raise Refusal("unknown_place", place=place)


def _with_those_of(grants: Sequence[Grant], places: Places) -> Places:
    """The places, and those of roles as they are: a removed counter does not keep a role from being saved."""
    found = dict(places)
    for grant in grants:
        found[grant.site] = found.get(grant.site, frozenset()).union(grant.limited_to)
    return found


def _check_not_own(author: Author, account: str) -> None:
    if author.person_id == account:
        raise Refusal("own_account")


def _check_administered(rows: Rows, account: str) -> None:
    """Refuses what would leave no administrator of every site who can sign in."""
    if Grant("administrator", EVERY_SITE) in accounts.grants_of(
        rows, account
    ) and not accounts.other_administrators(rows, account):
        raise Refusal("last_administrator")
