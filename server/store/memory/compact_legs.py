"""Rows of legs kept in memory, small enough for a queue of any length.

Most of a leg's columns say the same as those of the leg before it of its service and class: they are kept
once.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from server.store.visits.legs import COLUMNS

_OWN = (
    *("id", "visit", "number", "sort_key", "arrived_at", "issued_at", "reference_at", "booked_at"),
    *("quoted_low_s", "quoted_median_s", "quoted_high_s"),
)
"""What nearly each leg has for itself."""
_SHARED = tuple(name for name in COLUMNS if name not in _OWN)
_AS_KEPT = (*_OWN, *_SHARED)

type _Values = tuple[Any, ...]


class KeptLegs:
    """Rows by the id of their leg; each answer is a row of its own."""

    def __init__(self) -> None:
        self._kept: dict[str, _Values] = {}
        """Its own values and, last, those it shares."""
        self._last: dict[tuple[str, str], _Values] = {}

    def __len__(self) -> int:
        return len(self._kept)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return (_row(kept) for kept in list(self._kept.values()))

    def __getitem__(self, leg: str) -> dict[str, Any]:
        return _row(self._kept[leg])

    def get(self, leg: str) -> dict[str, Any] | None:
        """The row of a leg, or None."""
        kept = self._kept.get(leg)
        return None if kept is None else _row(kept)

    def put(self, row: Mapping[str, Any]) -> None:
        """Keeps a row that has every column of COLUMNS."""
        shared = tuple([row[name] for name in _SHARED])
        of = row["service"], row["class"]
        last = self._last.get(of)
        if last == shared:
            shared = last
        else:
            self._last[of] = shared
        own: dict[Any, Any] = {}  # a walk-in arrived when its ticket was issued: equal values are kept once
        self._kept[row["id"]] = (*[own.setdefault(row[name], row[name]) for name in _OWN], shared)

    def take(self, leg: str) -> None:
        """Keeps the row of a leg no more."""
        del self._kept[leg]


def _row(kept: _Values) -> dict[str, Any]:
    return dict(zip(_AS_KEPT, kept[:-1] + kept[-1], strict=True))
