"""Sign in, and change the own account; failures are counted and slow down who guesses, never the owner.

The rule in words: `docs/rules/accounts.md`. Whom a provider of identities names must have been invited.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from server.domain.author import SYSTEM, Author
from server.domain.facts import FactKind, of_kind
from server.domain.people.sign_ins import PACES, Failures, failed_again, has_just_begun
from server.domain.refusals import Refusal, existing
from server.oidc import Identity
from server.store.engine.statements import Rows
from server.store.people import accounts, sign_ins
from server.store.people.accounts import AccountRow, IdentifiedAccount
from server.store.transactions.database import Database
from server.usecases.people.accounts import check_language, keep_password, personal_words
from server.usecases.people.sessions import check_password, hash_password, is_right, names_of_office

THEMES = ("light", "dark", "device")
DENSITIES = ("comfortable", "compact")
"""How the pages of a person may look, the usual one first. `device`: as the computer."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """Who wants to sign in: what was typed, from which address (in IPv6, which /64), with which browser.

    `browsers`: by account (id), the secret of a browser its person has signed in with before.
    """

    login: str
    password: str
    address: str = ""
    user_agent: str = ""
    browsers: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class _Counted:
    """The failures of one bucket before and after this attempt, were it to fail."""

    kind: str
    bucket: str
    before: Failures | None
    after: Failures


def prove(database: Database, attempt: Attempt) -> AccountRow:
    """The account whose login and password were typed.

    Each attempt is counted before its password is looked at, so that a hundred at once are no hundred tries.
    Refusals: wrong_password, whether or not the login exists; sign_ins_slowed, with after how many `seconds`.
    """
    with database.read() as rows:
        account = accounts.account_of_login(rows, attempt.login)
    counted = _count(database, attempt, account)
    kept = None if account is None or account.is_locked else account.password_hash
    if not is_right(kept, attempt.password):
        _tell(database, account, counted)
        raise Refusal("wrong_password")
    assert account is not None
    _take_back(database, counted)
    return account


def _count(database: Database, attempt: Attempt, account: AccountRow | None) -> list[_Counted]:
    now = database.clock.now()
    with database.store.write() as rows:
        buckets = _buckets(attempt, account, sign_ins.lock_secret(rows))
        counted = [_next(rows, kind, bucket, now) for kind, bucket in buckets.items()]
        wait_s = max(each.before.wait_s(now) if each.before else 0 for each in counted)
        if wait_s:
            raise Refusal("sign_ins_slowed", seconds=wait_s, wait=_words(wait_s))
        for each in counted:
            sign_ins.keep_failures(rows, each.bucket, each.after)
    return counted


def _words(wait_s: int) -> str:
    """Seconds, or minutes rounded up, with a unit that French, English and Spanish write alike."""
    return f"{wait_s}\u00a0s" if wait_s < 60 else f"{-(-wait_s // 60)}\u00a0min"


def _next(rows: Rows, kind: str, bucket: str, now: datetime) -> _Counted:
    before = sign_ins.failures_of(rows, bucket)
    return _Counted(kind, bucket, before, failed_again(before, PACES[kind], now))


def _buckets(attempt: Attempt, account: AccountRow | None, secret: str) -> dict[str, str]:
    """What this attempt counts for, by kind of bucket; nothing readable of login or address is kept."""
    login = attempt.login.strip().lower()
    browser = (attempt.browsers or {}).get(account.id) if account is not None else None
    named = {"pair": f"{login}\0{attempt.address}", "login": login, "address": attempt.address}
    if browser is not None:
        named = {"browser": f"{browser}\0{login}"}
    return {
        kind: hmac.new(secret.encode(), f"{kind}\0{name}".encode(), hashlib.sha256).hexdigest()
        for kind, name in named.items()
    }


def _tell(database: Database, account: AccountRow | None, counted: list[_Counted]) -> None:
    """A fact when failures begin to cost a wait; never the address or a login that is nobody's."""
    begun = [each for each in counted if has_just_begun(each.after, PACES[each.kind])]
    delays = [each for each in begun if account is not None or each.kind == "address"]
    if not delays:
        return
    whose = None if account is None else account.id
    with database.installation_transaction(SYSTEM) as transaction:
        for each in delays:
            transaction.record(
                of_kind(FactKind.GUESSING_SLOWED, account=whose, by=each.kind, failures=each.after.count)
            )


def _take_back(database: Database, counted: list[_Counted]) -> None:
    """The attempt was none that failed: its owner's failures are forgotten, an address keeps the others."""
    with database.store.write() as rows:
        for each in counted:
            if each.kind != "address":
                sign_ins.forget_failures(rows, each.bucket)
            else:
                sign_ins.take_back_failure(rows, each.bucket, until=each.after.failed_at)


def prove_by_provider(database: Database, identity: Identity) -> str:
    """The account (id) that an identity belongs to; no account and no role ever comes of it.

    It is known by its subject since its first sign-in; the first time, or when the provider has given the
    person another subject, by the e-mail address of the account.
    Refusals: oidc_no_account, also for a locked one; oidc_no_email, oidc_email_unverified.
    """
    with database.read() as rows:
        account = accounts.account_of_identity(rows, identity.issuer, identity.subject)
    if account is not None:
        return _open(account)
    if identity.email is None:
        raise Refusal("oidc_no_email")
    if not identity.is_email_verified:
        raise Refusal("oidc_email_unverified")
    return _linked(database, identity, identity.email)


def _linked(database: Database, identity: Identity, email: str) -> str:
    """The account with this e-mail address, which the identity belongs to from now on."""
    with database.installation_transaction(SYSTEM) as transaction:
        account = _open(accounts.account_of_email(transaction, email))
        of = identity.issuer, identity.subject
        accounts.link_identity(transaction, *of, account=account, linked_at=transaction.now)
        transaction.record(of_kind(FactKind.IDENTITY_LINKED, account=account, issuer=identity.issuer))
    return account


def _open(account: AccountRow | IdentifiedAccount | None) -> str:
    if account is None or account.is_locked:
        raise Refusal("oidc_no_account")
    return account.id


def change_own_password(database: Database, attempt: Attempt, new: str, *, session: str) -> None:
    """Another password, by whoever knows the present one; the other sessions of the account end.

    Refusals: those of `prove` and `check_password`.
    """
    account = prove(database, attempt)
    with database.read() as rows:
        check_password(new, [*personal_words(account), *names_of_office(rows)])
    kept = hash_password(new)
    with database.installation_transaction(Author(account.id)) as transaction:
        keep_password(transaction, account.id, kept, but=session)


def choose_own_display(database: Database, author: Author, theme: str, density: str) -> None:
    """The theme and the density of the author's pages from now on; an unknown one is the usual one.

    Refusal: unknown_account.
    """
    display = {
        "theme": theme if theme in THEMES else THEMES[0],
        "density": density if density in DENSITIES else DENSITIES[0],
    }
    with database.installation_transaction(author) as transaction:
        row = existing(accounts.account_row(transaction, author.person_id), "unknown_account")
        changed = [name for name, value in display.items() if getattr(row, name) != value]
        if changed:
            accounts.set_display(transaction, row.id, **display)
            transaction.record(of_kind(FactKind.ACCOUNT_DESCRIBED, account=row.id, changed=changed))


def choose_own_language(database: Database, author: Author, language: str) -> None:
    """The language of the author's pages and letters from now on.

    Refusals: wrong_language, unknown_account.
    """
    check_language(language)
    with database.installation_transaction(author) as transaction:
        row = existing(accounts.account_row(transaction, author.person_id), "unknown_account")
        if row.language == language:
            return
        accounts.set_language(transaction, row.id, language)
        transaction.record(of_kind(FactKind.ACCOUNT_DESCRIBED, account=row.id, changed=["language"]))
