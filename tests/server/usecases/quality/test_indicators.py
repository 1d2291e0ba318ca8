"""Indicators equal exported legs and another computation; those of one agent need a decision."""

import io
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest

from server.domain.author import SYSTEM, Author
from server.domain.quality.doubt import FEWEST_DAYS, interval_of
from server.domain.quality.indicators import INDICATORS, OF_AGENTS, figures_of
from server.domain.quality.leg_records import CONTRACT_COLUMNS, read_legs
from server.domain.quality.rollup import DayCounts, Rollup, roll_up
from server.domain.refusals import Refusal
from server.domain.visits.transitions import OUTCOMES
from server.ids import new_id
from server.store.journal.rebuild import rebuild
from server.store.people.accounts import Grant
from server.store.transactions.database import Database
from server.usecases.calling import AtCounter, call_next
from server.usecases.configuration.publication import publish_hall
from server.usecases.counters.counter_sessions import SessionRequest, open_counter
from server.usecases.legs import StatedResult
from server.usecases.people.accounts import NewAccount, create_account
from server.usecases.quality.indicator_answers import FigureAnswer, IndicatorsAnswer
from server.usecases.quality.indicators import (
    DIMENSIONS,
    Days,
    read_days,
    read_indicators,
    withheld_figures,
    withheld_in_parts,
)
from server.usecases.quality.visits import (
    AgentFigures,
    Served,
    decide_individual_figures,
    export_visits,
    legs_csv,
    read_individual_figures,
)
from server.usecases.tickets.issuing import TicketRequest, issue_ticket
from server.usecases.visits.gestures import Gesture
from server.usecases.visits.leg_verbs import finish
from tests.harness.counts import count
from tests.harness.independent_figures import FORMULAS, check_figures
from tests.harness.sql import execute, one_row
from tests.server.usecases.at_counters import AGENT, COUNTER, HALL, OTHER, SERVICE, issue, served
from tests.server.usecases.days.watched_hall import MORNING
from tests.server.usecases.quality.figures_history import (
    HALLS,
    Hands,
    PlayedDay,
    database_with_hall,
    disturb,
    merge_presses_of_a_kiosk,
    play_days,
)

FIRST = date(2026, 10, 19)  # a Monday; clocks go back on the 25th
TWO_WEEKS = (FIRST, date(2026, 11, 2))


@pytest.fixture
def played(database_url: str) -> Iterator[Database]:
    found = database_with_hall(database_url, Hands())
    play_days(found, FIRST, 14)
    yield found
    found.close()


def without_hall(rollup: Rollup) -> Rollup:
    whole = Rollup()
    for key, tally in rollup.cells.items():
        whole.add(Rollup({key._replace(hall=""): tally}))
    return whole


def test_the_history_holds_every_way_a_leg_may_end(played: Database):
    reasons = {key.end_reason for key in read_days(played, "laon", *TWO_WEEKS).whole().cells}
    ended = {"served", "no_show", "abandoned", "transferred", "left_after_call", "cancelled"}
    assert reasons >= ended | {"open"}


def test_figures_read_back_from_the_exported_legs_equal_the_pages(played: Database):
    whole = read_days(played, "laon", *TWO_WEEKS).whole()
    lines = io.StringIO("".join(legs_csv(played, ["laon"], TWO_WEEKS)), newline="")
    again = roll_up(
        read_legs(lines),
        DayCounts(whole.greetings, whole.not_issued, whole.due, whole.missed, whole.informed),
        time_zone=ZoneInfo("Europe/Paris"),
    )
    assert whole.total().visits > 80
    assert without_hall(again) == without_hall(whole)
    assert figures_of(again) == figures_of(whole)


@pytest.mark.both_databases
def test_figures_recomputed_from_facts_equal_the_pages(played: Database):
    before = read_days(played, "laon", *TWO_WEEKS)
    for table in ("leg", "visit", "greeting", "not_issued", "appointment"):
        execute(played, f"DELETE FROM {table}")
    assert read_days(played, "laon", *TWO_WEEKS).days == {}
    assert rebuild(played, "laon")
    after = read_days(played, "laon", *TWO_WEEKS)
    assert after.days == before.days
    assert figures_of(after.whole()) == figures_of(before.whole())


def test_the_export_has_the_contracts_columns_first_and_whole_files(played: Database, tmp_path: Path):
    counts = export_visits(played, ["laon"], days=TWO_WEEKS, folder=tmp_path / "out")
    header = (tmp_path / "out/legs.csv").read_text("utf-8").splitlines()[0]
    assert header.split(",")[: len(CONTRACT_COLUMNS)] == list(CONTRACT_COLUMNS)
    assert counts["legs.csv"] > 80
    assert counts["services.csv"] == len(played.configuration("laon").services)
    files = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert files == ["counters.csv", "legs.csv", "services.csv"]


@pytest.mark.parametrize("by", sorted(DIMENSIONS))
def test_every_split_of_the_visits_adds_up_to_the_whole(played: Database, by: str):
    answer = read_indicators(played, "laon", days=TWO_WEEKS, by=by, sentence=str)
    visits = [f["value"] for row in answer["rows"] for f in row["figures"] if f["indicator"] == "visits"]
    assert sum(each or 0 for each in visits) == read_days(played, "laon", *TWO_WEEKS).whole().total().visits
    assert {each["indicator"] for each in answer["indicators"]} <= set(INDICATORS)


def test_each_indicator_has_its_unit_definition_and_convention(played: Database):
    answer = read_indicators(played, "laon", days=TWO_WEEKS, sentence=lambda key: f"<{key}>")
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
        (figure,) = figures_of(read_days(found, "laon", *TWO_WEEKS).whole(), ["appointments_missed"])
        return figure.count, figure.n

    assert missed() == (0, 2)
    hands.now += timedelta(hours=2)
    assert missed() == (1, 3)
    found.close()


def test_the_first_day_is_in_and_the_end_day_is_out(played: Database):
    one = read_days(played, "laon", FIRST, date(2026, 10, 20))
    assert list(one.days) == [FIRST]


def test_a_day_with_greetings_only_is_counted(sqlite_url: str):
    found = database_with_hall(sqlite_url, Hands())
    with found.transaction("laon", SYSTEM) as transaction:
        PlayedDay(transaction, FIRST, None, "laon-g1").greetings(3)  # type: ignore[arg-type]
    values = {
        figure.indicator: figure.value for figure in figures_of(read_days(found, "laon", *TWO_WEEKS).whole())
    }
    assert (values["greetings"], values["received"], values["visits"]) == (3, 3, 0)
    found.close()


@pytest.mark.parametrize("days", [(FIRST, FIRST), (TWO_WEEKS[1], FIRST), (FIRST, date(2028, 1, 1))])
def test_an_empty_or_endless_span_is_refused(played: Database, days: tuple[date, date]):
    with pytest.raises(Refusal) as refusal:
        read_days(played, "laon", *days)
    assert refusal.value.code == "bad_period"


def test_an_unknown_split_is_refused(played: Database):
    with pytest.raises(Refusal) as refusal:
        read_indicators(played, "laon", days=TWO_WEEKS, by="agent", sentence=str)
    assert refusal.value.code == "bad_dimension"


def test_a_figure_has_its_interval_of_the_days_with_a_visit(played: Database):
    found = read_days(played, "laon", *TWO_WEEKS)
    days = list(found.open_days().values())
    assert len(days) >= FEWEST_DAYS
    answer = read_indicators(played, "laon", days=TWO_WEEKS, sentence=str)
    for figure in answer["rows"][0]["figures"]:
        interval = interval_of(INDICATORS[figure["indicator"]], days)
        limits = (figure.get("low"), figure.get("high"), figure.get("n_days"))
        if "withheld" in figure:
            assert limits == (None, None, None)
        else:
            assert limits == (interval or (None, None, None)), figure["indicator"]
    visits = figures_by_name(answer)["visits"]
    assert visits["value"] is not None
    assert visits["low"] < visits["value"] / len(days) < visits["high"]


def figures_by_name(answer: IndicatorsAnswer, row: int = 0) -> dict[str, FigureAnswer]:
    return {figure["indicator"]: figure for figure in answer["rows"][row]["figures"]}


def test_a_week_has_no_interval(played: Database):
    answer = read_indicators(played, "laon", days=TWO_WEEKS, by="week", sentence=str)
    assert len(answer["rows"]) == 2
    assert not [f for row in answer["rows"] for f in row["figures"] if "low" in f or "n_days" in f]


@pytest.mark.parametrize("by", ["service", "class", "hour", "weekday", "end_reason"])
def test_each_part_counts_every_open_day(played: Database, by: str):
    """Also one without anything of the part; a weekday has its own days only."""
    days = list(read_days(played, "laon", *TWO_WEEKS).open_days().values())
    for row in read_indicators(played, "laon", days=TWO_WEEKS, by=by, sentence=str)["rows"]:
        visits = next(figure for figure in row["figures"] if figure["indicator"] == "visits")
        assert visits.get("n_days") == (None if by == "weekday" else len(days))


def test_a_part_is_compared_with_the_same_part_of_the_days_before(played: Database):
    before, after = (TWO_WEEKS[0], TWO_WEEKS[0] + DAY * 7), (TWO_WEEKS[0] + DAY * 7, TWO_WEEKS[1])
    week = figures_by_name(read_indicators(played, "laon", days=after, before=before, sentence=str))
    values = [
        figures_by_name(read_indicators(played, "laon", days=days, sentence=str)) for days in (before, after)
    ]
    first, last = (found["wait_median"]["value"] for found in values)
    assert first is not None
    assert last is not None
    assert week["wait_median"]["change"]["difference"] == last - first
    assert week["wait_median"]["change"]["direction"] == "few_days"
    same = read_indicators(played, "laon", days=TWO_WEEKS, before=TWO_WEEKS, by="service", sentence=str)
    changes = [f["change"] for row in same["rows"] for f in row["figures"] if "change" in f]
    assert {change["direction"] for change in changes} == {"few_days", "unclear"}
    assert {change["difference"] for change in changes} == {0, None}
    assert not any("change" in f for row in same["rows"] for f in row["figures"] if "withheld" in f)


def test_days_are_compared_part_by_part_so_that_a_period_is_no_part(played: Database):
    with pytest.raises(Refusal) as refusal:
        read_indicators(played, "laon", days=TWO_WEEKS, before=TWO_WEEKS, by="week", sentence=str)
    assert refusal.value.code == "bad_dimension"


def test_outcomes_are_shown_per_service_and_add_up(played: Database):
    answer = read_indicators(played, "laon", days=TWO_WEEKS, by="service", sentence=str)
    whole = {figure.indicator: figure for figure in figures_of(read_days(played, "laon", *TWO_WEEKS).whole())}
    for name in (*(f"outcome_{code}" for code in OUTCOMES), "outcome_left_out"):
        parts = [f for row in answer["rows"] for f in row["figures"] if f["indicator"] == name]
        assert sum(part["count"] for part in parts) == whole[name].count
        assert sum(part["n"] for part in parts) == whole[name].n
        assert whole[name].count


def test_the_rule_on_outcomes_is_that_of_the_document_when_the_leg_ended(database_url: str):
    """A service that insists on an outcome afterwards does not change what was counted."""
    hands = Hands(MORNING)
    played = database_with_hall(database_url, hands)
    document = json.loads((HALLS / "laon.json").read_text("utf-8"))
    for outcome in ("optional", "mandatory"):
        for service in document["services"]:
            service["outcome"] = outcome
        publish_hall(played, SYSTEM, json.dumps(document))
        issue_ticket(played, "laon", AGENT, TicketRequest("laon-accueil", new_id()))
        if outcome == "optional":
            open_counter(played, "laon-g1", AGENT, SessionRequest())
        called = call_next(played, "laon-g1", AGENT, AtCounter())
        assert called is not None
        result = StatedResult("informed" if outcome == "mandatory" else None)
        finish(played, Gesture(called["leg"], AGENT), result=result)
    on = hands.now.date()
    found = read_days(played, "laon", on, on + timedelta(days=1)).whole()
    left_out = next(each for each in figures_of(found) if each.indicator == "outcome_left_out")
    assert (left_out.count, left_out.n) == (1, 1)
    played.close()


OTHER_SERVICE = "laon-permis"
DAYS = (MORNING.date(), MORNING.date() + timedelta(days=1))


def test_individual_figures_are_off_then_by_service_of_the_agent_at_the_end(database: Database, hands: Hands):
    new = NewAccount("marie", "cendrier parapluie olive", "Marie D.", [Grant("agent", "laon")])
    marie = create_account(database, SYSTEM, new)
    both = SessionRequest(services=[SERVICE, OTHER_SERVICE], take_over=True)
    open_counter(database, OTHER, Author(marie), both)
    issue(database, 3)
    issue_ticket(database, HALL, Author("kiosk"), TicketRequest(OTHER_SERVICE, "for-licences"))
    for counter, minutes in ((COUNTER, 30), (OTHER, 4), (OTHER, 8), (OTHER, 20)):
        gesture = served(database, counter, Author(marie) if counter == OTHER else AGENT)
        hands.now += timedelta(minutes=minutes)
        finish(database, gesture)
    with pytest.raises(Refusal) as refused:
        read_individual_figures(database, HALL, *DAYS)
    assert refused.value.code == "individual_figures_off"
    decide_individual_figures(database, SYSTEM, "laon", is_on=True, sites=None)
    found = read_individual_figures(database, HALL, *DAYS)
    decide_individual_figures(database, SYSTEM, "laon", is_on=False, sites=None)
    assert found == [
        AgentFigures(
            "Marie D.",
            Served(3, 8 * 60),
            {SERVICE: Served(2, 6 * 60), OTHER_SERVICE: Served(1, 20 * 60)},
        ),
        AgentFigures(None, Served(1, 30 * 60), {SERVICE: Served(1, 30 * 60)}),
    ]
    assert [Served(count, 60).shown_median_s for count in (9, 10)] == [None, 60]


def test_an_agent_who_takes_a_counter_over_did_not_serve_the_visitor_finished_at_that_instant(
    database: Database, hands: Hands
):
    new = NewAccount("rose", "cendrier parapluie olive", "Rose D.", [Grant("agent", "laon")])
    rose = create_account(database, SYSTEM, new)
    issue(database)
    finish(database, served(database))
    hands.now -= timedelta(seconds=1)  # a clock that waits: the next fact takes the same instant
    open_counter(database, COUNTER, Author(rose), SessionRequest(services=[SERVICE], take_over=True))
    ends = "SELECT max(ended_at) FROM leg"
    assert (
        one_row(database, f"SELECT count(*) AS n FROM counter_session WHERE opened_at = ({ends})")["n"] == 1
    )
    decide_individual_figures(database, SYSTEM, "laon", is_on=True, sites=None)
    found = read_individual_figures(database, HALL, *DAYS)
    decide_individual_figures(database, SYSTEM, "laon", is_on=False, sites=None)
    assert found == [AgentFigures(None, Served(1, 0), {SERVICE: Served(1, 0)})]


DAY = timedelta(days=1)
TODAY = MORNING.date()


def service_median(database: Database, by: str) -> FigureAnswer:
    answer = read_indicators(database, HALL, days=(TODAY, TODAY + DAY), by=by, sentence=lambda key: key)
    return next(each for each in answer["rows"][0]["figures"] if each["indicator"] == "service_median")


def test_they_are_withheld_until_a_third_person_works_or_the_site_allows_figures_of_one_agent(
    database: Database, hands: Hands
):
    issue(database)
    gesture = served(database)
    hands.now += timedelta(minutes=6)
    finish(database, gesture)
    withheld: FigureAnswer = {
        "indicator": "service_median",
        "value": None,
        "n": 0,
        "withheld": "quality.withheld",
    }
    for by in ("none", "day", "service"):
        assert service_median(database, by) == withheld
    assert withheld_figures(database, HALL, TODAY - 364 * DAY, TODAY + DAY) == frozenset()
    decide_individual_figures(database, SYSTEM, "laon", is_on=True, sites=None)
    assert service_median(database, "none")["value"] == 360
    today = {"today": Days(TODAY, TODAY + DAY)}
    assert withheld_in_parts(database, HALL, today, is_public=True) == {"today": OF_AGENTS}
    decide_individual_figures(database, SYSTEM, "laon", is_on=False, sites=None)
    for name in ("second", "third"):
        assert withheld_figures(database, HALL, TODAY, TODAY + DAY) == OF_AGENTS
        open_counter(database, OTHER, Author(name), SessionRequest(services=[SERVICE], take_over=True))
    assert service_median(database, "day")["value"] == 360
    assert withheld_figures(database, HALL, TODAY - DAY, TODAY) == OF_AGENTS


FIRST_DISTURBED = date(2026, 10, 12)
"""Two weeks before the clocks go back."""
BEFORE = timedelta(days=4)
"""On the Thursday and the Friday before it a kiosk is off line."""


def test_every_indicator_has_an_independent_form():
    assert set(FORMULAS) == set(INDICATORS)


@pytest.mark.both_databases
def test_random_histories_have_the_figures_of_another_computation(database_url: str, tmp_path: Path):
    hands = Hands(datetime.combine(FIRST_DISTURBED - BEFORE, time(8), UTC))
    database = database_with_hall(database_url, hands)
    merge_presses_of_a_kiosk(database, hands)
    hands.now = datetime(2027, 6, 1, 12, tzinfo=UTC)
    for seed in range(count(small=1, large=12)):
        first = FIRST_DISTURBED + timedelta(weeks=2 * seed)
        play_days(database, first, count(small=11, large=14), a_day=count(small=16, large=60), seed=seed)
    disturb(database, Random(7))
    counted = check_figures(database, "laon", (FIRST_DISTURBED - BEFORE, date(2027, 6, 1)), tmp_path)
    assert counted == set(INDICATORS)
    database.close()
