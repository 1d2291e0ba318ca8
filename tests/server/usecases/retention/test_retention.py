"""What is kept how long: one schedule, which the purge works from; other days are said before they apply."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from server.domain.author import SYSTEM, Author
from server.domain.refusals import Refusal
from server.domain.retention import SCHEDULE
from server.store.operation.erase_expired import ERASE
from server.store.people.accounts import Grant
from server.store.transactions.database import Database
from server.usecases.hours.opening import close_day
from server.usecases.journal.backup_and_restore import purge
from server.usecases.people.accounts import Described
from server.usecases.people.invitations import invite
from server.usecases.retention import DailyRewriting, decide_retention, read_effect, read_retention
from tests.harness.sql import all_rows
from tests.server.store.journals import HALL, morning
from tests.server.usecases.quality.figures_history import Hands

ADA = Author("ada")


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def database(database_url: str, hands: Hands) -> Iterator[Database]:
    found = morning(database_url, hands)
    yield found
    found.close()


def test_the_purge_and_the_schedule_name_the_same_tables():
    assert {row.table for row in SCHEDULE if row.table is not None} == set(ERASE)


def test_a_shortened_time_says_what_it_erases_and_applies_at_the_next_purge(database: Database, hands: Hands):
    invite(database, SYSTEM, Described("ada", "Ada"), [Grant("agent", "laon")], sites=None)
    hands.now += timedelta(days=10)
    assert purge(database)["invitation"] == 0
    effect = read_effect(database, "invitation", 2)
    assert (effect.before, effect.days, effect.erased) == (30, 2, 1)
    assert read_effect(database, "invitation", 4).erased == 0
    decide_retention(database, ADA, "invitation", 2, sites=None)
    decide_retention(database, ADA, "invitation", 2, sites=None)
    decided = "SELECT body FROM installation_fact WHERE kind = 'RetentionDecided'"
    assert all_rows(database, decided) == [{"body": '{"before":30,"days":2,"name":"invitation"}'}]
    assert purge(database)["invitation"] == 1
    [run] = read_retention(database).runs
    assert (run.erased["invitation"], run.overdue) == (1, {})
    assert [each.row.name for each in read_retention(database).rows if each.is_chosen] == ["invitation"]


@pytest.mark.parametrize(
    ("name", "days", "sites", "code"),
    [
        ("invitation", 366, None, "retention_out_of_bounds"),
        ("invitation", 5, frozenset({"laon"}), "retention_of_all_sites"),
    ],
)
def test_a_time_that_cannot_be_chosen_is_refused(
    database: Database, name: str, days: int, sites: frozenset[str] | None, code: str
):
    with pytest.raises(Refusal) as refused:
        decide_retention(database, ADA, name, days, sites=sites)
    assert refused.value.code == code


def test_what_a_purge_left_behind_and_purges_that_stopped_are_named(database: Database, hands: Hands):
    assert read_retention(database).is_late, "none ran yet"
    purge(database)
    assert not read_retention(database).is_late
    hands.now += timedelta(days=3)
    found = read_retention(database)
    assert found.is_late
    over = {each.row.name: each.overdue for each in found.rows if each.overdue}
    assert over["ticket_access"] == 12
    purge(database)
    assert [run.erased.get("ticket_access") for run in read_retention(database).runs] == [12, None]


@pytest.mark.both_databases
def test_pages_are_written_anew_once_a_day_when_no_hall_is_in_use(database: Database, hands: Hands):
    rewritten = list[str]()

    def call_apart(function: object, url: str) -> bool:
        rewritten.append(url)
        return True

    rewriting = DailyRewriting(database, call_apart)
    rewriting.make()
    assert rewritten == [], "by day people would wait for it"
    friday, hands.now = hands.now.date(), hands.now.replace(hour=2) + timedelta(days=3)
    rewriting.make()
    assert rewritten == [], "a counter is open and people wait"
    close_day(database, HALL, friday)
    hands.now = hands.now.replace(hour=7, minute=25)
    rewriting.make()
    assert rewritten == [], "the hall opens in five minutes"
    hands.now = hands.now.replace(minute=0)
    rewriting.make()
    rewriting.make()
    assert rewritten == [database.url]
