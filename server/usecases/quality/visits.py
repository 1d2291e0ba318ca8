"""Figures of one agent: how many people, and how long. None at a site unless an administrator turned them on.

All services together, and each service alone: a long service is not a slow agent.
"""

import time
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain
from operator import attrgetter
from statistics import median
from zoneinfo import ZoneInfo

from server.domain.author import Author
from server.domain.facts import FactKind, of_kind
from server.domain.instants import midnight
from server.domain.quality.leg_records import LegRecord, service_s
from server.domain.refusals import Refusal
from server.domain.texts import fold_text
from server.store.people.pseudonyms import accounts_behind, name_of
from server.store.quality.figures import OpenedSession, days_with_legs, legs_of_day, sessions_opened_between
from server.store.quality.targets import are_individual_figures_on, sites_of_individual_figures
from server.store.transactions.database import Database
from server.usecases.notices.notice_places import Sites
from server.usecases.people.sites import known_sites
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
    zone = ZoneInfo(site.time_zone)
    opened_from, ends_at = midnight(starts_on - _LONGEST_SESSION, zone), midnight(ends_on, zone)
    spent: dict[str, dict[str, list[int]]] = {}
    with database.read() as rows:
        if not are_individual_figures_on(rows, site.slug):
            raise Refusal("individual_figures_off")
        sessions = _by_counter(sessions_opened_between(rows, hall_id, opened_from, ends_at))
        days = days_with_legs(rows, hall_id, starts_on, ends_on)
        behind = accounts_behind(rows)
    for day in days:
        time.sleep(0)  # under gevent: other work goes on between two days
        with database.read() as rows:
            legs = legs_of_day(rows, hall_id, day)
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
