"""Incidents of halls on both databases: raised, joined, answered once, escalated, ended."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from server.domain.attention import AttentionReach
from server.domain.author import Author
from server.domain.incidents import IncidentEndReason, NoteRequest
from server.domain.refusals import Refusal
from server.store.incidents import OwnReceivers, Receiver
from server.store.transactions.database import Database
from server.usecases.counters.counter_sessions import SessionRequest, open_counter
from server.usecases.incidents import lists as write_note_module
from server.usecases.incidents.course import (
    AnsweredIncident,
    Answering,
    Reach,
    answer_incident,
    end_incident,
    escalate_incidents,
    raise_incident,
    read_receivers,
)
from server.usecases.incidents.lists import (
    IncidentsAnswer,
    change_note,
    incidents_to_attend,
    read_incidents,
    read_notes,
    read_summaries,
    write_note,
)
from server.usecases.journal.maintenance import purge
from tests.harness.sql import all_rows, one_row
from tests.harness.waiting import begun_before
from tests.server.usecases.quality.figures_history import Hands, checked, database_with_hall

CALLER, COLLEAGUE, GUARD = Author("caller"), Author("colleague"), Author("guard")
COUNTER, OTHER = "laon-g1", "laon-g2"
LABELS = {
    "fr": "guichet 2",
    "ar": "شباك 2",
    "en": "counter 2",
    "es": "ventanilla 2",
    "fa-AF": "غرفه 2",
    "pt": "balcão 2",
    "tr": "gişe 2",
    "uk": "віконце 2",
}


@dataclass
class Halls:
    """Laon and Vervins, with a clock to move."""

    database: Database
    hands: Hands

    def raised(self, counter: str | None = COUNTER, by: Author = CALLER, *, here: bool = True) -> str:
        return raise_incident(self.database, "laon", by, counter, reach=Reach(here, is_anywhere=True))[
            "incident"
        ]

    def answered(self, incident: str, by: Author, hall: str = "laon", **more: Any) -> AnsweredIncident:
        wanted: dict[str, Any] = {"role": "agent", "oversees": False} | more
        answering = Answering(self.database.hall_id(hall), **wanted)
        return answer_incident(self.database, incident, by, answering)

    def later(self, seconds: float) -> int:
        self.hands.now += timedelta(seconds=seconds)
        return escalate_incidents(self.database)

    def read(self, by: Author = COLLEAGUE, hall: str = "laon", *, beyond: bool = False) -> IncidentsAnswer:
        return read_incidents(self.database, self.database.hall_id(hall), by, hears_beyond=beyond)

    def states(self, by: Author = COLLEAGUE, hall: str = "laon", *, beyond: bool = False) -> list[str]:
        return [
            str(each["state"])
            for one in self.read(by, hall, beyond=beyond)["halls"]
            for each in one["incidents"]
        ]

    def facts(self) -> list[str]:
        found = all_rows(
            self.database, "SELECT kind FROM hall_fact WHERE kind LIKE 'Incident%' ORDER BY position"
        )
        return [each["kind"] for each in found]


@pytest.fixture
def halls(database_url: str) -> Iterator[Halls]:
    hands = Hands()
    with checked(database_with_hall(database_url, hands, "laon", "vervins"), "laon") as database:
        yield Halls(database, hands)


def refusal(verb: Any, *values: Any, **named: Any) -> str:
    with pytest.raises(Refusal) as refused:
        verb(*values, **named)
    return refused.value.code


def test_the_first_person_to_answer_comes_and_others_see_the_counter_they_come_from(halls: Halls):
    open_counter(halls.database, OTHER, COLLEAGUE, SessionRequest())
    incident = halls.raised()
    assert halls.read(CALLER)["own"] == [incident]
    assert halls.answered(incident, COLLEAGUE)["is_own"]
    assert not halls.answered(incident, GUARD, role="security")["is_own"]
    [shown] = halls.read(GUARD)["halls"][0]["incidents"]
    assert shown["state"] == "answered"
    assert shown["answered_by"] == {"role": "agent", "labels": LABELS, "hall": None}
    assert halls.later(120) == 0, "an answered incident takes no further step"
    assert halls.facts() == ["IncidentRaised", "IncidentAnswered"]


def test_two_people_press_at_one_place_and_at_two(halls: Halls):
    first = halls.raised()
    assert halls.raised(by=COLLEAGUE) == first
    desk = halls.raised(None, COLLEAGUE)
    assert desk != first
    shown = halls.read(GUARD)["halls"][0]["incidents"]
    assert [(each["counter"], each["presses"]) for each in shown] == [(COUNTER, 2), (None, 1)]
    assert halls.read(COLLEAGUE)["own"] == [first, desk]
    halls.answered(first, GUARD)
    assert halls.raised() != first, "somebody is there already: the next press asks for another person"


def test_an_incident_without_answer_goes_beyond_the_hall_after_30_s_then_is_named_unanswered(halls: Halls):
    halls.raised()
    supervisor = Author("supervisor-of-vervins")
    assert halls.later(29) == 0
    assert halls.states(supervisor, "vervins", beyond=True) == []
    assert halls.later(1) == 1
    assert halls.later(0) == 0, "another worker does it once more, and nothing changes"
    assert halls.states() == ["escalated"]
    assert halls.states(supervisor, "vervins", beyond=True) == ["escalated"]
    assert halls.states(Author("agent-of-vervins"), "vervins") == [], "other sites: only who oversees theirs"
    assert halls.later(30) == 1
    assert halls.states(CALLER) == ["unanswered"]
    assert halls.facts() == ["IncidentRaised", "IncidentEscalated", "IncidentUnanswered"]


def test_a_server_that_was_away_takes_both_steps_when_it_is_back(halls: Halls):
    halls.raised()
    assert halls.later(600) == 2
    assert halls.states() == ["unanswered"]
    halls.later(3600)
    assert halls.states() == [], "after an hour pages leave it out"


def test_where_nobody_is_connected_an_incident_goes_beyond_the_hall_at_once(halls: Halls):
    halls.raised(here=False)
    assert halls.states(Author("supervisor-of-vervins"), "vervins", beyond=True) == ["escalated"]


def test_who_answers_from_elsewhere_is_named_with_their_hall(halls: Halls):
    there: dict[str, Any] = {"hall": "vervins", "oversees": True, "role": "supervisor"}
    incident = halls.raised()
    assert refusal(halls.answered, incident, GUARD, **there) == "incident_elsewhere"
    halls.later(30)
    assert refusal(halls.answered, incident, GUARD, **there | {"oversees": False}) == "incident_elsewhere"
    halls.answered(incident, GUARD, **there)
    [shown] = halls.read(CALLER)["halls"][0]["incidents"]
    by = shown["answered_by"]
    assert by is not None
    assert (by["role"], "Vervins" in (by["hall"] or "")) == ("supervisor", True)


def test_who_pressed_who_answered_and_who_oversees_end_an_incident(halls: Halls):
    def end(
        incident: str, by: Author, reason: IncidentEndReason = IncidentEndReason.OVER, **more: Any
    ) -> None:
        more = {"oversees": False} | more
        end_incident(halls.database, "laon", incident, by, reason, **more)

    incident = halls.raised()
    assert refusal(end, incident, COLLEAGUE) == "incident_of_another"
    assert (
        refusal(end, incident, COLLEAGUE, IncidentEndReason.MISTAKE, oversees=True) == "incident_of_another"
    )
    end(incident, CALLER, IncidentEndReason.MISTAKE)
    end(incident, CALLER)
    assert halls.states() == []
    assert refusal(halls.answered, incident, COLLEAGUE) == "incident_over"
    assert halls.later(60) == 0
    assert refusal(end, "nothing", CALLER) == "unknown_incident"
    assert refusal(halls.raised, "laon-g99") == "unknown_counter"
    assert halls.facts() == ["IncidentRaised", "IncidentEnded"]


def test_who_would_receive_is_said_by_function_and_place_without_the_caller(halls: Halls):
    laon, vervins = halls.database.hall_id("laon"), halls.database.hall_id("vervins")
    open_counter(halls.database, OTHER, COLLEAGUE, SessionRequest())
    receivers, now_s = OwnReceivers(), halls.hands.now.timestamp()
    pages = {
        "1": Receiver(laon, "laon", CALLER.id, "console", hears_beyond=False),
        "2": Receiver(laon, "laon", COLLEAGUE.id, "console", hears_beyond=False),
        "3": Receiver(laon, "laon", GUARD.id, "security", hears_beyond=False),
        "4": Receiver(vervins, "vervins", "chief", "wall", hears_beyond=True),
        "5": Receiver(vervins, "vervins", "agent", "console", hears_beyond=False),
    }
    receivers.keep(pages, now_s)
    found = read_receivers(halls.database, receivers, laon, CALLER)
    assert [(each["page"], each["labels"]) for each in found["here"]] == [
        ("console", LABELS),
        ("security", None),
    ]
    assert (found["beyond"], found["is_known"], found["phone"]) == (1, True, "17")
    halls.hands.now += timedelta(seconds=61)
    gone = read_receivers(halls.database, receivers, laon, CALLER)
    assert (gone["here"], gone["beyond"]) == ([], 0), "a page that was not seen for a minute"


AGENT, OTHER_COLLEAGUE, CHIEF = Author("agent"), Author("colleague"), Author("chief")
NOTE = NoteRequest("2026-11-20", "insult", "1", "laon-g1", ("complaint",), "2026/0042")


@dataclass
class Notes:
    """Laon, with a clock to move."""

    database: Database
    hands: Hands

    @property
    def hall(self) -> str:
        return self.database.hall_id("laon")

    def read(self, by: Author, *, oversees: bool = False) -> list[str]:
        return [each.id for each in read_notes(self.database, self.hall, by, oversees=oversees).notes]

    def missing(self, by: Author, *, oversees: bool = False) -> list[str]:
        return [each.id for each in read_notes(self.database, self.hall, by, oversees=oversees).missing]

    def attention(self) -> list[str]:
        hall = self.database.configuration("laon")
        reach = AttentionReach(
            *([hall], lambda permission, site: True, lambda site: ()),
            *("fr", lambda key, *_: key, self.hands.now),
            AGENT,
        )
        return [str(each.kind) for each in incidents_to_attend(self.database, reach)]


@pytest.fixture
def notes(database_url: str) -> Iterator[Notes]:
    hands = Hands()
    database = database_with_hall(database_url, hands, "laon")
    yield Notes(database, hands)
    database.close()


def test_a_note_is_read_by_its_author_and_by_who_oversees_the_hall_and_changed_by_no_other(notes: Notes):
    write_note(notes.database, notes.hall, AGENT, NOTE, form="one")
    write_note(notes.database, notes.hall, AGENT, NOTE, form="one")
    assert (notes.read(AGENT), notes.read(OTHER_COLLEAGUE), notes.read(CHIEF, oversees=True)) == (
        ["one"],
        [],
        ["one"],
    )
    graver = NoteRequest("2026-11-20", "threat", "2")
    with pytest.raises(Refusal, match="unknown_incident_note"):
        change_note(notes.database, notes.hall, OTHER_COLLEAGUE, "one", graver, oversees=False)
    change_note(notes.database, notes.hall, AGENT, "one", graver, oversees=False)
    [row] = read_notes(notes.database, notes.hall, AGENT, oversees=False).notes
    assert (row.kind, row.gravity, row.counter, row.complaint) == ("threat", 2, None, None)


def test_an_incident_without_a_note_asks_for_attention_until_it_is_noted(notes: Notes):
    reach = Reach(is_here=True, is_anywhere=True)
    incident = raise_incident(notes.database, "laon", AGENT, "laon-g1", reach=reach)["incident"]
    assert notes.attention() == ["incident_unanswered"]
    notes.hands.now += timedelta(hours=2)
    assert notes.attention() == ["incident_without_note"]
    assert notes.missing(AGENT) == [incident] == notes.missing(CHIEF, oversees=True)
    assert notes.missing(OTHER_COLLEAGUE) == []
    about = NoteRequest("2026-11-20", "insult", "1", "laon-g1", incident=incident)
    write_note(notes.database, notes.hall, AGENT, about, form="one")
    assert (notes.missing(AGENT), notes.attention()) == ([], [])
    with pytest.raises(Refusal, match="unknown_incident"):
        write_note(
            notes.database,
            notes.hall,
            AGENT,
            NoteRequest("2026-11-20", "insult", "1", incident="x"),
            form="2",
        )


def test_a_summary_leaves_out_places_where_fewer_than_three_agents_worked(notes: Notes):
    write_note(notes.database, notes.hall, AGENT, NOTE, form="one")
    [month] = read_summaries(notes.database, "laon")
    assert (month.month, month.total, month.by_counter) == ("2026-11", 1, None)
    for rank, agent in enumerate((AGENT, OTHER_COLLEAGUE, CHIEF), start=1):
        open_counter(notes.database, f"laon-g{rank}", agent, SessionRequest())
    [month] = read_summaries(notes.database, "laon")
    assert month.by_counter == {"laon-g1": 1}


@pytest.mark.both_databases
def test_after_a_year_nothing_says_who_wrote_a_note_nor_which_complaint_followed(notes: Notes):
    write_note(notes.database, notes.hall, AGENT, NOTE, form="one")
    notes.hands.now += timedelta(days=364)
    assert purge(notes.database)["incident_note"] == 0
    notes.hands.now += timedelta(days=2)
    assert purge(notes.database)["incident_note"] == 1
    assert purge(notes.database)["incident_note"] == 0
    row = one_row(notes.database, "SELECT written_by, complaint, kind, counter FROM incident_note")
    assert dict(row) == {"written_by": None, "complaint": None, "kind": "insult", "counter": "laon-g1"}
    assert notes.read(AGENT) == []
    later = NoteRequest(notes.hands.now.date().isoformat(), "insult", "1", "", ("complaint",), "2027/1")
    change_note(notes.database, notes.hall, CHIEF, "one", later, oversees=True)
    assert one_row(notes.database, "SELECT complaint FROM incident_note")["complaint"] is None


def test_a_changed_note_keeps_its_day_however_old_and_the_reference_that_comes_then(notes: Notes):
    write_note(notes.database, notes.hall, AGENT, NOTE, form="one")
    notes.hands.now += timedelta(days=107)
    late = replace(NOTE, complaint="2027/0007")
    change_note(notes.database, notes.hall, AGENT, "one", late, oversees=False)
    [row] = read_notes(notes.database, notes.hall, AGENT, oversees=False).notes
    assert (row.happened_on.isoformat(), row.complaint) == (NOTE.happened_on, "2027/0007")
    for refused in (
        lambda: write_note(notes.database, notes.hall, AGENT, late, form="two"),
        lambda: change_note(
            *(notes.database, notes.hall, AGENT, "one", replace(NOTE, happened_on="2026-11-21")),
            oversees=False,
        ),
    ):
        with pytest.raises(Refusal, match="bad_incident_day"):
            refused()


@pytest.mark.both_databases
def test_a_reference_that_is_erased_while_its_note_changes_is_not_written_back(notes: Notes):
    write_note(notes.database, notes.hall, AGENT, NOTE, form="one")
    notes.hands.now += timedelta(days=365)
    with begun_before(write_note_module, "change_note_row", partial(purge, notes.database)):
        change_note(notes.database, notes.hall, AGENT, "one", NOTE, oversees=False)
    assert one_row(notes.database, "SELECT complaint FROM incident_note")["complaint"] is None
