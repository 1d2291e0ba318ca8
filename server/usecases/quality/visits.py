"""Visits one by one: figures of one agent, and their export in the open format, line by line.

Figures of one agent: none at a site unless an administrator turned them on (docs/rules/accounts.md). Where
they are off, no exported leg names its counter; counters and sessions on duty have random names, other ones
each day: a reader can recompute every figure but follow nobody.
"""

import time
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import chain
from operator import attrgetter
from pathlib import Path
from secrets import token_hex
from statistics import median
from zoneinfo import ZoneInfo

from server.domain.author import Author
from server.domain.facts import FactKind, of_kind
from server.domain.instants import midnight
from server.domain.quality.leg_records import (
    COUNTER_COLUMNS,
    LEG_COLUMNS,
    SERVICE_COLUMNS,
    LegRecord,
    cell_text,
    leg_cells,
    service_s,
)
from server.domain.refusals import Refusal
from server.domain.texts import csv_text, fold_text
from server.ids import session_mark
from server.store.people.pseudonyms import accounts_behind, name_of
from server.store.quality import figures
from server.store.quality.figures import Duty, OpenedSession
from server.store.quality.targets import are_individual_figures_on, sites_of_individual_figures
from server.store.transactions.database import Database
from server.usecases.notices.notice_places import Sites
from server.usecases.people.directory import known_sites
from server.usecases.quality.indicators import LONGEST

_LONGEST_SESSION = timedelta(days=2)
"""No session lasts longer: each end of a day closes every counter."""


def decide_individual_figures(
    database: Database, author: Author, site: str, *, is_on: bool, sites: Sites
) -> None:
    """Turns these figures on or off at a site, as a fact; records nothing where nothing changes.

    Refusals: unknown_site, forbidden.
    """
    if site not in known_sites(database):
        raise Refusal("unknown_site", site=site)
    if sites is not None and site not in sites:
        raise Refusal("forbidden")
    with database.installation_transaction(author) as transaction:
        if are_individual_figures_on(transaction, site) != is_on:
            transaction.record(of_kind(FactKind.INDIVIDUAL_FIGURES_DECIDED, site=site, is_on=is_on))


def sites_with_individual_figures(database: Database) -> frozenset[str]:
    """The sites (slugs) at which figures of one agent may be shown."""
    with database.read() as rows:
        return sites_of_individual_figures(rows)


FEWEST_SERVED = 10


@dataclass(frozen=True, slots=True)
class Served:
    """How many people were served, and the median of the seconds at the counter (`service_s`)."""

    count: int
    median_s: int

    @property
    def shown_median_s(self) -> int | None:
        """The median to show; None below `FEWEST_SERVED`, where it would say nothing of the agent."""
        return None if self.count < FEWEST_SERVED else self.median_s


@dataclass(frozen=True, slots=True)
class AgentFigures:
    """The people that one agent has served, in all and by service (id). `name` None: nobody can
    say any more who it was."""

    name: str | None
    served: Served
    services: Mapping[str, Served]


def read_individual_figures(
    database: Database, hall: str, starts_on: date, ends_on: date
) -> list[AgentFigures]:
    """The figures of each agent of a hall (id or slug), from `starts_on`, before `ends_on`, by name.

    Refusals: unknown_hall, individual_figures_off, bad_period when it is empty or has more than 400 days.
    """
    if not timedelta(0) < ends_on - starts_on <= LONGEST:
        raise Refusal("bad_period", period=f"{starts_on}/{ends_on}")
    hall_id, site = database.hall_id(hall), database.configuration(hall).site
    zone = site.zone
    opened_from, ends_at = midnight(starts_on - _LONGEST_SESSION, zone), midnight(ends_on, zone)
    spent: dict[str, dict[str, list[int]]] = {}
    with database.read() as rows:
        if not are_individual_figures_on(rows, site.slug):
            raise Refusal("individual_figures_off")
        sessions = _by_counter(figures.sessions_opened_between(rows, hall_id, opened_from, ends_at))
        days = figures.days_with_legs(rows, hall_id, starts_on, ends_on)
        behind = accounts_behind(rows)
    for day in days:
        time.sleep(0)  # under gevent: other work goes on between two days
        with database.read() as rows:
            legs = figures.legs_of_day(rows, hall_id, day)
        for leg in legs:
            seconds, author = service_s(leg), _who_served(leg, sessions)
            if author is not None and seconds is not None:
                spent.setdefault(behind.get(author, author), {}).setdefault(leg.service, []).append(seconds)
    with database.read() as rows:
        found = [
            AgentFigures(
                name_of(rows, author),
                _served(chain.from_iterable(services.values())),
                {service: _served(services[service]) for service in sorted(services)},
            )
            for author, services in spent.items()
        ]
    return sorted(found, key=lambda each: (each.name is None, fold_text(each.name or "")))


def _served(seconds: Iterable[int]) -> Served:
    each = list(seconds)
    return Served(len(each), int(median(each)))


def _by_counter(sessions: Iterable[OpenedSession]) -> Mapping[str, Sequence[OpenedSession]]:
    found: dict[str, list[OpenedSession]] = {}
    for session in sessions:
        found.setdefault(session.counter, []).append(session)
    return found


def _who_served(leg: LegRecord, sessions: Mapping[str, Sequence[OpenedSession]]) -> str | None:
    """The author (id) who held the counter of a leg when its service ended.

    `sessions`: of each counter, by their opening. An author who opens the counter at that very instant did
    not serve this leg.
    """
    if leg.ended_at is None or leg.counter is None:
        return None
    held = sessions.get(leg.counter, ())
    opened_before = bisect_left(held, leg.ended_at, key=attrgetter("opened_at"))
    if not opened_before:
        return None
    last = held[opened_before - 1]
    return last.author if last.closed_at is None or leg.ended_at <= last.closed_at else None


def export_visits(
    database: Database, halls: Sequence[str], *, days: tuple[date, date], folder: Path
) -> dict[str, int]:
    """Writes the three files of some halls (ids or slugs) into a folder; the rows written, per file.

    `days`: the first is included, the second excluded. Each file is complete or absent.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = {
        "legs.csv": legs_csv(database, halls, days),
        "counters.csv": counters_csv(database, halls, days),
        "services.csv": services_csv(database, halls),
    }
    return {name: _write(folder / name, lines) for name, lines in files.items()}


def legs_csv(database: Database, halls: Iterable[str], days: tuple[date, date]) -> Iterator[str]:
    """The lines of `legs.csv`, header first. Only one business day of one hall is in memory at a time."""
    yield csv_text([LEG_COLUMNS])
    for hall in halls:
        hall_id, configuration = database.hall_id(hall), database.configuration(hall)
        with database.read() as rows:
            with_legs = figures.days_with_legs(rows, hall_id, *days)
            names_counters = are_individual_figures_on(rows, configuration.site.slug)
        for day in with_legs:
            with database.read() as rows:
                legs = figures.legs_of_day(rows, hall_id, day)
            for leg in legs:
                counter = leg.counter if names_counters else None
                yield csv_text([leg_cells(replace(leg, hall=configuration.hall, counter=counter))])


def counters_csv(database: Database, halls: Iterable[str], days: tuple[date, date]) -> Iterator[str]:
    """The lines of `counters.csv`: the intervals on duty of these local days, also those partly in them."""
    yield csv_text([COUNTER_COLUMNS])
    for hall in halls:
        configuration = database.configuration(hall)
        zone = configuration.site.zone
        starts_at, ends_at = (midnight(day, zone) for day in days)
        with database.read() as rows:
            duties = figures.duties_between(rows, database.hall_id(hall), starts_at, ends_at)
            names_counters = are_individual_figures_on(rows, configuration.site.slug)
        if not names_counters:
            duties = _unnamed(duties, zone)
        for duty in duties:
            held = (duty.counter, configuration.hall, session_mark(duty.session), duty.profile, duty.rule)
            planned = (None, None)
            cells = (*held, ";".join(duty.services), duty.opened_at, duty.closed_at, *planned)
            yield csv_text([map(cell_text, cells)])


def _unnamed(duties: Iterable[Duty], zone: ZoneInfo) -> list[Duty]:
    """The duties with random names of counters and sessions, other ones each local day."""
    names: dict[tuple[date, str], str] = {}

    def name(duty: Duty, of: str) -> str:
        day = duty.opened_at.astimezone(zone).date()
        return names.setdefault((day, of), token_hex(4))

    return [
        replace(each, counter=name(each, each.counter), session=name(each, each.session)) for each in duties
    ]


def services_csv(database: Database, halls: Iterable[str]) -> Iterator[str]:
    """The lines of `services.csv`, as configured now."""
    yield csv_text([SERVICE_COLUMNS])
    for hall in halls:
        configuration = database.configuration(hall)
        for service in configuration.services.values():
            targets = (service.target_s, service.target_appointment_s, service.target_priority_s)
            yield csv_text([(service.id, configuration.hall, *targets, service.typed_mean_s)])


def _write(path: Path, lines: Iterator[str]) -> int:
    part = path.with_suffix(".part")
    count = -1
    with part.open("w", encoding="utf-8", newline="") as file:
        for line in lines:
            file.write(line)
            count += 1
    part.replace(path)
    return count
