"""The incidents that a page shows, and those that ask for attention."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from typing import TypedDict

from hardware.json_types import Count, InstantText
from server.domain.attention import AttentionKind, AttentionReach, AttentionRow, Urgency
from server.domain.author import Author
from server.domain.hall.configuration import HallConfiguration
from server.domain.incidents import (
    KEPT,
    MISSING_WITHIN,
    CountedNote,
    Incident,
    IncidentState,
    MonthSummary,
    NoteRequest,
    checked_note,
    summaries,
    without_places,
)
from server.domain.instants import text_or_none, to_text
from server.domain.languages import FRENCH, Texts
from server.domain.people.roles import Permission
from server.domain.quality.indicators import OF_AGENTS
from server.domain.refusals import Refusal
from server.store.configuration.halls import all_halls, by_slug
from server.store.incidents import (
    ChangedNote,
    NoteRow,
    change_note_row,
    incident_by_id,
    incidents_without_note,
    insert_note,
    locked_note_by_id,
    notes_between,
    shown_incidents,
)
from server.store.transactions.database import Database
from server.usecases.hall_view import hall_state
from server.usecases.quality.indicators import Days, withheld_in_parts


class IncidentAnswerer(TypedDict):
    """Who comes."""

    role: str
    labels: Texts | None
    """Of the counter they hold, by language; null: none."""
    hall: str | None
    """The name of their hall; null: that of the incident."""


class IncidentOfHall(TypedDict):
    """An incident that nobody has ended."""

    incident: str
    counter: str | None
    """The id of its counter; null: the reception desk."""
    labels: Texts | None
    """Of its counter, by language; null: the reception desk."""
    state: IncidentState
    is_beyond: bool
    """People of other halls see it too."""
    presses: Count
    raised_at: InstantText
    answered_at: InstantText | None
    answered_by: IncidentAnswerer | None


class HallIncidents(TypedDict):
    """The incidents of a hall."""

    hall: str
    """The slug of the hall."""
    epoch: str
    """New when the hall was created or restored; another epoch is always newer."""
    version: Count
    """Grows by one with each fact of the hall."""
    as_of: InstantText
    name: str
    """Of the site and the hall."""
    incidents: list[IncidentOfHall]


class IncidentsAnswer(TypedDict):
    """The incidents that a page shows: those of its hall, and of other halls those that went beyond."""

    own: list[str]
    """The incidents (ids) that this person raised in the hall."""
    answered: list[str]
    """The incidents (ids) that this person answered in the hall."""
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


def incidents_to_attend(database: Database, reach: AttentionReach) -> Iterator[AttentionRow]:
    """Incidents that nobody answers, of the halls where the reader receives them.

    Those of the last seven days without a note, of the halls that the reader oversees.
    """
    with database.read() as rows:
        shown = by_slug(rows, shown_incidents(rows, None, reach.now))
        missing = by_slug(rows, incidents_without_note(rows, None, reach.now - MISSING_WITHIN, of=None))
    for hall in reach.halls_where(Permission.RECEIVE_INCIDENTS):
        for incident in shown[hall.hall]:
            if incident.answered_at is None:
                yield _row(hall, incident, reach, AttentionKind.INCIDENT_UNANSWERED, Urgency.NOW)
    for hall in reach.halls_where(Permission.SUPERVISE):
        for incident in missing[hall.hall]:
            if not incident.is_shown(reach.now):
                yield _row(hall, incident, reach, AttentionKind.INCIDENT_WITHOUT_NOTE, Urgency.TODAY)


def _row(
    hall: HallConfiguration,
    incident: Incident,
    reach: AttentionReach,
    kind: AttentionKind,
    urgency: Urgency,
) -> AttentionRow:
    place = None if incident.counter is None else hall.counters.get(incident.counter)
    label = (
        reach.translate("incidents.place.reception", reach.language)
        if place is None
        else place.label_in(reach.language)
    )
    return AttentionRow(
        kind=kind,
        urgency=urgency,
        since=incident.raised_at,
        site=hall.site.slug,
        sentence=f"incidents.to_attend.{kind.removeprefix('incident_')}",
        path=f"/incidents?hall={hall.hall}",
        values={"place": label},
    )


LOOKED_BACK = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class ReadNotes:
    """The notes a person may read, the latest first, and their incidents that lack one."""

    notes: Sequence[NoteRow]
    missing: Sequence[Incident]


def read_notes(database: Database, hall: str, author: Author, *, oversees: bool) -> ReadNotes:
    """The notes of a year of a hall (id): all of them for who oversees the hall, else the author's own."""
    today = _today(database, hall)
    now = database.clock.now()
    with database.read() as rows:
        found = notes_between(rows, hall, today - LOOKED_BACK, today + timedelta(days=1))
        missing = incidents_without_note(
            rows, hall, now - MISSING_WITHIN, of=None if oversees else author.ids
        )
    return ReadNotes([each for each in found if oversees or author.is_same(each.written_by)], missing)


def read_summaries(
    database: Database, hall: str, starts_on: date | None = None, ends_on: date | None = None
) -> list[MonthSummary]:
    """The summaries of a hall (id or slug) by month, the latest first; without days those of a year.

    From `starts_on`, before `ends_on`. Counters are left out of months in which fewer than three people
    worked at them (docs/rules/indicators.md, « Few agents »).
    """
    hall, today = database.hall_id(hall), _today(database, hall)
    first, end = starts_on or today - LOOKED_BACK, ends_on or today + timedelta(days=1)
    with database.read() as rows:
        found = notes_between(rows, hall, first, end)
    months = summaries(CountedNote(each.happened_on, each.kind, each.gravity, each.counter) for each in found)
    spans = {each.month: _days_of(each.month) for each in months}
    withheld = withheld_in_parts(database, hall, spans)
    return [without_places(each) if OF_AGENTS & withheld[each.month] else each for each in months]


def _days_of(month: str) -> Days:
    first = date.fromisoformat(f"{month}-01")
    return Days(first, (first + timedelta(days=32)).replace(day=1))


def _today(database: Database, hall: str) -> date:
    return database.configuration(hall).site.local_day(database.clock.now())


def write_note(database: Database, hall: str, author: Author, typed: NoteRequest, *, form: str) -> str:
    """The id of the note written of an incident of a hall (id). The same form again writes nothing.

    Refusals: those of `checked_note`; unknown_incident for one of another hall.
    """
    counters = database.configuration(hall).counters
    note, now = checked_note(typed, _today(database, hall), counters), database.clock.now()
    with database.store.write() as rows:
        if typed.incident:
            found = incident_by_id(rows, typed.incident)
            if found is None or found.hall != hall:
                raise Refusal("unknown_incident", incident=typed.incident)
        insert_note(
            rows,
            NoteRow(
                **asdict(note),
                id=form,
                hall=hall,
                incident=typed.incident or None,
                written_at=now,
                written_by=author.id,
                changed_at=now,
                erase_after=now + KEPT,
            ),
        )
    return form


def change_note(
    database: Database, hall: str, author: Author, note: str, typed: NoteRequest, *, oversees: bool
) -> str:
    """The id of a note that its author changed, or who oversees the hall (id). It may keep its day and place.

    Refusals: those of `checked_note`; unknown_incident_note, also for the note of another person.
    """
    counters = set(database.configuration(hall).counters)
    today, now = _today(database, hall), database.clock.now()
    with database.store.write() as rows:
        found = locked_note_by_id(rows, note)
        may_change = (
            found is not None and found.hall == hall and (oversees or author.is_same(found.written_by))
        )
        if found is None or not may_change:
            raise Refusal("unknown_incident_note", note=note)
        own = {found.counter} if found.counter else set()
        checked = checked_note(typed, today, counters | own, kept_on=found.happened_on)
        if found.erase_after is None:  # its reference was erased: it is not kept a second time
            checked = replace(checked, complaint=None)
        change_note_row(rows, note, ChangedNote(**asdict(checked), changed_at=now))
    return note
