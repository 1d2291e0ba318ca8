"""Legs kept in memory, small enough for a queue of any length.

Most values of a leg are those of the leg before it of its service and class: these are kept once.
"""

from collections.abc import Iterator
from dataclasses import fields
from operator import attrgetter, itemgetter
from typing import Any

from server.store.visits.legs import LegRow

_OWN = (
    *("id", "visit", "number", "sort_key", "arrived_at", "issued_at", "reference_at", "booked_at"),
    *("quoted_low_s", "quoted_median_s", "quoted_high_s"),
)
"""The fields that nearly each leg has for itself."""
_FIELDS = tuple(field.name for field in fields(LegRow))
_SHARED = tuple(name for name in _FIELDS if name not in _OWN)
_own_values, _shared_values = attrgetter(*_OWN), attrgetter(*_SHARED)
_in_order = itemgetter(*((*_OWN, *_SHARED).index(name) for name in _FIELDS))

type _Values = tuple[Any, ...]


class KeptLegs:
    """Legs by their id; each answer is a row of its own."""

    def __init__(self) -> None:
        self._kept: dict[str, _Values] = {}
        """Its own values and, last, those it shares."""
        self._last: dict[tuple[str, str], _Values] = {}

    def __len__(self) -> int:
        return len(self._kept)

    def __iter__(self) -> Iterator[LegRow]:
        return (_leg(kept) for kept in list(self._kept.values()))

    def __getitem__(self, leg: str) -> LegRow:
        return _leg(self._kept[leg])

    def get(self, leg: str) -> LegRow | None:
        """A leg by its id, or None."""
        kept = self._kept.get(leg)
        return None if kept is None else _leg(kept)

    def put(self, leg: LegRow) -> None:
        """Keeps a leg."""
        shared: _Values = _shared_values(leg)
        of = leg.service, leg.class_
        last = self._last.get(of)
        if last == shared:
            shared = last
        else:
            self._last[of] = shared
        own: dict[Any, Any] = {}  # a walk-in arrived when its ticket was issued: equal values are kept once
        self._kept[leg.id] = (*[own.setdefault(value, value) for value in _own_values(leg)], shared)

    def take(self, leg: str) -> None:
        """Keeps a leg no more."""
        del self._kept[leg]


def _leg(kept: _Values) -> LegRow:
    return LegRow(*_in_order(kept[:-1] + kept[-1]))
