"""The open days of a selection, and the changes of its services, hours and classes, judged together."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from itertools import chain
from typing import NamedTuple

from server.domain.quality.doubt import Change, Days, change_of, days_of, held, interval_of
from server.domain.quality.indicators import INDICATORS
from server.domain.quality.rollup import CellKey, Rollup, Tally
from server.usecases.quality.indicators import HallDays
from server.web.pages.quality import wording
from server.web.pages.quality.changes import MEASURED, Against, ShownChange, interval_text, shown_change
from server.web.pages.quality.query import ExplorerQuery
from server.web.rendering.viewer import Sentence

COMPARED = ("visits", "wait_median", "wait_p90", "visits_departed", "within_target")
"""The figures that are compared for each part of a selection."""


class OpenDays:
    """Days of halls, each added up once for all their figures.

    `opened`: those with visits, on which intervals and changes rest. A day on which nobody came for the
    selection is one of them.
    """

    def __init__(self, found: HallDays, opened: Collection[date]) -> None:
        self.found = found
        self._open = {day: rollup for day, rollup in found.days.items() if day in opened}

    @cached_property
    def whole(self) -> Rollup:
        """All days together."""
        return self.found.whole()

    @cached_property
    def total(self) -> Tally:
        """The sum of all their cells."""
        return self.whole.total()

    @cached_property
    def counted(self) -> Days:
        """The open days."""
        return days_of(self._open.values())

    def __len__(self) -> int:
        return len(self._open)

    def since(self, on: date) -> list[Rollup]:
        """The open days from a date on."""
        return [rollup for day, rollup in self._open.items() if day >= on]

    def of_service(self, service: str) -> "OpenDays":
        """The part of each day that concerns one service."""
        days = {day: rollup.of_service(service) for day, rollup in self.found.days.items()}
        return OpenDays(replace(self.found, days=days), self._open)

    def split[Part](self, by: Callable[[CellKey], Part]) -> "Mapping[Part, OpenDays]":
        """The open days in parts, such as hours; what has no wait is in none of them."""
        days = {day: rollup.split(by) for day, rollup in self._open.items()}
        return {
            part: OpenDays(
                replace(self.found, days={day: parts.get(part, Rollup()) for day, parts in days.items()}),
                self._open,
            )
            for part in dict.fromkeys(chain.from_iterable(days.values()))
        }


@dataclass(frozen=True, slots=True)
class ComparedRow:
    """A figure of a part (a service, an hour, a class) in both periods, with its interval, and its change."""

    part: str
    name: str
    now: tuple[str, str]
    before: tuple[str, str]
    change: ShownChange


@dataclass(frozen=True, slots=True)
class Comparisons:
    """All changes of the parts of a selection: those that chance does not explain, and the others."""

    standing: Sequence[ComparedRow]
    others: Sequence[ComparedRow]


def comparisons_of(
    now: OpenDays, before: OpenDays, query: ExplorerQuery, against: Against, words: Sentence
) -> Comparisons:
    """The changes of the services, hours and classes of some days, in the order of these.

    Of those that stand, at most one in ten is chance, on average (`held`).
    """
    names = [name for name in COMPARED if name != "within_target" or not has_new_target(now, before, query)]
    found: list[tuple[_Compared, Change]] = []
    for label, by in _SPLITS:
        parts, earlier = now.split(by), before.split(by)
        for part in sorted(parts.keys() & earlier.keys()) if len(parts) > 1 else ():
            days, days_before = parts[part], earlier[part]
            for name in names:
                change = change_of(INDICATORS[name], days_before.counted, days.counted)
                if change.p is not None:
                    found.append((_Compared(label(query, words, part), name, days, days_before), change))
    rows = [
        ComparedRow(
            each.part,
            each.name,
            shown_value(each.name, each.now, words),
            shown_value(each.name, each.before, words),
            shown_change(change, INDICATORS[each.name].unit, against, words),
        )
        for (each, _), change in zip(found, held([change for _, change in found]), strict=True)
    ]
    standing = [row for row in rows if row.change.direction in ("up", "down")]
    return Comparisons(standing, [row for row in rows if row not in standing])


def has_new_target(now: OpenDays, before: OpenDays, query: ExplorerQuery) -> bool:
    """Whether a target changed in one of two periods: shares within the target then measure two things."""
    targets, earlier = (
        {
            name: each
            for name, each in days.found.targets.items()
            if name in (query.selection.services or (name,))
        }
        for days in (now, before)
    )
    is_begun = any(each.applies_from_on > before.found.starts_on for each in targets.values())
    return is_begun or targets != earlier


class _Compared(NamedTuple):
    part: str
    name: str
    now: OpenDays
    before: OpenDays


def shown_value(name: str, days: OpenDays, words: Sentence) -> tuple[str, str]:
    """An indicator over some days with its interval, as texts; numbers are per open day."""
    indicator = INDICATORS[name]
    figure = indicator.compute(days.whole, days.total)
    between = interval_text(interval_of(indicator, days.counted), indicator.unit, words)
    if indicator.unit in MEASURED or figure.value is None:
        return wording.shown(figure, words.language), between
    per_day = wording.number(figure.value / len(days), words.language, decimals=1)
    return words("quality.per_day", n=per_day), between


def _service(query: ExplorerQuery, words: Sentence, service: str) -> str:
    described = query.services.get(service)
    return described.name(words.language) if described else service


_SPLITS: tuple[tuple[Callable[[ExplorerQuery, Sentence, str], str], Callable[[CellKey], str]], ...] = (
    (_service, lambda key: key.service),
    (
        lambda _, words, hour: wording.hour_label(int(hour), words.language),
        lambda key: f"{key.half_hour // 2:02d}",
    ),
    (lambda _, words, name: words(f"quality.class.{name}"), lambda key: key.leg_class),
)
"""What the parts of a selection are called, and how its cells are split into them."""
