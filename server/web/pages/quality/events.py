"""Before and after an annotated day: the main figures on both its sides, and other halls as a control."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from server.domain.hall.configuration import HallConfiguration
from server.domain.quality.doubt import change_of
from server.domain.quality.events import LONGEST, WEEK, Sides, net_of, sides_of
from server.domain.quality.indicators import INDICATORS
from server.store.transactions.database import Database
from server.usecases.quality.counts import ONE_DAY, counted_hall
from server.usecases.quality.periods import Exploration, explore_figures
from server.web.pages.quality import wording
from server.web.pages.quality.changes import Against, ShownChange, shown_change
from server.web.pages.quality.comparisons import COMPARED, OpenDays, has_new_target, shown_value
from server.web.pages.quality.query import ExplorerQuery
from server.web.rendering.viewer import Sentence


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


def event_of(
    database: Database, query: ExplorerQuery, theirs: Sequence[HallConfiguration], words: Sentence
) -> Event:
    """What changed from the weeks before the one day of a query to those after it.

    `theirs`: the halls that the reader may read; those that are not of the query are the others.
    """
    chosen = {hall.hall for hall in query.halls}
    others = [hall for hall in theirs if hall.hall not in chosen]
    day, today = query.starts_on, counted_hall(database, query.hall.hall).today
    span = (day - LONGEST, max(query.ends_on, min(today, query.ends_on + LONGEST)))
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
