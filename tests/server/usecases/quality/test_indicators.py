import io
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from server.domain.author import SYSTEM
from server.domain.quality.indicators import INDICATORS, figures_of
from server.domain.quality.leg_records import CONTRACT_COLUMNS, read_legs
from server.domain.quality.rollup import DayCounts, Rollup, roll_up
from server.domain.refusals import Refusal
from server.domain.visits.transitions import OUTCOMES
from server.ids import new_id
from server.store.journal.rebuild import rebuild
from server.store.transactions.database import Database
from server.usecases.calling import AtCounter, call_next
from server.usecases.configuration.publication import publish_hall
from server.usecases.counters.counter_sessions import SessionRequest, open_counter
from server.usecases.legs import StatedResult
from server.usecases.quality.indicators import DIMENSIONS, read_days, read_indicators
from server.usecases.quality.visits import export_visits, legs_csv
from server.usecases.tickets.issuing import TicketRequest, issue_ticket
from server.usecases.visits.gestures import Gesture
from server.usecases.visits.leg_verbs import finish
from tests.harness.sql import execute
from tests.server.usecases.at_counters import AGENT
from tests.server.usecases.days.watched_hall import MORNING
from tests.server.usecases.quality.figures_history import (
    HALLS,
    Hands,
    PlayedDay,
    database_with_hall,
    play_days,
)

FIRST = date(2026, 10, 19)  # a Monday; clocks go back on the 25th
DAYS = (FIRST, date(2026, 11, 2))


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    found = database_with_hall(database_url, Hands())
    play_days(found, FIRST, 14)
    yield found
    found.close()


def without_hall(rollup: Rollup) -> Rollup:
    whole = Rollup()
    for key, tally in rollup.cells.items():
        whole.add(Rollup({key._replace(hall=""): tally}))
    return whole


def test_the_history_holds_every_way_a_leg_may_end(database: Database):
    reasons = {key.end_reason for key in read_days(database, "laon", *DAYS).whole().cells}
    assert reasons >= {
        "served",
        "no_show",
        "abandoned",
        "transferred",
        "left_after_call",
        "open",
        "cancelled",
    }


def test_figures_read_back_from_the_exported_legs_equal_the_pages(database: Database):
    whole = read_days(database, "laon", *DAYS).whole()
    lines = io.StringIO("".join(legs_csv(database, ["laon"], DAYS)), newline="")
    again = roll_up(
        read_legs(lines),
        DayCounts(whole.greetings, whole.not_issued, whole.due, whole.missed),
        time_zone=ZoneInfo("Europe/Paris"),
    )
    assert whole.total().visits > 80
    assert without_hall(again) == without_hall(whole)
    assert figures_of(again) == figures_of(whole)


@pytest.mark.both_databases
def test_figures_recomputed_from_facts_equal_the_pages(database: Database):
    before = read_days(database, "laon", *DAYS)
    for table in ("leg", "visit", "greeting", "not_issued", "appointment"):
        execute(database, f"DELETE FROM {table}")
    assert read_days(database, "laon", *DAYS).days == {}
    assert rebuild(database, "laon")
    after = read_days(database, "laon", *DAYS)
    assert after.days == before.days
    assert figures_of(after.whole()) == figures_of(before.whole())


def test_the_export_has_the_contracts_columns_first_and_whole_files(database: Database, tmp_path: Path):
    counts = export_visits(database, ["laon"], days=DAYS, folder=tmp_path / "out")
    header = (tmp_path / "out/legs.csv").read_text("utf-8").splitlines()[0]
    assert header.split(",")[: len(CONTRACT_COLUMNS)] == list(CONTRACT_COLUMNS)
    assert counts["legs.csv"] > 80
    assert counts["services.csv"] == len(database.configuration("laon").services)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "counters.csv",
        "legs.csv",
        "services.csv",
    ]


@pytest.mark.parametrize("by", sorted(DIMENSIONS))
def test_every_split_of_the_visits_adds_up_to_the_whole(database: Database, by: str):
    answer = read_indicators(database, "laon", days=DAYS, by=by, sentence=str)
    visits = [f["value"] for row in answer["rows"] for f in row["figures"] if f["indicator"] == "visits"]
    assert sum(each or 0 for each in visits) == read_days(database, "laon", *DAYS).whole().total().visits
    assert {each["indicator"] for each in answer["indicators"]} <= set(INDICATORS)


def test_each_indicator_has_its_unit_definition_and_convention(database: Database):
    answer = read_indicators(database, "laon", days=DAYS, sentence=lambda key: f"<{key}>")
    (median,) = [each for each in answer["indicators"] if each["indicator"] == "wait_median"]
    assert median["unit"] == "s"
    assert median["definition"] == "<quality.indicator.wait_median.definition>"
    assert median["convention"] == "<quality.convention.every_ticket>"
    figures = {figure["indicator"]: figure for figure in answer["rows"][0]["figures"]}
    assert figures["wait_median"]["n"] > 0


def test_appointments_are_missed_once_their_hour_has_passed_and_nobody_came(database_url: str):
    hands = Hands(datetime(2026, 10, 19, 9, 30, tzinfo=UTC))
    found = database_with_hall(database_url, hands)
    with found.transaction("laon", SYSTEM) as transaction:
        PlayedDay(transaction, FIRST, None, "laon-g1").appointments()  # type: ignore[arg-type]

    def missed() -> tuple[int | None, int]:
        (figure,) = figures_of(read_days(found, "laon", *DAYS).whole(), ["appointments_missed"])
        return figure.count, figure.n

    assert missed() == (0, 2)
    hands.now += timedelta(hours=2)
    assert missed() == (1, 3)
    found.close()


def test_the_first_day_is_in_and_the_end_day_is_out(database: Database):
    one = read_days(database, "laon", FIRST, date(2026, 10, 20))
    assert list(one.days) == [FIRST]


def test_a_day_with_greetings_only_is_counted(sqlite_url: str):
    found = database_with_hall(sqlite_url, Hands())
    with found.transaction("laon", SYSTEM) as transaction:
        PlayedDay(transaction, FIRST, None, "laon-g1").greetings(3)  # type: ignore[arg-type]
    values = {
        figure.indicator: figure.value for figure in figures_of(read_days(found, "laon", *DAYS).whole())
    }
    assert (values["greetings"], values["received"], values["visits"]) == (3, 3, 0)
    found.close()


@pytest.mark.parametrize("days", [(FIRST, FIRST), (DAYS[1], FIRST), (FIRST, date(2028, 1, 1))])
def test_an_empty_or_endless_span_is_refused(database: Database, days: tuple[date, date]):
    with pytest.raises(Refusal) as refusal:
        read_days(database, "laon", *days)
    assert refusal.value.code == "bad_period"


def test_an_unknown_split_is_refused(database: Database):
    with pytest.raises(Refusal) as refusal:
        read_indicators(database, "laon", days=DAYS, by="agent", sentence=str)
    assert refusal.value.code == "bad_dimension"


def test_outcomes_are_shown_per_service_and_add_up(database: Database):
    answer = read_indicators(database, "laon", days=DAYS, by="service", sentence=str)
    whole = {figure.indicator: figure for figure in figures_of(read_days(database, "laon", *DAYS).whole())}
    for name in (*(f"outcome_{code}" for code in OUTCOMES), "outcome_left_out"):
        parts = [f for row in answer["rows"] for f in row["figures"] if f["indicator"] == name]
        assert sum(part["count"] for part in parts) == whole[name].count
        assert sum(part["n"] for part in parts) == whole[name].n
        assert whole[name].count


def test_the_rule_on_outcomes_is_that_of_the_document_when_the_leg_ended(database_url: str):
    """A service that insists on an outcome afterwards does not change what was counted."""
    hands = Hands(MORNING)
    database = database_with_hall(database_url, hands)
    document = json.loads((HALLS / "laon.json").read_text("utf-8"))
    for outcome in ("optional", "mandatory"):
        for service in document["services"]:
            service["outcome"] = outcome
        publish_hall(database, SYSTEM, json.dumps(document))
        issue_ticket(database, "laon", AGENT, TicketRequest("laon-accueil", new_id()))
        if outcome == "optional":
            open_counter(database, "laon-g1", AGENT, SessionRequest())
        called = call_next(database, "laon-g1", AGENT, AtCounter())
        assert called is not None
        result = StatedResult("informed" if outcome == "mandatory" else None)
        finish(database, Gesture(called["leg"], AGENT), result=result)
    on = hands.now.date()
    found = read_days(database, "laon", on, on + timedelta(days=1)).whole()
    left_out = next(each for each in figures_of(found) if each.indicator == "outcome_left_out")
    assert (left_out.count, left_out.n) == (1, 1)
    database.close()
