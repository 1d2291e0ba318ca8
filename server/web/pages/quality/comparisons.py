"""The open days of a selection; the changes of its services, hours and classes, and those around a remark."""

import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from itertools import chain
from typing import NamedTuple

from server.domain.hall.configuration import HallConfiguration
from server.domain.quality.doubt import Change, Days, change_of, days_of, held, interval_of
from server.domain.quality.events import LONGEST, WEEK, Sides, net_of, sides_of
from server.domain.quality.indicators import INDICATORS, Figure, figures_of
from server.domain.quality.rollup import CellKey, Rollup, Tally
from server.store.transactions.database import Database
from server.usecases.quality.counts import ONE_DAY, counted_hall
from server.usecases.quality.indicators import HallDays
from server.usecases.quality.periods import Exploration, explore_figures
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
    def condensed(self) -> Rollup:
        """The same without hours, which no figure needs."""
        return self.whole.condensed()

    @cached_property
    def total(self) -> Tally:
        """The sum of all their cells."""
        closed = [rollup.total() for day, rollup in self.found.days.items() if day not in self._open]
        return Tally.sum_of([*(total for _, total in self.counted.counted), *closed])

    def figures(self, names: Iterable[str]) -> list[Figure]:
        """These figures, in the order of the registry."""
        return figures_of(self.condensed, names, withheld=self.found.withheld, total=self.total)

    @cached_property
    def counted(self) -> Days:
        """The open days."""
        return days_of(self._open.values())

    @property
    def has_legs(self) -> bool:
        """Whether anybody took a ticket on an open day."""
        return any(rollup.cells for rollup in self._open.values())

    def __len__(self) -> int:
        return len(self._open)

    def since(self, on: date) -> list[Rollup]:
        """The open days from a date on."""
        return [rollup for day, rollup in self._open.items() if day >= on]

    @cached_property
    def services(self) -> "Mapping[str, OpenDays]":
        """The part of each day that concerns each service."""
        return self._parts({day: rollup.by_service() for day, rollup in self.found.days.items()})

    @cached_property
    def hours(self) -> "Mapping[str, OpenDays]":
        """The open days by the hour in which waits began; what has no wait is in none."""
        return self._split(lambda key: f"{key.half_hour // 2:02d}")

    @cached_property
    def classes(self) -> "Mapping[str, OpenDays]":
        """The open days by class; what has no wait is in none."""
        return self._split(lambda key: key.leg_class)

    def _split(self, by: Callable[[CellKey], str]) -> "Mapping[str, OpenDays]":
        return self._parts({day: rollup.split(by) for day, rollup in self._open.items()})

    def _parts(self, days: Mapping[date, Mapping[str, Rollup]]) -> "Mapping[str, OpenDays]":
        return {
            part: OpenDays(
                replace(self.found, days={day: parts.get(part) or Rollup() for day, parts in days.items()}),
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

    At most one in ten of those that stand is chance, on average (`held`).
    """
    names = [name for name in COMPARED if name != "within_target" or not has_new_target(now, before, query)]
    found: list[tuple[_Compared, Change]] = []
    for label, by in _SPLITS:
        parts, earlier = (
            {part: each for part, each in by(days).items() if each.has_legs} for days in (now, before)
        )
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
    time.sleep(0)  # a long period has many parts: lets other work through between two
    figure = indicator.compute(days.condensed, days.total)
    between = interval_text(interval_of(indicator, days.counted), indicator.unit, words)
    if indicator.unit in MEASURED or figure.value is None:
        return wording.shown(figure, words.language), between
    per_day = wording.number(figure.value / len(days), words.language, decimals=1)
    return words("quality.per_day", n=per_day), between


def _service(query: ExplorerQuery, words: Sentence, service: str) -> str:
    described = query.services.get(service)
    return described.name(words.language) if described else service


_SPLITS: tuple[
    tuple[Callable[[ExplorerQuery, Sentence, str], str], Callable[[OpenDays], Mapping[str, OpenDays]]], ...
] = (
    (_service, lambda days: days.services),
    (lambda _, words, hour: wording.hour_label(int(hour), words.language), lambda days: days.hours),
    (lambda _, words, name: words(f"quality.class.{name}"), lambda days: days.classes),
)
"""What the parts of a selection are called, and those of its days."""


@dataclass(frozen=True, slots=True)
class EventRow:
    """A figure before and after, each with its interval, and its change.

    `others`: the change of the other halls; `net`: how much more this one changed.
    """

    name: str
    before: tuple[str, str]
    after: tuple[str, str]
    change: ShownChange
    others: ShownChange | None = None
    net: ShownChange | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """The figures around a day; no rows: less than a week is over on one of its sides.

    `days`: those of both sides, in words. `others`: the names of the other halls. `noted`: what else was
    noted in these days, in any of the halls.
    """

    days: str = ""
    rows: Sequence[EventRow] = ()
    others: Sequence[str] = ()
    noted: Sequence[tuple[str, str]] = ()


def event_days(database: Database, query: ExplorerQuery) -> tuple[date, date]:
    """The days that `event_of` reads."""
    today = counted_hall(database, query.hall.hall).today
    return query.starts_on - LONGEST, max(query.ends_on, min(today, query.ends_on + LONGEST))


def event_of(
    database: Database, query: ExplorerQuery, theirs: Sequence[HallConfiguration], words: Sentence
) -> Event:
    """What changed from the weeks before the one day of a query to those after it.

    `theirs`: the halls that the reader may read; those that are not of the query are the others.
    """
    chosen = {hall.hall for hall in query.halls}
    others = [hall for hall in theirs if hall.hall not in chosen]
    day, today = query.starts_on, counted_hall(database, query.hall.hall).today
    span = event_days(database, query)
    own = _read(database, query, query.halls, span)
    first = min((on for days in own.opened.values() for on in days if on < day), default=day)
    sides = sides_of(day, first, today)
    if sides is None:
        return Event()
    before, after = _both(own, sides)
    if not len(after):
        return Event()
    control = _read(database, query, others, span) if others else None
    beside = _both(control, sides) if control is not None else None
    if beside is not None and not all(map(len, beside)):
        control = beside = None
    names = [name for name in COMPARED if name != "within_target" or not has_new_target(after, before, query)]
    first_text, last_text = (
        wording.short_day(on, words.language) for on in (sides.before[0], sides.after[1] - ONE_DAY)
    )
    noted = [*own.annotations, *(control.annotations if control is not None else ())]
    return Event(
        words(
            "quality.event.days",
            count=(day - sides.before[0]) // WEEK,
            first=first_text,
            last=last_text,
        ),
        [_row(name, (before, after), beside, words) for name in names],
        [hall.name for hall in others] if beside is not None else [],
        [
            (wording.day_text(each.day, words.language), each.words)
            for each in sorted(noted, key=lambda each: each.day)
            if each.day != day and sides.before[0] <= each.day < sides.after[1]
        ],
    )


def _read(
    database: Database, query: ExplorerQuery, halls: Sequence[HallConfiguration], span: tuple[date, date]
) -> Exploration:
    return explore_figures(
        database,
        [hall.hall for hall in halls],
        span,
        None,
        selection=query.selection,
        with_alerts=query.with_alerts,
    )


type Both = tuple[OpenDays, OpenDays]
"""The days before, and those after."""


def _both(found: Exploration, sides: Sides) -> Both:
    opened = frozenset(day for days in found.opened.values() for day in days)
    whole = found.together()

    def side(first: date, end: date) -> OpenDays:
        days = {day: rollup for day, rollup in whole.days.items() if first <= day < end}
        return OpenDays(replace(whole, starts_on=first, ends_on=end, days=days), opened)

    return side(*sides.before), side(*sides.after)


def _row(name: str, own: Both, beside: Both | None, words: Sentence) -> EventRow:
    indicator = INDICATORS[name]
    before, after = (shown_value(name, days, words) for days in own)
    against = Against(words("quality.event.than"), words("quality.event.during"))
    change = change_of(indicator, *(days.counted for days in own))
    row = EventRow(name, before, after, shown_change(change, indicator.unit, against, words))
    if beside is None:
        return row
    others = change_of(indicator, *(days.counted for days in beside))
    net = net_of(change, others)
    against_others = Against(words("quality.event.than_others"), against.during)
    shown = shown_change(net, indicator.unit, against_others, words)
    return replace(
        row,
        others=shown_change(others, indicator.unit, against, words),
        net=replace(shown, said=words(f"quality.event.net.{net.direction}")),
    )
