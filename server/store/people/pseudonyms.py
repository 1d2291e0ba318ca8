"""Pseudonyms of accounts, and names of people; facts carry the pseudonym of the year, never the account."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import bindparam, select, union_all

from server.store.engine.statements import Read, Rows, Write, WrittenRows, rows_of
from server.store.tables.people import account, account_pseudonym, api_key

known_author = union_all(
    select(account.c.id, account.c.id.label("account"), account.c.display_name),
    select(account_pseudonym.c.pseudonym, account.c.id, account.c.display_name).join_from(
        account_pseudonym, account, account.c.id == account_pseudonym.c.account
    ),
).subquery("known_author")
"""Every id that names a person while it can be known: the name of the account behind it, for joins."""


@dataclass(frozen=True, slots=True)
class PseudonymLink:
    """The pseudonym of an account for a calendar year."""

    year: int
    pseudonym: str


@dataclass(frozen=True, slots=True)
class _AccountLink:
    account: str
    pseudonym: str


_EVERY_LINK = Read(_AccountLink, rows_of(_AccountLink, account_pseudonym))
_LINKS = Read(
    PseudonymLink,
    rows_of(PseudonymLink, account_pseudonym)
    .where(account_pseudonym.c.account == bindparam("account"))
    .order_by(account_pseudonym.c.year),
)
_STANDING = Read(
    str, select(account.c.id).where(account.c.id == bindparam("account")).with_for_update(read=True)
)
_LINK = Write.insert_or(lambda _: {}, account_pseudonym, ["account", "year"], ["pseudonym", "created_at"])
_ACCOUNT_BEHIND = Read(
    str, select(account_pseudonym.c.account).where(account_pseudonym.c.pseudonym == bindparam("author"))
)


def links_of(rows: Rows, account: str) -> list[PseudonymLink]:
    """The pseudonyms of an account (id) whose link is not erased, by year."""
    return rows.all(_LINKS, account=account)


def link_pseudonym(rows: WrittenRows, account: str, year: int, pseudonym: str, *, now: datetime) -> bool:
    """Links an account to its pseudonym of a year, unless it has one; False where the account is removed.

    Waits for a transaction that removes the account.
    """
    if rows.one(_STANDING, account=account) is None:
        return False
    rows.execute(_LINK, account=account, year=year, pseudonym=pseudonym, created_at=now)
    return True


def accounts_behind(rows: Rows) -> dict[str, str]:
    """The account (id) of every pseudonym whose link is not erased."""
    return {each.pseudonym: each.account for each in rows.all(_EVERY_LINK)}


def account_behind(rows: Rows, author: str) -> str:
    """The account that a pseudonym is linked to; any other id as it is."""
    return rows.one(_ACCOUNT_BEHIND, author=author) or author


def ids_of_account(rows: Rows, account: str) -> frozenset[str]:
    """Every id by which facts and rows name an account: its own, and its pseudonyms."""
    return named_by(account, links_of(rows, account))


def named_by(account: str, links: Iterable[PseudonymLink]) -> frozenset[str]:
    """The ids of an account with these links."""
    return frozenset({account, *(link.pseudonym for link in links)})


@dataclass(frozen=True, slots=True)
class _Named:
    id: str
    name: str


_NAMES = {
    "account": Read(_Named, select(account.c.id, account.c.display_name.label("name"))),
    "person": Read(_Named, select(known_author.c.id, known_author.c.display_name.label("name"))),
    "api_key": Read(_Named, select(api_key.c.id, api_key.c.name)),
}
_NAME_OF = Read(
    str,
    union_all(
        select(known_author.c.display_name.label("name")).where(known_author.c.id == bindparam("author")),
        select(api_key.c.name).where(api_key.c.id == bindparam("author")),
    ),
)


def name_of(rows: Rows, author: str) -> str | None:
    """The name of the account (by its id or a pseudonym) or API key that an author is, None for any other."""
    return rows.one(_NAME_OF, author=author)


def names_of(rows: Rows, of: Literal["account", "person", "api_key"]) -> dict[str, str]:
    """The names of every account or API key, by id. `person`: also by the pseudonyms of accounts."""
    return {each.id: each.name for each in rows.all(_NAMES[of])}
