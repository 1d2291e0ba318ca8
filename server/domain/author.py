"""The author of a fact, and the pseudonym of each year that stands for an account's id."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from server.domain.people.roles import WHOLE_HALL, CallingReach


@dataclass(frozen=True, slots=True)
class Author:
    """The author of a fact: an opaque id, and the device that was used, if any.

    `account`: of a person, the id of the account; `id` is then the pseudonym of the year. `former`: other ids
    by which earlier facts and rows name the same person (docs/rules/pseudonyms.md). `before`: the pseudonym
    of the year before, for what is repeated after the change of year. `reach`: where in the hall
    of a request they may call.
    """

    id: str
    device: str | None = None
    account: str | None = None
    former: frozenset[str] = frozenset()
    before: str | None = None
    reach: CallingReach = field(default=WHOLE_HALL, compare=False)

    @property
    def ids(self) -> frozenset[str]:
        """Every id by which facts and rows name this author."""
        return self.former | {self.id}

    @property
    def person_id(self) -> str:
        """The id that outlives the change of year: to compare with accounts, never to keep."""
        return self.account or self.id

    def is_same(self, author: str | None) -> bool:
        """Whether a fact or row with this author (id) names this author."""
        return author == self.id or author in self.former

    def as_in(self, author: str | None) -> str:
        """The id of this author as a row with this author (id) has it, for rules that compare ids."""
        return author if author is not None and author in self.former else self.id

    def writing(self, body: Mapping[str, object]) -> "Author":
        """The author of a fact with this body.

        A fact about a person's own account names the account as its author: a pseudonym beside the account’s
        id would say for ever whose it is.
        """
        if self.account is None or body.get("account") != self.account:
            return self
        return replace(self, id=self.account)


SYSTEM = Author("system")

_RANDOM_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")


def year_of(now: datetime) -> int:
    """The calendar year (UTC) of the pseudonym that facts carry at this instant."""
    return now.astimezone(UTC).year


def is_pseudonym(author: str) -> bool:
    """Whether an id is a pseudonym: those are random (UUIDv4), every other id grows with time (UUIDv7)."""
    return _RANDOM_ID.fullmatch(author) is not None


def link_ends_at(year: int, kept: timedelta) -> datetime:
    """When the link between an account and its pseudonym of a year is erased: `kept` after that year."""
    return datetime(year + 1, 1, 1, tzinfo=UTC) + kept


def last_year_over(now: datetime, kept: timedelta) -> int:
    """The last year whose links are erased at `now`."""
    return (now.astimezone(UTC) - kept).year - 1
