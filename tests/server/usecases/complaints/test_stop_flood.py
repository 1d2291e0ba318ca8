"""A flood of the register, on both databases: staff write on, one press reopens, its entries go aside."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from server.domain.complaints import MOST_A_DAY, Channel, EntryRequest, EntryVerb
from server.domain.quality.periods import parse_period
from server.store.transactions.database import Database
from server.usecases.complaints import act_on_entry as stop_flood_module
from server.usecases.complaints.act_on_entry import (
    act_on_entry,
    read_flood,
    reopen_register,
    restore_flood,
    set_flood_aside,
)
from server.usecases.complaints.entries import (
    AddedEntry,
    RegisterReach,
    add_entry,
    read_own_entry,
    read_register,
)
from server.web.pages.voice.pack_lines import complaint_lines
from tests.harness.sql import execute
from tests.harness.waiting import begun_before
from tests.server.usecases.complaints.open_register import open_register_of
from tests.server.usecases.complaints.test_entries import refusal_of
from tests.server.usecases.quality.figures_history import Hands, database_with_hall

QUALITY, SUPERVISOR = RegisterReach("laon", True), RegisterReach("laon", False)
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
COLUMNS = (
    "secret_digest, kind, channel, language, text, concerns_agent, written_on, state, answer, reason,"
    " public_asked, public_done, received_at"
)


@pytest.fixture
def hands() -> Hands:
    return Hands(NOW)


@pytest.fixture
def database(database_url: str, hands: Hands) -> Iterator[Database]:
    found = database_with_hall(database_url, hands)
    open_register_of(found)
    yield found
    found.close()


def add(database: Database, form: str, channel: str = "web", *, about_agent: bool = False) -> AddedEntry:
    written = EntryRequest("complaint", channel, form, concerns_agent=about_agent)
    return add_entry(database, "laon", written, form=form, language="fr", channels=list(Channel))


def flood(database: Database, count: int = MOST_A_DAY) -> AddedEntry:
    """So many entries at once by internet; the first of them."""
    first = add(database, "flood")
    for n in range(count - 1):
        execute(
            database,
            f"INSERT INTO complaint (id, hall, reference, {COLUMNS})"
            f" SELECT id || :n, hall, reference || :n, {COLUMNS} FROM complaint WHERE text = 'flood'"
            " AND length(reference) = 7",
            n=f"-{n}",
        )
    return first


def test_a_flood_of_one_channel_closes_neither_the_other_nor_the_pages_of_staff(database: Database):
    flood(database)
    with refusal_of("register_full"):
        add(database, "a visitor")
    for channel in (each for each in Channel if each is not Channel.WEB):
        assert add(database, f"by {channel}", channel)["reference"]
    for n in range(MOST_A_DAY):
        add(database, f"said {n}", "oral")


def test_one_press_reopens_a_register_that_a_flood_filled(database: Database, hands: Hands):
    assert read_flood(database, SUPERVISOR) is None
    flood(database)
    found = read_flood(database, SUPERVISOR)
    assert found is not None
    assert (found.count, found.is_full, found.begun_at) == (MOST_A_DAY, True, NOW)
    hands.now += timedelta(minutes=1)
    reopen_register(database, SUPERVISOR)
    assert add(database, "a visitor")["reference"]
    again = read_flood(database, SUPERVISOR)
    assert again is not None
    assert (again.count, again.is_full) == (MOST_A_DAY + 1, False)


def test_what_a_flood_wrote_is_set_aside_together_counts_nowhere_and_comes_back(
    database: Database, hands: Hands
):
    first, hidden = flood(database, 60), add(database, "about", about_agent=True)
    found = read_flood(database, SUPERVISOR)
    assert found is not None
    assert found.last_at is not None
    assert (found.count, found.hidden) == (60, 1)
    hands.now += timedelta(seconds=1)
    later = add(database, "a visitor, after the page was read")
    with refusal_of("complaint_reason_missing"):
        set_flood_aside(database, SUPERVISOR, until=found.last_at, reason=" ")
    assert set_flood_aside(database, SUPERVISOR, until=found.last_at, reason="Automate") == 60
    states = {each.row.id: each.row.state for each in read_register(database, QUALITY).entries}
    assert (states[hidden["entry"]], states[later["entry"]]) == ("received", "received")
    assert [line[4] for line in complaint_lines(database, ["laon"], parse_period("2026-11"))] == [2]
    own = read_own_entry(database, "laon", reference=first["reference"], secret=first["secret"])
    assert (own.state, own.reason) == ("set_aside", "")
    act_on_entry(database, SUPERVISOR, first["entry"], EntryVerb.RESTORE)
    assert restore_flood(database, SUPERVISOR) == 59
    rows = [each.row for each in read_register(database, QUALITY).entries]
    assert {(row.state, row.reason) for row in rows} == {("received", "")}
    assert complaint_lines(database, ["laon"], parse_period("2026-11"))[0][4] == 62


def test_setting_a_flood_aside_frees_the_budget_that_it_used(database: Database):
    flood(database)
    assert set_flood_aside(database, SUPERVISOR, until=NOW, reason="Automate") == MOST_A_DAY
    assert read_flood(database, SUPERVISOR) is None
    assert add(database, "a visitor")["reference"]


@pytest.mark.both_databases
def test_an_entry_that_somebody_takes_on_meanwhile_is_not_set_aside(database: Database):
    first = flood(database, 40)["entry"]
    taken = partial(act_on_entry, database, SUPERVISOR, first, EntryVerb.ACKNOWLEDGE)
    with begun_before(stop_flood_module, "move_entries", taken) as other:
        set_flood_aside(database, SUPERVISOR, until=NOW, reason="Automate")
    moved = {each.row.id: each.row.state for each in read_register(database, QUALITY).entries}
    outcome = other[0].exception()
    assert moved[first] == ("acknowledged" if outcome is None else "set_aside")
