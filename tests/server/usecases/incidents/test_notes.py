"""Notes of incidents on both databases: who reads them, what asks for attention, what is erased when."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

import pytest

from server.domain.attention import AttentionReach
from server.domain.author import Author
from server.domain.incidents import NoteRequest
from server.domain.refusals import Refusal
from server.store.transactions.database import Database
from server.usecases.counters.counter_sessions import SessionRequest, open_counter
from server.usecases.incidents import lists as write_note_module
from server.usecases.incidents.course import Reach, raise_incident
from server.usecases.incidents.lists import (
    change_note,
    incidents_to_attend,
    read_notes,
    read_summaries,
    write_note,
)
from server.usecases.journal.backup_and_restore import purge
from tests.harness.overlapping import begun_before
from tests.harness.sql import one_row
from tests.server.usecases.quality.figures_history import Hands, database_with_hall

AGENT, COLLEAGUE, CHIEF = Author("agent"), Author("colleague"), Author("chief")
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
    assert (notes.read(AGENT), notes.read(COLLEAGUE), notes.read(CHIEF, oversees=True)) == (
        ["one"],
        [],
        ["one"],
    )
    graver = NoteRequest("2026-11-20", "threat", "2")
    with pytest.raises(Refusal, match="unknown_incident_note"):
        change_note(notes.database, notes.hall, COLLEAGUE, "one", graver, oversees=False)
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
    assert notes.missing(COLLEAGUE) == []
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
    for rank, agent in enumerate((AGENT, COLLEAGUE, CHIEF), start=1):
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
