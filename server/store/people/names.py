"""The names of accounts and API keys, for pages that show who did something."""

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import bindparam, select, union_all

from server.store.engine.rows import Rows
from server.store.engine.statements import Read
from server.store.tables.people import account, api_key


@dataclass(frozen=True, slots=True)
class _Named:
    id: str
    name: str


_NAMES = {
    "account": Read(_Named, select(account.c.id, account.c.display_name.label("name"))),
    "api_key": Read(_Named, select(api_key.c.id, api_key.c.name)),
}
_NAME_OF = Read(
    str,
    union_all(
        select(account.c.display_name.label("name")).where(account.c.id == bindparam("author")),
        select(api_key.c.name).where(api_key.c.id == bindparam("author")),
    ),
)


def name_of(rows: Rows, author: str) -> str | None:
    """The name of the account or API key that an author is, None for any other."""
    return rows.one(_NAME_OF, author=author)


def names_of(rows: Rows, table: Literal["account", "api_key"]) -> dict[str, str]:
    """The names of every account or API key, by id."""
    return {each.id: each.name for each in rows.all(_NAMES[table])}
