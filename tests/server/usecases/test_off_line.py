"""Presses that a kiosk answered off line: each one visit, at its true place, under the number on paper."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest

from server.domain.author import Author
from server.domain.visits.off_line import Pressed
from server.store.transactions.database import Database
from server.usecases.hall.read_queue import read_queue
from server.usecases.hall.wall import read_wall
from server.usecases.hours.opening import close_day
from server.usecases.quality.counts import count_days, counted_hall
from server.usecases.quality.indicators import read_days
from server.usecases.tickets.issued_ticket import IssuedTicket, reprint_ticket
from server.usecases.tickets.issuing import TicketRequest, issue_ticket
from server.usecases.tickets.off_line import MergedPress, OffLineBatch, OffLinePress, merge_presses
from server.usecases.waits import Estimates
from tests.harness.sql import all_rows, one_row
from tests.harness.waiting import wait_until
from tests.server.usecases.at_counters import AGENT, HALL, SERVICE, call, issue, leg_at, served
from tests.server.usecases.quality.figures_history import Hands

KIOSK = "laon-borne-1"
BORNE = Author("kiosk", device="kiosk")


def pressed(hands: Hands, rank: int, ago_s: float = 600, **more: Any) -> OffLinePress:
    at = hands.now - timedelta(seconds=ago_s)
    values = {"press_id": f"press-of-rank-{rank}", "service": SERVICE, "series": "HL", "rank": rank}
    return OffLinePress(**{**values, "pressed": Pressed(at, ago_s), **more})


def merge(
    database: Database, hands: Hands, *presses: OffLinePress, incarnation: str = "incarnation-one"
) -> Sequence[MergedPress]:
    batch = OffLineBatch(KIOSK, incarnation, hands.now, presses)
    return merge_presses(database, HALL, BORNE, batch)["presses"]


def press(database: Database, press_id: str) -> IssuedTicket:
    """The server's own answer to a press."""
    return issue_ticket(database, HALL, BORNE, TicketRequest(SERVICE, press_id, kiosk=KIOSK))


def visit_of(database: Database, visit: str) -> dict[str, Any]:
    return one_row(database, "SELECT * FROM visit WHERE id = :visit", visit=visit)


def facts(database: Database, kind: str) -> int:
    sql = "SELECT count(*) AS n FROM hall_fact WHERE kind = :kind"
    return int(one_row(database, sql, kind=kind)["n"])


@pytest.mark.both_databases
def test_a_merged_visit_waits_at_its_true_place(database: Database, hands: Hands):
    hands.now += timedelta(minutes=30)
    merge(database, hands, pressed(hands, 9, 600))
    issue(database)
    hands.now += timedelta(minutes=5)
    merged = merge(database, hands, pressed(hands, 1, 1800), pressed(hands, 2, 900), pressed(hands, 3, 0))
    assert [each["number"] for each in merged] == ["HL001", "HL002", "HL003"]
    leg = call(database)
    assert leg["number"] == "HL001"
    late = hands.now - datetime.fromisoformat(leg["issued_at"]) - timedelta(minutes=30)
    assert abs(late) < timedelta(seconds=1)
    assert leg["arrived_at"] == leg["issued_at"]
    waiting = all_rows(database, "SELECT number FROM leg WHERE state = 'waiting' ORDER BY sort_key")
    assert [each["number"] for each in waiting] == ["HL009", "HL002", "A001", "HL003"]


@pytest.mark.both_databases
def test_the_number_on_paper_wins_over_the_answer_of_the_server(database: Database, hands: Hands):
    hands.now += timedelta(minutes=20)
    ticket = press(database, "press-of-rank-1")
    hands.now += timedelta(minutes=10)
    [merged] = merge(database, hands, pressed(hands, 1, 600))
    assert (merged["superseded"], merged["number"]) == (ticket["visit"], "HL001")
    assert visit_of(database, ticket["visit"])["end_reason"] == "cancelled"
    jobs = all_rows(database, "SELECT state, why FROM print_job WHERE visit = :v", v=ticket["visit"])
    assert [(each["state"], each["why"]) for each in jobs] == [("cancelled", "superseded")]
    assert press(database, "press-of-rank-1")["number"] == "HL001", "the answer that comes too late"
    assert merge(database, hands, pressed(hands, 1, 600)) == [merged]
    total = read_days(database, HALL, hands.now.date(), hands.now.date() + timedelta(days=1)).whole().total()
    assert total.visits == 1


def test_a_visit_that_was_called_meanwhile_is_void_from_its_issue_on(database: Database, hands: Hands):
    hands.now += timedelta(minutes=20)
    ticket = press(database, "press-of-rank-1")
    gesture = served(database)
    assert leg_at(database)["visit"] == ticket["visit"]
    hands.now += timedelta(minutes=10)
    merge(database, hands, pressed(hands, 1, 600))
    leg = one_row(database, "SELECT * FROM leg WHERE id = :leg", leg=gesture.leg)
    assert (leg["end_reason"], leg["ended_at"]) == ("cancelled", leg["issued_at"])
    assert call(database)["number"] == "HL001", "the counter is free"


def test_the_paper_of_a_merged_visit_is_known(database: Database, hands: Hands):
    hands.now += timedelta(minutes=20)
    [merged] = merge(database, hands, pressed(hands, 1, 60, verdict="printed"))
    reprint_ticket(database, HALL, AGENT, merged["visit"])
    jobs = all_rows(database, "SELECT copy, state, verdict FROM print_job ORDER BY copy")
    assert [tuple(each.values()) for each in jobs] == [(1, "done", "printed"), (2, "queued", None)]


def test_nothing_refuses_who_holds_a_paper(database: Database, hands: Hands):
    """A service that is gone, hours that are over, a kiosk without numbers of its own."""
    hands.now = hands.now.replace(hour=16)
    merged = merge(
        database,
        hands,
        pressed(hands, 1, 60, service="laon-gone"),
        pressed(hands, 2, 60, service="laon-naturalisation"),
        pressed(hands, 3, 60, series="KR"),
        pressed(hands, 4, 60, is_priority=True, needs=("step_free", "slow")),
    )
    assert [each["number"] for each in merged] == ["HL001", "HL002", "KR003", "HL004"]
    legs = all_rows(database, "SELECT service, class FROM leg ORDER BY number")
    assert [each["service"] for each in legs][1] == "laon-naturalisation"
    assert facts(database, "NeedsNoted") == 1


@pytest.mark.both_databases
def test_two_papers_with_one_number_are_both_kept_and_shown(database: Database, hands: Hands):
    hands.now += timedelta(minutes=20)
    [first] = merge(database, hands, pressed(hands, 1, 900))
    [second] = merge(
        database, hands, pressed(hands, 1, 60, press_id="another-press"), incarnation="a-restored-disk"
    )
    issue(database)
    assert second["collides_with"] == [first["visit"]]
    queues = read_queue(database, HALL)["queues"]
    marks = {leg["visit"]: leg.get("shares_number", False) for queue in queues for leg in queue["legs"]}
    assert [marks[each["visit"]] for each in (first, second)] == [True, True]
    assert sum(marks.values()) == 2
    wall = read_wall(database, Estimates(database), HALL)
    assert [each["number"] for each in wall["shared_numbers"]] == ["HL001", "HL001"]
    assert merge(
        database, hands, pressed(hands, 1, 60, press_id="another-press"), incarnation="a-restored-disk"
    ) == [second]


def test_an_impossible_instant_is_kept_out_of_the_figures_and_counted(database: Database, hands: Hands):
    hands.now += timedelta(minutes=20)
    to_come = Pressed(hands.now + timedelta(hours=5), None)
    [merged] = merge(database, hands, pressed(hands, 1, pressed=to_come))
    assert merged["clock_suspect"]
    served(database)
    days = read_days(database, HALL, hands.now.date(), hands.now.date() + timedelta(days=1))
    assert days.whole().total().clock_suspect == 1


@pytest.mark.both_databases
def test_a_batch_gets_the_same_answer_again_whatever_the_clock_of_the_server_did(
    database: Database, hands: Hands
):
    hands.now += timedelta(minutes=20)
    [sound] = merge(database, hands, pressed(hands, 1, 600))
    hands.now -= timedelta(hours=1)
    [suspect] = merge(database, hands, pressed(hands, 2, 60))
    assert (sound["clock_suspect"], suspect["clock_suspect"]) == (False, True)
    assert call(database)["number"] == "HL001", "its leg is suspect from now on"
    assert merge(database, hands, pressed(hands, 1, 600), pressed(hands, 2, 60)) == [sound, suspect]


@pytest.mark.both_databases
def test_presses_of_a_closed_day_end_with_it_and_correct_its_figures(database: Database, hands: Hands):
    on = hands.now.date()
    issue(database)
    hands.now = hands.now.replace(hour=22)
    close_day(database, HALL, on)
    hands.now += timedelta(hours=9)
    hall = counted_hall(database, HALL)
    before = count_days(database, hall, on, on + timedelta(days=1))
    [merged] = merge(database, hands, pressed(hands, 1, 14 * 3600))
    ended = visit_of(database, merged["visit"])
    assert (ended["end_reason"], ended["business_day"]) == ("closed_at_day_end", on.isoformat())
    after = count_days(database, hall, on, on + timedelta(days=1))
    visits = [counts[on].rollup(with_alerts=True).total().visits for counts in (before, after)]
    assert visits == [1, 2]
    assert facts(database, "FigureCorrected") == 1
    merge(database, hands, pressed(hands, 1, 14 * 3600))
    assert facts(database, "FigureCorrected") == 1


@pytest.mark.both_databases
def test_a_batch_that_comes_twice_at_once_with_the_presses_themselves_makes_one_visit_a_press(
    database: Database, hands: Hands
):
    hands.now += timedelta(minutes=20)
    batch = [pressed(hands, rank, 60.0 + rank) for rank in range(1, 7)]
    names = [each.press_id for each in batch]
    work: list[Callable[[], Any]] = [lambda: merge(database, hands, *batch)] * 3
    work += [partial(press, database, name) for name in names]
    with ThreadPoolExecutor(len(work)) as threads:
        answers = list(threads.map(lambda each: each(), work))
    visits = [[each["visit"] for each in merged] for merged in answers[:3]]
    assert visits[0] == visits[1] == visits[2]
    open_ = all_rows(database, "SELECT number FROM visit WHERE end_reason IS NULL ORDER BY number")
    assert [each["number"] for each in open_] == [f"HL00{rank}" for rank in range(1, 7)]
    assert {press(database, name)["number"] for name in names} == {each["number"] for each in open_}


@pytest.mark.both_databases
@pytest.mark.parametrize("is_merged_first", [True, False])
def test_a_press_and_its_merge_that_share_one_commit_make_one_visit(
    database: Database, hands: Hands, is_merged_first: bool
):
    """What the commit reads ahead for those that wait must not hide what one of them does."""
    hands.now += timedelta(minutes=20)
    answers: dict[str, Any] = {}
    work: dict[str, Callable[[], Any]] = {
        "merge": lambda: merge(database, hands, pressed(hands, 1, 60))[0],
        "press": lambda: press(database, "press-of-rank-1"),
    }

    def answer(name: str) -> None:
        answers[name] = work[name]()

    names = sorted(work, reverse=not is_merged_first)
    threads = [threading.Thread(target=answer, args=[name]) for name in names]

    def come() -> None:
        """The two wait, one behind the other, for the commit of somebody else."""
        database.breathe = lambda: None
        for place, thread in enumerate(threads, start=1):
            thread.start()
            waits = partial(lambda place: database.waiting_writers(database.hall_id(HALL)) == place, place)
            wait_until(waits, f"{place} wait")

    database.breathe = come
    issue(database)
    for thread in threads:
        thread.join()
    first = answers["merge"]["visit"] if is_merged_first else answers["press"]["visit"]
    assert first == (answers["press"]["visit"] if is_merged_first else answers["merge"]["superseded"])
    assert press(database, "press-of-rank-1")["number"] == "HL001"
