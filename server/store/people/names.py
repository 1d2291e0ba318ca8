"""The names of accounts and API keys, for pages that show who did something."""

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import bindparam, select, union_all

from server.store.engine.rows import Rows
from server.store.engine.statements import Read
from server.store.people.pseudonyms import known_author
from server.store.tables.people import account, api_key


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
