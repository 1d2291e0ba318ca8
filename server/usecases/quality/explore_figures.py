"""Read the days of several halls that the explorer shows, with the days they are compared with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from server.domain.quality.annotations import DayAnnotation
from server.domain.quality.rollup import Rollup
from server.domain.quality.selection import Selection
from server.store.transactions.database import Database
from server.usecases.quality.read_indicators import HallDays, read_days
from server.usecases.typed_figures.read_annotations import read_annotations

type Days = tuple[date, date]
"""The first day, and the one after the last."""


@dataclass(frozen=True, slots=True)
class Exploration:
    """The selected part of each hall's days, by slug, and of the days before; `annotations` of all halls."""

    halls: Mapping[str, HallDays]
    before: Mapping[str, HallDays]
    annotations: Sequence[DayAnnotation]
    unselected: frozenset[str]
    """Services that have something in these days, whatever is selected."""

    def together(self) -> HallDays:
        """All halls as one. Of several, nothing is withheld."""
        return _together(self.halls)

    def together_before(self) -> HallDays | None:
        """The same for the days before; None without them."""
        return _together(self.before) if self.before else None


def explore_figures(
    database: Database,
    halls: Sequence[str],
    days: Days,
    before: Days | None,
    *,
    selection: Selection,
    with_alerts: bool = True,
) -> Exploration:
    """The days of these halls (slugs). Refusals: those of `read_days`."""
    found = {hall: read_days(database, hall, *days, with_alerts=with_alerts) for hall in halls}
    earlier = (
        {hall: read_days(database, hall, *before, with_alerts=with_alerts) for hall in halls}
        if before
        else {}
    )
    annotations = [each for hall in halls for each in read_annotations(database, hall, *days)]
    services = {
        name for each in found.values() for rollup in each.days.values() for name in rollup.services()
    }
    return Exploration(
        {hall: _selected(each, selection) for hall, each in found.items()},
        {hall: _selected(each, selection) for hall, each in earlier.items()},
        annotations,
        frozenset(services),
    )


def _selected(found: HallDays, selection: Selection) -> HallDays:
    days = {
        day: selection.of(rollup) for day, rollup in found.days.items() if selection.has_day(day.weekday())
    }
    return replace(found, days=days)


def _together(halls: Mapping[str, HallDays]) -> HallDays:
    every = list(halls.values())
    if len(every) == 1:
        return every[0]
    days: dict[date, Rollup] = {}
    for each in every:
        for day, rollup in each.days.items():
            days.setdefault(day, Rollup()).add(rollup)
    targets = {name: target for each in every for name, target in each.targets.items()}
    present = sum(each.during_alert for each in every)
    return HallDays("", every[0].starts_on, every[0].ends_on, dict(sorted(days.items())), targets, present)
