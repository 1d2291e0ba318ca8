"""What a report holds: figures of a period and the one before it, and what a pack shows besides them.

What screens showed, presence of devices, heads of journals, and figures that people typed.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from server.domain.hall.configuration import HallConfiguration
from server.domain.instants import to_text
from server.domain.languages import FRENCH
from server.domain.quality.figures import not_issued_by_reason
from server.domain.quality.periods import Period
from server.domain.quality.rollup import sum_of
from server.domain.quality.targets import Target
from server.domain.quality.typed_figures import TypedFigure
from server.domain.reports.day_rows import Row, hour_rows, service_rows
from server.domain.reports.figures import (
    CountedDays,
    PartDays,
    ReportContent,
    ReportHall,
    ReportPart,
    days_of,
    hold_changes,
    merged_services,
    part_days,
    report_part,
    report_target,
    shared_target,
    worst_hours,
)
from server.store.journal.chain import JournalHead, head_of
from server.store.notices.displays import shown_in_hall
from server.store.notices.notices import titles_of
from server.store.quality.targets import targets_on
from server.store.reports import has_legs_before
from server.store.transactions.database import Database
from server.usecases.devices.presence import PresentDevice, read_presence
from server.usecases.quality.indicators import read_days
from server.usecases.typed_figures import read_typed_figures

SCHEMA = 2

type Step = Callable[[str], None]
"""Is called with the name of the hall whose figures are read next."""


@dataclass(frozen=True, slots=True)
class _Counted:
    """A hall, its days of the period and of the one before, and its targets on two days of the period."""

    id: str
    configuration: HallConfiguration
    now: CountedDays
    before: CountedDays
    targets: dict[str, Target]
    first_targets: dict[str, Target]
    head: JournalHead


def read_report_figures(
    database: Database, halls: Sequence[str], period: Period, *, step: Step = lambda name: None
) -> ReportContent:
    """The figures of halls (ids or slugs, one at least) in a period, against the period before.

    Refusal: unknown_hall.
    """
    counted: list[_Counted] = []
    for hall in halls:
        step(database.configuration(hall).name)
        counted.append(_counted(database, hall, period))
    now = database.clock.now()
    site = counted[0].configuration.site
    today = site.local_day(now)
    of_halls = [_hall(each, period, today) for each in counted]
    parts = [part for hall in of_halls for part in (hall["whole"], *hall["services"])]
    now_days = part_days(each.now for each in counted)
    if len(counted) == 1:
        whole, services = of_halls[0]["whole"].copy(), of_halls[0]["services"]
        whole["key"] = whole["name"] = ""
    else:
        before_days = part_days(each.before for each in counted)
        target = shared_target([hall["whole"]["target"] for hall in of_halls])
        whole = report_part("", "", (now_days, before_days), target)
        services = merged_services(of_halls, (now_days, before_days))
        parts += [whole, *services]
    hold_changes(parts)
    return {
        "schema": SCHEMA,
        "as_of": to_text(now),
        "time_zone": site.time_zone,
        "period": days_of(period, [each.now for each in counted], today),
        "previous": days_of(period.previous(), [each.before for each in counted], today),
        "whole": whole,
        "halls": of_halls,
        "services": services,
        "hours": worst_hours(now_days),
        "not_issued": not_issued_by_reason(sum_of(now_days.every)),
    }


def _counted(database: Database, hall: str, period: Period) -> _Counted:
    hall_id, configuration = database.hall_id(hall), database.configuration(hall)
    with database.read() as rows:
        head = head_of(rows, hall_id)
    found = read_days(database, hall, period.starts_on, period.ends_on)
    previous = period.previous()
    earlier = read_days(database, hall, previous.starts_on, previous.ends_on)
    with database.read() as rows:
        is_new = not has_legs_before(rows, hall_id, period.starts_on)
        was_new = not has_legs_before(rows, hall_id, previous.starts_on)
        first = targets_on(rows, hall_id, period.starts_on)
        today = configuration.site.local_day(database.clock.now())
        last = targets_on(rows, hall_id, min(period.last_on, today))
    return _Counted(
        hall_id,
        configuration,
        CountedDays(found.days, is_new),
        CountedDays(earlier.days, was_new),
        last,
        first,
        head,
    )


def _hall(counted: _Counted, period: Period, today: date) -> ReportHall:
    configuration = counted.configuration
    periods = part_days([counted.now]), part_days([counted.before])
    services = _services(counted, periods)
    target = shared_target([each["target"] for each in services])
    return {
        **days_of(period, [counted.now], today),
        "hall": counted.id,
        "slug": configuration.hall,
        "name": configuration.name,
        "site": configuration.site.slug,
        "site_name": configuration.site.name,
        "facts": counted.head.journal_length,
        "head": counted.head.head_hash,
        "whole": report_part(configuration.hall, configuration.name, periods, target),
        "services": services,
    }


def _services(counted: _Counted, periods: tuple[PartDays, PartDays]) -> list[ReportPart]:
    """The services in the hall's order: those offered, and others that counted something.

    A service that the hall's document no longer has is named by its id.
    """
    known = counted.configuration.services
    used = {service for days in periods for service in days.services()}
    keys = [each.id for each in known.values() if not each.is_retired or each.id in used]
    keys += sorted(used - set(known))
    now, before = periods
    return [
        report_part(
            key,
            known[key].name(FRENCH) if key in known else key,
            (now.of_services([key]), before.of_services([key])),
            report_target(counted.targets.get(key), counted.first_targets.get(key), known[key].target_s)
            if key in known
            else None,
        )
        for key in keys
    ]


def read_day_rows(database: Database, halls: Sequence[ReportHall], period: Period) -> Iterator[Row]:
    """The days of a report and of the period before, as facts give them now (`ROW_COLUMNS`)."""
    for of in (period.previous(), period):
        days: list[CountedDays] = []
        for hall in halls:
            found = read_days(database, hall["hall"], of.starts_on, of.ends_on)
            days.append(CountedDays(found.days, is_new=False))
            names = {each["key"]: each["name"] for each in hall["services"]}
            yield from service_rows(hall["slug"], of.name, found.days, names)
    yield from hour_rows(period.name, days)


@dataclass(frozen=True, slots=True)
class ShownNotice:
    """How long a screen really showed a notice in a period, in milliseconds, and on how many days."""

    title: str
    screen: str
    shown_ms: int
    days: int


@dataclass(frozen=True, slots=True)
class HallEvidence:
    """The evidence of a hall (slug): its journal’s facts and head now, displays and devices of the period.

    `typed`: the typed figures of the period, of the one before, and of the months and quarters inside them,
    as they stood when the report was frozen; `typed_later`: those of a frozen report that were typed since,
    and `withdrawn_later`: those that were withdrawn or replaced since.
    """

    hall: str
    facts: int
    head: str
    shown: list[ShownNotice]
    devices: list[PresentDevice]
    typed: list[TypedFigure]
    typed_later: list[TypedFigure]
    withdrawn_later: list[TypedFigure]


def read_evidence(
    database: Database, hall: str, period: Period, *, frozen_at: datetime | None = None
) -> HallEvidence:
    """The evidence of a hall (id or slug) in a period. Presence is kept for three months, displays for ever.

    `frozen_at`: when the report was frozen, None for a draft. Refusal: unknown_hall.
    """
    hall_id, configuration = database.hall_id(hall), database.configuration(hall)
    labels = {each.id: each.label for each in configuration.screens.values()}
    with database.read() as rows:
        head = head_of(rows, hall_id)
        shown = shown_in_hall(rows, hall_id, first=period.starts_on, last=period.last_on)
        titles = titles_of(rows, {each.notice for each in shown})
    now = _inside(read_typed_figures(database, hall), period)
    kept = now if frozen_at is None else _inside(read_typed_figures(database, hall, at=frozen_at), period)
    return HallEvidence(
        configuration.hall,
        head.journal_length,
        head.head_hash,
        [
            ShownNotice(
                titles.get(each.notice, each.notice),
                labels.get(each.screen, each.screen),
                each.shown_ms,
                each.days,
            )
            for each in shown
        ],
        read_presence(database, hall, period.starts_on, period.ends_on),
        kept,
        [each for each in now if each not in kept],
        [each for each in kept if each not in now],
    )


def _inside(figures: list[TypedFigure], period: Period) -> list[TypedFigure]:
    """Those whose period lies in this one or in the one before."""
    first = period.previous().starts_on
    return [
        each for each in figures if each.period.starts_on >= first and each.period.ends_on <= period.ends_on
    ]
