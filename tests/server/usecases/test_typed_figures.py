from datetime import date, timedelta
from decimal import Decimal

import pytest

from server.domain.author import Author
from server.domain.quality.periods import parse_period
from server.domain.quality.typed_figures import TypedFigureRequest
from server.domain.refusals import Refusal
from server.store.transactions.database import Database
from server.usecases.typed_figures import (
    annotate_day,
    read_annotations,
    read_typed_figures,
    type_figures,
    withdraw_annotation,
    withdraw_typed_figure,
)
from tests.server.usecases.at_counters import HALL, SERVICE, issue
from tests.server.usecases.days.watched_hall import MORNING
from tests.server.usecases.quality.figures_history import Hands

CHIEF = Author("chief")


MONTH = parse_period(f"{MORNING:%Y-%m}")


def request(
    value: str, indicator: str = "calls_lost", *, is_from_other_tool: bool = False, service: str = ""
) -> TypedFigureRequest:
    return TypedFigureRequest(
        indicator, MONTH.previous(), Decimal(value), " Standard ", is_from_other_tool, service
    )


def applying(database: Database) -> list[tuple[str, str, Decimal, str, str]]:
    return [
        (each.indicator, each.period.name, each.value, each.source, each.author)
        for each in read_typed_figures(database, HALL)
    ]


def test_a_typed_figure_applies_until_another_replaces_it_and_again_once_that_is_withdrawn(
    database: Database,
):
    later = TypedFigureRequest("letters_delay", MONTH, Decimal("7.50"), "Courrier")
    type_figures(database, HALL, CHIEF, [request("12.5"), later])
    lost = ("calls_lost", MONTH.previous().name)
    letters = ("letters_delay", MONTH.name, Decimal("7.5"), "Courrier", "chief")
    assert applying(database) == [letters, (*lost, Decimal("12.5"), "Standard", "chief")]
    [corrected] = type_figures(database, HALL, CHIEF, [request("11")])["figures"]
    assert applying(database) == [letters, (*lost, Decimal(11), "Standard", "chief")]
    withdraw_typed_figure(database, HALL, CHIEF, corrected)
    assert applying(database)[1][2] == Decimal("12.5")
    with pytest.raises(Refusal, match="unknown_typed_figure"):
        withdraw_typed_figure(database, HALL, CHIEF, corrected)


def test_a_value_of_another_tool_never_takes_the_place_of_a_measured_one(database: Database):
    issue(database)
    before = request("18", "wait_median", is_from_other_tool=True)
    measured = TypedFigureRequest(
        "wait_median", MONTH, Decimal(18), "Ancien logiciel", is_from_other_tool=True
    )
    with pytest.raises(Refusal, match="figure_measured"):
        type_figures(database, HALL, CHIEF, [before, measured])
    assert applying(database) == [], "nothing is taken when one is refused"
    type_figures(database, HALL, CHIEF, [before])
    assert [each.is_from_other_tool for each in read_typed_figures(database, HALL)] == [True]


def test_a_service_has_a_value_of_its_own_beside_that_of_the_hall(database: Database, hands: Hands):
    whole, cards = request("9", "letters_delay"), request("4", "letters_delay", service=SERVICE)
    typed = type_figures(database, HALL, CHIEF, [whole, cards])["figures"]
    stand = read_typed_figures(database, HALL)
    stood_at = max(each.recorded_at for each in stand)
    assert [each.service for each in stand] == ["", SERVICE]
    hands.now += timedelta(hours=1)
    withdraw_typed_figure(database, HALL, CHIEF, typed[1])
    assert [each.service for each in read_typed_figures(database, HALL)] == [""]
    assert [each.service for each in read_typed_figures(database, HALL, at=stood_at)] == [
        "",
        SERVICE,
    ]


def test_a_typed_figure_has_a_source_and_a_period_that_has_begun(database: Database):
    month = parse_period(f"{MORNING + timedelta(days=40):%Y-%m}")
    for wrong, code in (
        (TypedFigureRequest("calls_lost", month, Decimal(1), "Standard"), "bad_typed_period"),
        (TypedFigureRequest("calls_lost", MONTH, Decimal(1), " "), "typed_source_missing"),
        (TypedFigureRequest("calls_lost", MONTH, Decimal(1), "s" * 81), "typed_source_too_long"),
        (TypedFigureRequest("calls_lost", MONTH, Decimal(101), "Standard"), "bad_typed_value"),
        (TypedFigureRequest("satisfaction", MONTH, Decimal(80), "Standard"), "unknown_typed_indicator"),
        (request("3", service=SERVICE), "typed_of_whole_hall"),
        (request("3", "letters_delay", service="nowhere"), "unknown_service"),
    ):
        with pytest.raises(Refusal, match=code):
            type_figures(database, HALL, CHIEF, [wrong])


TODAY = MORNING.date()


DAY = timedelta(days=1)


def words_between(database: Database, starts_on: date, ends_on: date) -> list[str]:
    return [each.words for each in read_annotations(database, HALL, starts_on, ends_on)]


def test_the_annotations_of_a_period_are_those_of_its_days_that_were_not_withdrawn(database: Database):
    strike = annotate_day(database, HALL, CHIEF, TODAY, "  grève \n nationale ")
    annotate_day(database, HALL, CHIEF, TODAY - DAY, "travaux")
    annotate_day(database, HALL, CHIEF, TODAY + DAY, "hors période")
    assert strike["words"] == "grève nationale"
    assert words_between(database, TODAY - DAY, TODAY + DAY) == ["travaux", "grève nationale"]
    withdraw_annotation(database, HALL, CHIEF, strike["annotation"])
    assert words_between(database, TODAY - DAY, TODAY + DAY) == ["travaux"]
    with pytest.raises(Refusal, match="unknown_annotation"):
        withdraw_annotation(database, HALL, CHIEF, strike["annotation"])


def test_an_annotation_without_words_or_of_a_far_day_is_refused(database: Database):
    with pytest.raises(Refusal, match="annotation_missing"):
        annotate_day(database, HALL, CHIEF, TODAY, " ")
    with pytest.raises(Refusal, match="bad_annotation_day"):
        annotate_day(database, HALL, CHIEF, TODAY + 367 * DAY, "travaux")
