"""Pseudonyms: in place of an account's id, facts carry an id of the account and the calendar year (UTC)."""

import re
from datetime import UTC, datetime, timedelta

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
