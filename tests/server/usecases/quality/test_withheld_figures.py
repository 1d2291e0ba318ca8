"""Figures of work at the counters are given only where enough people worked."""

from datetime import timedelta

from server.domain.author import SYSTEM, Author
from server.domain.quality.indicators import OF_AGENTS
from server.store.transactions.database import Database
from server.usecases.counters.counter_sessions import SessionRequest, open_counter
from server.usecases.quality.indicators import (
    Days,
    FigureAnswer,
    read_indicators,
    withheld_figures,
    withheld_in_parts,
)
from server.usecases.quality.visits import decide_individual_figures
from server.usecases.visits.leg_verbs import finish
from tests.server.usecases.at_counters import HALL, OTHER, SERVICE, issue, served
from tests.server.usecases.days.watched_hall import MORNING
from tests.server.usecases.quality.figures_history import Hands

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
