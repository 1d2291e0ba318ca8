"""Which figures of a hall and period are withheld because few people worked there."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from server.domain.author import year_of
from server.domain.instants import midnight
from server.domain.quality.few_people import people_at_work, withheld_names
from server.store.people.pseudonyms import accounts_behind
from server.store.quality.figures import sessions_open_between
from server.store.quality.targets import are_individual_figures_on
from server.store.transactions.database import Database


class Days(NamedTuple):
    """The local days from `starts_on`, before `ends_on`."""

    starts_on: date
    ends_on: date


def withheld_figures(database: Database, hall: str, starts_on: date, ends_on: date) -> frozenset[str]:
    """The names of the indicators withheld for a hall (id or slug), from `starts_on`, before `ends_on`.

    None are where the site allows figures of one agent, where three people or more worked at the counters,
    and over a year or more (docs/rules/indicators.md, « Few agents »). The sentence that says why has the key
    `quality.withheld`. Refusal: unknown_hall.
    """
    return withheld_in_parts(database, hall, {"all": Days(starts_on, ends_on)})["all"]


def withheld_in_parts(
    database: Database, hall: str, parts: Mapping[str, Days], *, is_public: bool = False
) -> Mapping[str, frozenset[str]]:
    """The same for each of several spans of days, by their keys.

    `is_public`: anybody reads them, so that no decision of the site allows figures of one agent.
    """
    if not parts:
        return {}
    hall_id, site = database.hall_id(hall), database.configuration(hall).site
    zone = ZoneInfo(site.time_zone)
    instants = {
        key: (midnight(days.starts_on, zone), midnight(days.ends_on, zone)) for key, days in parts.items()
    }
    first, last = min(starts for starts, _ in instants.values()), max(ends for _, ends in instants.values())
    with database.read() as rows:
        is_allowed = not is_public and are_individual_figures_on(rows, site.slug)
        sessions = sessions_open_between(rows, hall_id, first, last)
        links = accounts_behind(rows)

    def agents(starts_at: datetime, ends_at: datetime) -> int:
        authors = (
            (year_of(each.opened_at), each.author)
            for each in sessions
            if each.opened_at < ends_at and (each.closed_at is None or each.closed_at > starts_at)
        )
        return people_at_work(authors, links)

    return {
        key: withheld_names(agents(*instants[key]), *days, is_allowed=is_allowed)
        for key, days in parts.items()
    }
