"""Pseudonyms of accounts, and names of people; facts carry the pseudonym of the year, never the account."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import bindparam, select, union_all

from server.store.engine.lookups import One, Pairs, Several
from server.store.engine.statements import Read, Rows, Write, WrittenRows
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


accounts_behind = Pairs(tuple[str, str], select(account_pseudonym.c.pseudonym, account_pseudonym.c.account))
"""The account (id) of every pseudonym whose link is not erased."""
links_of = Several.of(PseudonymLink, account_pseudonym, "account", order=("year",))
"""The pseudonyms of an account (id) whose link is not erased, by year."""
_STANDING = Read(
    str, select(account.c.id).where(account.c.id == bindparam("account")).with_for_update(read=True)
)
_LINK = Write.insert_or(lambda _: {}, account_pseudonym, ["account", "year"], ["pseudonym", "created_at"])
_ACCOUNT_BEHIND = Read(
    str, select(account_pseudonym.c.account).where(account_pseudonym.c.pseudonym == bindparam("author"))
)


def link_pseudonym(rows: WrittenRows, account: str, year: int, pseudonym: str, *, now: datetime) -> bool:
    """Links an account to its pseudonym of a year, unless it has one; False where the account is removed.

    Waits for a transaction that removes the account.
    """
    if rows.one(_STANDING, account=account) is None:
        return False
    rows.execute(_LINK, account=account, year=year, pseudonym=pseudonym, created_at=now)
    return True


def account_behind(rows: Rows, author: str) -> str:
    """The account that a pseudonym is linked to; any other id as it is."""
    return rows.one(_ACCOUNT_BEHIND, author=author) or author


def ids_of_account(rows: Rows, account: str) -> frozenset[str]:
    """Every id by which facts and rows name an account: its own, and its pseudonyms."""
    return named_by(account, links_of(rows, account))


def named_by(account: str, links: Iterable[PseudonymLink]) -> frozenset[str]:
    """The ids of an account with these links."""
    return frozenset({account, *(link.pseudonym for link in links)})


_NAMES = {
    "account": Pairs(tuple[str, str], select(account.c.id, account.c.display_name.label("name"))),
    "person": Pairs(tuple[str, str], select(known_author.c.id, known_author.c.display_name.label("name"))),
    "api_key": Pairs(tuple[str, str], select(api_key.c.id, api_key.c.name)),
}
name_of = One(
    str,
    union_all(
        select(known_author.c.display_name.label("name")).where(known_author.c.id == bindparam("author")),
        select(api_key.c.name).where(api_key.c.id == bindparam("author")),
    ),
)
"""The name of the account (by its id or a pseudonym) or API key that an author is, None for any other."""


def names_of(rows: Rows, of: Literal["account", "person", "api_key"]) -> dict[str, str]:
    """The names of every account or API key, by id. `person`: also by the pseudonyms of accounts."""
    return _NAMES[of](rows)
