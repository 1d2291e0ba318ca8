"""Figures of one agent: refused at a site until somebody decided so, then of those who served, by name."""

from datetime import timedelta

import pytest

from server.domain.author import SYSTEM, Author
from server.domain.quality.indicators import OF_AGENTS
from server.domain.refusals import Refusal
from server.store.people.accounts import Grant
from server.store.transactions.database import Database
from server.usecases.counters.counter_sessions import SessionRequest, open_counter
from server.usecases.people.accounts import NewAccount, create_account
from server.usecases.quality.indicators import (
    Days,
    FigureAnswer,
    read_indicators,
    withheld_figures,
    withheld_in_parts,
)
from server.usecases.quality.visits import (
    AgentFigures,
    Served,
    decide_individual_figures,
    read_individual_figures,
)
from server.usecases.tickets.issuing import TicketRequest, issue_ticket
from server.usecases.visits.leg_verbs import finish
from tests.harness.sql import one_row
from tests.server.usecases.at_counters import AGENT, COUNTER, HALL, OTHER, SERVICE, issue, served
from tests.server.usecases.days.watched_hall import MORNING
from tests.server.usecases.quality.figures_history import Hands

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
