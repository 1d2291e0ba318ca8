"""Ticket numbers: a series prefix and a rank. Rules in CONTRACT "Numbers"."""

from dataclasses import dataclass

from server.domain.refusals import Refusal

PREFIX_LETTERS = frozenset("ACFHKLRT")
"""Letters a prefix may use: no two of them sound alike, none looks like a digit."""

LONGEST_PREFIX = 2
HIGHEST_RANK = 99_999


@dataclass(frozen=True, slots=True)
class Series:
    """The ticket numbers one or several services draw from, in a hall and on a business day.

    `first` and `last` are ranks, both included, 1 to 99,999; `last` None means that the series does
    not end before 99,999.
    """

    prefix: str
    first: int = 1
    last: int | None = None

    @property
    def highest(self) -> int:
        """The last rank this series may give."""
        return HIGHEST_RANK if self.last is None else self.last


def number_text(prefix: str, rank: int) -> str:
    """The ticket number as text: the prefix and at least three digits (A042, A999, A1000)."""
    return f"{prefix}{rank:03d}"


def next_rank(last: int | None, series: Series) -> int:
    """The rank that follows `last` in the series, or its first when nothing was issued yet that day.

    `last` is the highest rank of that prefix issued that day *inside* the range, so two services may share a
    prefix with separate ranges. One below the range (moved up during the day) leads to the first rank.
    Refuses with `numbers_exhausted` when the series is used up.
    """
    rank = series.first if last is None else max(series.first, last + 1)
    if rank > series.highest:
        raise Refusal("numbers_exhausted", prefix=series.prefix, last=series.highest)
    return rank


def is_prefix_allowed(prefix: str) -> bool:
    """Whether a prefix has one or two letters, all clear to the ear."""
    return 1 <= len(prefix) <= LONGEST_PREFIX and PREFIX_LETTERS.issuperset(prefix)


def may_collide(one: Series, other: Series) -> bool:
    """Whether two series could both give the same ticket number."""
    return one.prefix == other.prefix and one.first <= other.highest and other.first <= one.highest
