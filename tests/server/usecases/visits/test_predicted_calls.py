"""What a hall knows from before is part of the waits it announces: hours of counters, and how waits ended."""

from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from functools import partial

import pytest

from server.domain.author import Author
from server.domain.calling.rules import RuleName
from server.domain.simulation import announced_waits, replay
from server.domain.simulation.log_rows import (
    DUTY_COLUMNS,
    SERVICE_COLUMNS,
    LegFile,
    LogFile,
    duties_of,
    terms_of,
)
from server.domain.simulation.replay import replayed
from server.domain.simulation.run import SimulatedWait
from server.domain.waits.estimate import Estimate, WaitRange
from server.ids import new_id
from server.store.engine.statements import Rows
from server.store.transactions.database import Database
from server.store.visits.legs import AnnouncedLeg
from server.usecases import announced_before
from server.usecases.counters.counter_sessions import (
    SessionRequest,
    close_counter,
    open_counter,
    pause_counter,
    resume_counter,
)
from server.usecases.hall.absences import AbsenceRequest, plan_absence, remove_absence
from server.usecases.hall_view import hall_state
from server.usecases.predicted_calls import OncePerDay, learn_visitors
from server.usecases.quality import visits
from server.usecases.tickets.issuing import TicketRequest, issue_ticket
from server.usecases.tickets.ticket_page import FollowedTicket, read_ticket
from server.usecases.visits.gestures import Gesture
from server.usecases.visits.leg_verbs import finish, no_show
from server.usecases.waits import Estimates
from tests.bench.waits import BUSY, grades, measure_waits
from tests.server.usecases.at_counters import AGENT, COUNTER, HALL, OTHER, SERVICE, call
from tests.server.usecases.quality.figures_history import Hands, database_with_hall
from tests.server.usecases.test_opening import at

LEAVES, RETURNS = at(10), at(11)
MINUTE_S = 60


@pytest.fixture
def hands() -> Hands:
    return Hands(at(8) - timedelta(weeks=4))


@pytest.fixture
def database(database_url: str, hands: Hands) -> Iterator[Database]:
    with closing(database_with_hall(database_url, hands, HALL)) as database:
        yield database


def work_on_tuesdays(database: Database, hands: Hands, *agents: str) -> None:
    """On each Tuesday before, one of them is at the counter in the morning, away from ten to eleven."""
    for ago, agent in enumerate(agents):
        author, before = Author(agent), timedelta(weeks=len(agents) - ago)
        hands.now = at(8, 30) - before
        open_counter(database, COUNTER, author, SessionRequest(services=[SERVICE]))
        hands.now = LEAVES - before
        pause_counter(database, COUNTER, author, "break")
        hands.now = RETURNS - before
        resume_counter(database, COUNTER, author)
        hands.now = at(12) - before
        close_counter(database, COUNTER, author)


def ticket_at_the_pause(database: Database, hands: Hands) -> str:
    """The token of a ticket that waits while the only counter has gone."""
    hands.now = at(8, 30)
    open_counter(database, COUNTER, AGENT, SessionRequest(services=[SERVICE]))
    ticket = issue_ticket(database, HALL, AGENT, TicketRequest(SERVICE, new_id()))
    hands.now = at(10, 5)
    pause_counter(database, COUNTER, AGENT, "break")
    return str(ticket["token"])


def followed(database: Database, estimates: Estimates, token: str) -> FollowedTicket:
    return read_ticket(database, estimates, token)


def test_while_the_counter_is_away_a_phone_tells_the_wait_until_its_usual_return(
    database: Database, hands: Hands
):
    work_on_tuesdays(database, hands, "one", "two", "three")
    token, estimates = ticket_at_the_pause(database, hands), Estimates(database)
    found = followed(database, estimates, token)
    assert found["why_no_wait"] == "paused"
    assert found["wait"] is not None
    assert found["wait"]["low_s"] <= 60 * MINUTE_S <= found["wait"]["high_s"]
    hands.now = at(10, 50)
    later = followed(database, estimates, token)["wait"]
    assert later is not None, "nothing happened meanwhile"
    assert later["high_s"] < 35 * MINUTE_S
    quoted = estimates.quote(database.hall_id(HALL), SERVICE, "walk_in", 1)
    assert quoted is not None


def test_hours_of_fewer_than_three_agents_are_not_learnt(database: Database, hands: Hands):
    work_on_tuesdays(database, hands, "one", "two", "one")
    token = ticket_at_the_pause(database, hands)
    found = followed(database, Estimates(database), token)
    assert (found["wait"], found["why_no_wait"]) == (None, "paused")


def test_a_wait_that_reaches_the_usual_absence_lasts_over_it(database: Database, hands: Hands):
    work_on_tuesdays(database, hands, "one", "two", "three")
    hands.now = at(9, 30)
    open_counter(database, COUNTER, AGENT, SessionRequest(services=[SERVICE]))
    tickets = [issue_ticket(database, HALL, AGENT, TicketRequest(SERVICE, new_id())) for _ in range(12)]
    estimates = Estimates(database)
    [first, *_, last] = [followed(database, estimates, str(each["token"]))["wait"] for each in tickets]
    assert first is not None
    assert last is not None
    assert first["high_s"] < 30 * MINUTE_S
    assert last["high_s"] > 120 * MINUTE_S
    pass_of = estimates.refresh(database.hall_id(HALL)).now.called_in_s
    away = [in_s for in_s in pass_of.values() if 35 * MINUTE_S < in_s < 85 * MINUTE_S]
    assert not away, "nobody is called in the usual absence"


@pytest.mark.both_databases
def test_the_half_hours_in_which_people_came_and_left_before_are_learnt(database: Database, hands: Hands):
    for weeks_ago in (3, 2, 1, 0):
        before = timedelta(weeks=weeks_ago)
        hands.now = at(9) - before
        open_counter(database, COUNTER, AGENT, SessionRequest(services=[SERVICE]))
        hands.now = at(9, 10) - before
        for is_priority in (False, False, True):
            issue_ticket(database, HALL, AGENT, TicketRequest(SERVICE, new_id(), is_priority=is_priority))
        hands.now = at(9, 35) - before
        for end in (no_show, finish, finish):
            end(database, Gesture(call(database)["leg"], AGENT))
        close_counter(database, COUNTER, AGENT)
    with database.read() as rows:
        state = hall_state(database, rows, database.hall_id(HALL))
        found = OncePerDay(learn_visitors).today(rows, state)
    assert found.came == {(SERVICE, "walk_in"): {18: 2.0}, (SERVICE, "priority"): {18: 1.0}}
    assert found.share_staying(0, 15 * MINUTE_S) == 1
    assert 0.4 < found.share_staying(15 * MINUTE_S, 30 * MINUTE_S) < 0.6


SERVED = {COUNTER: SERVICE, OTHER: SERVICE, "laon-g3": "laon-naturalisation"}
"""By counter, each of an agent of the same name."""


def open_all(database: Database) -> None:
    for counter, service in SERVED.items():
        open_counter(database, counter, Author(counter), SessionRequest(services=[service]))


def work_in_the_morning(database: Database, hands: Hands, before: timedelta) -> None:
    """Six come from nine on, two are gone when called; at ten the three counters leave for an hour."""
    hands.now = at(8, 30) - before
    open_all(database)
    for minute in range(0, 60, 10):
        hands.now = at(9, minute) - before
        issue_ticket(database, HALL, AGENT, TicketRequest(SERVICE, new_id(), is_priority=minute >= 20))
    for minute, end in ((51, finish), (53, finish), (55, no_show)):
        for counter, seconds in ((COUNTER, 60), (OTHER, 100)):
            hands.now = at(9, minute) - before
            leg = call(database, counter=counter, author=Author(counter))["leg"]
            hands.now += timedelta(seconds=seconds)
            end(database, Gesture(leg, Author(counter)))
    for hour in (10, 11, 12):
        hands.now = at(hour) - before
        for counter in SERVED:
            if hour == 10:
                pause_counter(database, counter, Author(counter), "break")
            else:
                (resume_counter if hour == 11 else close_counter)(database, counter, Author(counter))


def test_a_replay_of_its_log_announces_what_the_hall_announced(
    database: Database, hands: Hands, monkeypatch: pytest.MonkeyPatch
):
    """Three Tuesdays teach who comes, who leaves and when the counters are away; then tickets are taken."""
    monkeypatch.setattr(visits, "are_individual_figures_on", lambda rows, site: True)
    monkeypatch.setattr(replay, "PACES_KEPT", timedelta(0))
    for ago in (3, 2, 1):
        work_in_the_morning(database, hands, timedelta(weeks=ago))
    hands.now = at(8, 30)
    open_all(database)
    for minute in range(0, 60, 3):
        hands.now = at(9, minute)
        request = TicketRequest(SERVICE, new_id(), is_priority=minute % 4 == 3)
        quote = partial(Estimates(database).quote, database.hall_id(HALL))
        issue_ticket(database, HALL, AGENT, request, quote=quote)
        if minute in (9, 15):
            hands.now = at(9, minute + 1)
            counter = OTHER if minute == 15 else COUNTER
            call(database, counter=counter, author=Author(counter))
    days = (at(9).date() - timedelta(weeks=4), at(9).date() + timedelta(days=1))
    legs, duties, services = (
        "".join(lines).encode()
        for lines in (
            visits.legs_csv(database, [HALL], days),
            visits.counters_csv(database, [HALL], days),
            visits.services_csv(database, [HALL]),
        )
    )
    found = replayed(
        LegFile("legs", legs).in_order(),
        duties_of(LogFile("counters", duties, DUTY_COLUMNS)),
        terms_of(LogFile("services", services, SERVICE_COLUMNS)),
        RuleName.GCMU_SAFE,
        seconds=lambda: 0.0,
    )
    today = [one for one in found if one.leg.since >= at(9)]
    ranges = [one.announced for one in today if isinstance(one.announced, WaitRange)]
    again = [(each.low_s, round(each.median_s), each.high_s) for each in ranges]
    assert again == [one.leg.quoted for one in today]
    assert max(each.low_s for each in ranges) > 40 * MINUTE_S, "some wait over the usual absence"


def test_ranges_reach_as_far_as_the_waits_announced_before_went(
    database: Database, hands: Hands, monkeypatch: pytest.MonkeyPatch
):
    hands.now = at(9)
    open_counter(database, COUNTER, AGENT, SessionRequest(services=[SERVICE]))
    tickets = [issue_ticket(database, HALL, AGENT, TicketRequest(SERVICE, new_id())) for _ in range(4)]
    last = str(tickets[-1]["token"])
    before = followed(database, Estimates(database), last)["wait"]
    assert before is not None
    asked: list[date] = []

    def waited_long(rows: Rows, hall: str, on: date, *, limit: int) -> list[AnnouncedLeg]:
        """Each was called after four times the announced median."""
        asked.append(on)
        came_at = at(9) - timedelta(days=1)
        called = ((each, came_at + timedelta(seconds=4 * each)) for each in range(300, 3_300, 10))
        return [
            AnnouncedLeg("walk_in", 0, each, 2 * each, came_at, came_at, then, None, None)
            for each, then in called
        ]

    monkeypatch.setattr(announced_before, "announced_before", waited_long)
    estimates = Estimates(database)
    after = followed(database, estimates, last)["wait"]
    assert after is not None
    assert after["high_s"] > 1.5 * before["high_s"]
    hands.now = at(9, 30)
    estimates.refresh(database.hall_id(HALL))
    assert asked == [at(9).date()], "days before are read once"


FROM_5_TO_15 = WaitRange(300, 900, 600.0)


def waited(minutes: float, announced: Estimate, *, left: bool = False) -> SimulatedWait:
    return SimulatedWait(0, "A", "walk_in", int(60 * minutes), 900, not left, announced)


def test_a_leaver_past_the_announced_end_is_above_it_and_one_before_is_not_judged():
    found = grades(
        [
            waited(10, FROM_5_TO_15),
            waited(2, FROM_5_TO_15),
            waited(20, FROM_5_TO_15, left=True),
            waited(7, FROM_5_TO_15, left=True),
            waited(0, WaitRange(0, 0, 0.0)),
            waited(12, None),
        ]
    )
    assert found.judged == 3
    assert found.inside == pytest.approx(1 / 3)
    assert found.above == pytest.approx(1 / 3)
    assert (found.width, found.mae) == (10, 4)
    assert found.score == pytest.approx(10 + 10 * (3 + 5) / 3)
    assert found.untold == pytest.approx(1 / 5)


def test_a_hall_that_knows_the_hours_of_its_counters_errs_less(monkeypatch: pytest.MonkeyPatch):
    with_hours = measure_waits(BUSY, learnt=20, judged=15)["all"]
    monkeypatch.setattr(announced_waits, "usual_hours", lambda seen, on: {})
    without = measure_waits(BUSY, learnt=20, judged=15)["all"]
    assert with_hours.mae < 0.85 * without.mae
    assert with_hours.untold < without.untold


def test_a_typed_absence_wins_and_is_gone_when_removed_in_each_worker(
    database: Database, database_url: str, hands: Hands
):
    """Typed from 10:00 to 10:40, where eleven is usual."""
    work_on_tuesdays(database, hands, "one", "two", "three")
    token = ticket_at_the_pause(database, hands)
    with closing(Database(database_url, hands.clock())) as other_worker:
        workers = {each: Estimates(each) for each in (database, other_worker)}

        def high_min() -> float:
            found = {_high_min(each, estimates, token) for each, estimates in workers.items()}
            [same] = found
            return same

        learnt = high_min()
        typed = plan_absence(database, HALL, AGENT, AbsenceRequest(COUNTER, 600, 640, [1]))
        assert 35 <= high_min() < learnt
        remove_absence(other_worker, HALL, AGENT, typed["absence"])
        assert high_min() == learnt


def _high_min(database: Database, estimates: Estimates, token: str) -> float:
    estimates.refresh(database.hall_id(HALL))
    wait = followed(database, estimates, token)["wait"]
    assert wait is not None
    return wait["high_s"] / MINUTE_S


def test_where_nothing_is_learnt_a_typed_absence_counts(database: Database, hands: Hands):
    token, estimates = ticket_at_the_pause(database, hands), Estimates(database)
    assert followed(database, estimates, token)["wait"] is None
    plan_absence(database, HALL, AGENT, AbsenceRequest(COUNTER, 600, 660))
    assert 55 <= _high_min(database, estimates, token) <= 90
    hands.now = at(12, 1)
    estimates.refresh(database.hall_id(HALL))
    assert followed(database, estimates, token)["wait"] is None, "nobody came back in the hour after it"
