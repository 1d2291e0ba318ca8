"""Figures of one agent: none at a site unless an administrator decided so; then how many, how long.

All services together and each by itself: a long service is not a slow agent.
"""

import time
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain
from operator import itemgetter
from statistics import median
from zoneinfo import ZoneInfo

from server.domain.author import Author
from server.domain.facts import FactKind, of_kind
from server.domain.instants import midnight, to_micros
from server.domain.quality.leg_records import LegRecord, service_s
from server.domain.refusals import Refusal
from server.domain.text_folding import folded
from server.store.engine.rows import Row
from server.store.people.names import name_of
from server.store.quality.figures import days_with_legs, legs_of_day, sessions_opened_between
from server.store.quality.individual_figures import are_individual_figures_on, sites_of_individual_figures
from server.store.transactions.database import Database
from server.usecases.notices.notice_places import Sites
from server.usecases.people.sites import known_sites
from server.usecases.quality.read_indicators import LONGEST

_LONGEST_SESSION = timedelta(days=2)
"""No session lasts longer: the end of a day closes every counter, also one opened after the end before."""


def decide_individual_figures(
    database: Database, author: Author, site: str, *, is_on: bool, sites: Sites
) -> None:
    """Turns them on or off at a site, as a fact; nothing where it is so already.

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
    def told_median_s(self) -> int | None:
        """None below `FEWEST_SERVED`: it would say nothing of whoever served, and is told nowhere."""
        return None if self.count < FEWEST_SERVED else self.median_s


@dataclass(frozen=True, slots=True)
class AgentFigures:
    """Whom one agent has served, in all and of each service (by its id); name None: gone."""

    name: str | None
    served: Served
    services: Mapping[str, Served]


def read_individual_figures(
    database: Database, hall: str, starts_on: date, ends_on: date
) -> list[AgentFigures]:
    """The figures of each agent of a hall (id or slug), by name, before `ends_on`.

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
    for day in days:
        time.sleep(0)  # under gevent: other work goes on between two days
        with database.read() as rows:
            legs = legs_of_day(rows, hall_id, day)
        for leg in legs:
            seconds, author = service_s(leg), _who_served(leg, sessions)
            if author is not None and seconds is not None:
                spent.setdefault(author, {}).setdefault(leg.service, []).append(seconds)
    with database.read() as rows:
        found = [
            AgentFigures(
                name_of(rows, author),
                _served(chain.from_iterable(services.values())),
                {service: _served(services[service]) for service in sorted(services)},
            )
            for author, services in spent.items()
        ]
    return sorted(found, key=lambda each: (each.name is None, folded(each.name or "")))


def _served(seconds: Iterable[int]) -> Served:
    each = list(seconds)
    return Served(len(each), int(median(each)))


def _by_counter(sessions: Iterable[Row]) -> Mapping[str, Sequence[Row]]:
    found: dict[str, list[Row]] = {}
    for session in sessions:
        found.setdefault(session["counter"], []).append(session)
    return found


def _who_served(leg: LegRecord, sessions: Mapping[str, Sequence[Row]]) -> str | None:
    """Who held the counter of a leg when its service ended; `sessions`: of each counter, by their opening.

    Who takes the counter over at that very instant has served nobody yet.
    """
    if leg.ended_at is None or leg.counter is None:
        return None
    ended, shifts = to_micros(leg.ended_at), sessions.get(leg.counter, ())
    opened_before = bisect_left(shifts, ended, key=itemgetter("opened_at"))
    last = shifts[opened_before - 1] if opened_before else None
    return str(last["author"]) if last is not None and ended <= (last["closed_at"] or ended) else None
