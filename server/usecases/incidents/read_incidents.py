"""Read the incidents that a page shows: those of its hall, and those elsewhere that nobody answered."""

from typing import TypedDict

from server.domain.author import Author
from server.domain.hall.configuration import HallConfiguration
from server.domain.incidents.incidents import Incident, IncidentState
from server.domain.instants import text_or_none, to_text
from server.domain.languages import FRENCH, Texts
from server.store.configuration.halls import all_halls
from server.store.incidents.incidents import shown_incidents
from server.store.transactions.database import Database
from server.usecases.hall_view import hall_state


class IncidentAnswerer(TypedDict):
    """Who comes: their role, the counter they hold (null: none), their hall (null: that of the incident).

    `labels`: of the counter, by language.
    """

    role: str
    labels: Texts | None
    hall: str | None


class IncidentOfHall(TypedDict):
    """An incident: its counter (id and labels by language, null: the reception desk) and where it stands.

    `is_beyond`: people of other halls see it too. `presses`: how often the key was pressed for it.
    """

    incident: str
    counter: str | None
    labels: Texts | None
    state: IncidentState
    is_beyond: bool
    presses: int
    raised_at: str
    answered_at: str | None
    answered_by: IncidentAnswerer | None


class HallIncidents(TypedDict):
    """The incidents of a hall (slug), as every page receives them, at an instant of the hall."""

    hall: str
    epoch: str
    version: int
    as_of: str
    name: str
    incidents: list[IncidentOfHall]


class IncidentsAnswer(TypedDict):
    """The incidents of every hall of which the page hears, and those (ids) that its person raised."""

    own: list[str]
    answered: list[str]
    halls: list[HallIncidents]


def read_hall_incidents(database: Database, hall: str) -> HallIncidents:
    """The incidents of a hall (id) that pages show. Refusal: unknown_hall."""
    with database.read() as rows:
        state = hall_state(database, rows, hall)
        found = shown_incidents(rows, hall, database.clock.now())
    return {
        **state.position_message,
        "name": _name(state.configuration),
        "incidents": [_answer(database, state.configuration, each) for each in found],
    }


def read_incidents(database: Database, hall: str, author: Author, *, hears_beyond: bool) -> IncidentsAnswer:
    """What a page of a hall (id) shows to an author; `hears_beyond`: also from other sites.

    Of other halls only the incidents that have gone beyond theirs. Refusal: unknown_hall.
    """
    now = database.clock.now()
    with database.read() as rows:
        own = shown_incidents(rows, hall, now)
    halls = [read_hall_incidents(database, hall)]
    for other, is_near in other_halls(database, hall).items():
        if not (is_near or hears_beyond):
            continue
        found = read_hall_incidents(database, other)
        found["incidents"] = [each for each in found["incidents"] if each["is_beyond"]]
        halls.append(found)
    return {
        "own": [each.id for each in own if each.is_own_of(author)],
        "answered": [each.id for each in own if author.is_same(each.answered_by)],
        "halls": halls,
    }


def other_halls(database: Database, hall: str) -> dict[str, bool]:
    """The other halls (ids) than one (id), and whether each is of the same site."""
    with database.read() as rows:
        halls = [each for each in all_halls(rows) if each.is_configured]
        sites = {each.id: database.configurations.of(rows, each).site.slug for each in halls}
    return {each: site == sites[hall] for each, site in sites.items() if each != hall}


def _name(configuration: HallConfiguration) -> str:
    """The hall as people elsewhere know it: with its site, unless its own name says that too."""
    site, hall = configuration.site.name, configuration.name
    return hall if site in hall else f"{site}, {hall}"


def _answer(database: Database, configuration: HallConfiguration, incident: Incident) -> IncidentOfHall:
    return {
        "incident": incident.id,
        "counter": incident.counter,
        "labels": _labels(configuration, incident.counter),
        "state": incident.state,
        "is_beyond": incident.escalated_at is not None,
        "presses": incident.joins + 1,
        "raised_at": to_text(incident.raised_at),
        "answered_at": text_or_none(incident.answered_at),
        "answered_by": _answerer(database, incident),
    }


def _answerer(database: Database, incident: Incident) -> IncidentAnswerer | None:
    if incident.answered_role is None or incident.answered_hall is None:
        return None
    there = database.configuration(incident.answered_hall)
    return {
        "role": incident.answered_role,
        "labels": _labels(there, incident.answered_counter),
        "hall": None if incident.answered_hall == incident.hall else _name(there),
    }


def _labels(configuration: HallConfiguration, counter: str | None) -> Texts | None:
    """The labels of a counter (id) by language; its id once it is gone."""
    if counter is None:
        return None
    found = configuration.counters.get(counter)
    return {FRENCH: counter} if found is None else found.every_label()
