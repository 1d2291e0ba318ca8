"""Where people are told of an induction loop: screens, kiosk, phone, console, while its test holds."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from server.domain.author import Author
from server.domain.hall.devices import LOOP_TEST_HOLDS
from server.ids import new_id
from server.live.presence import Presence
from server.live.publication import SpokenCall
from server.live.publisher import Publisher
from server.store.transactions.database import Database
from server.usecases.configuration.publication import publish_hall
from server.usecases.hall.read_board import read_board
from server.usecases.hall.read_queue import read_queue
from server.usecases.hall.screen import read_screen
from server.usecases.tickets.issuing import TicketRequest, issue_ticket
from server.usecases.tickets.kiosk_menu import read_menu
from server.usecases.tickets.ticket_page import read_ticket
from server.usecases.visits.leg_verbs import Destination, transfer
from server.usecases.waits import Estimates
from tests.harness.sentences import TRANSLATE
from tests.server.usecases.at_counters import AGENT, COUNTER, HALL, OTHER, SERVICE, call, issue, served
from tests.server.usecases.days.watched_hall import MORNING
from tests.server.usecases.quality.figures_history import HALLS, Hands

TODAY = MORNING.date()
TOO_OLD = TODAY - LOOP_TEST_HOLDS - timedelta(days=1)
LOOP = "laon-boucle"
translate = TRANSLATE


@pytest.fixture
def laon(database: Database) -> Iterator[dict[str, Any]]:
    """The hall's document, to change; the hall is as it was afterwards."""
    text = (HALLS / f"{HALL}.json").read_bytes()
    yield json.loads(text)
    publish_hall(database, AGENT, text)


def with_loops(database: Database, content: dict[str, Any], tested_on: date) -> None:
    """Counter 1 and the hall have a loop, which a screen of its own feeds."""
    for counter in content["counters"]:
        has_loop = counter["id"] == COUNTER
        day = tested_on.isoformat() if has_loop else None
        counter |= {"has_hearing_loop": has_loop, "hearing_loop_tested_on": day}
    content["sound"] = {"most_percent": 60, "loop": {"percent": 35, "tested_on": tested_on.isoformat()}}
    content["screens"].append({"id": LOOP, "label": "Boucle de l’accueil", "output": "loop"})
    publish_hall(database, AGENT, json.dumps(content))


def loops_shown(database: Database) -> list[bool]:
    """Whether a call, the screen, the kiosk, the phone and the console tell of a loop at counter 1."""
    estimates = Estimates(database)
    (ticket,) = issue(database)
    call(database)
    (board,) = [each for each in read_board(database, HALL)["calls"] if each["counter"]["id"] == COUNTER]
    queue = read_queue(database, HALL)
    followed = read_ticket(database, estimates, ticket["token"])["call"]
    assert followed is not None
    return [
        board["counter"].get("hearing_loop", False),
        read_screen(database, HALL, LOOP, translate)["hearing_loop"],
        read_menu(database, estimates, HALL, language="fr", translate=translate)["hearing_loop"],
        followed["counter"]["hearing_loop"],
        *(each.get("hearing_loop", False) for each in queue["counters"] if each["counter"] == COUNTER),
    ]


@pytest.mark.both_databases
def test_a_loop_is_shown_everywhere_while_its_test_is_valid(database: Database, laon: dict[str, Any]):
    with_loops(database, laon, TODAY - LOOP_TEST_HOLDS)
    assert loops_shown(database) == [True] * 5


def test_a_loop_with_an_expired_test_is_shown_nowhere(database: Database, laon: dict[str, Any]):
    with_loops(database, laon, TOO_OLD)
    assert loops_shown(database) == [False] * 5


def test_a_counter_without_a_loop_is_announced_without_one(database: Database, laon: dict[str, Any]):
    with_loops(database, laon, TODAY)
    issue(database)
    call(database, counter=OTHER)
    (board,) = [each for each in read_board(database, HALL)["calls"] if each["counter"]["id"] == OTHER]
    assert "hearing_loop" not in board["counter"]


def test_a_screen_that_feeds_the_loop_has_its_own_level(database: Database, laon: dict[str, Any]):
    laon_screen = laon["screens"][0]["id"]
    with_loops(database, laon, TODAY)
    loop, other = (read_screen(database, HALL, each, translate) for each in (LOOP, laon_screen))
    assert (loop["output"], loop["sound"]) == ("loop", {"most_percent": 35, "levels": []})
    assert (other["output"], other["sound"]["most_percent"]) == ("loudspeaker", 60)


def spoken(database: Database, language: str) -> SpokenCall:
    """How the call of a ticket in a language is said."""
    said: list[SpokenCall] = []
    publisher = Publisher(
        database,
        Estimates(database),
        Presence(),
        lambda *_, **__: None,
        lambda *_: None,
        translate,
        lambda _hall, _message, how: said.append(how),
    )
    issue_ticket(
        database, HALL, Author("kiosk", device="kiosk"), TicketRequest(SERVICE, new_id(), language=language)
    )
    database.subscribers.append(publisher.committed)
    try:
        call(database)
    finally:
        database.subscribers.remove(publisher.committed)
    (how,) = said
    return how


def test_calls_are_not_spoken_in_the_tickets_language_by_default(database: Database):
    how = spoken(database, "en")
    assert list(how.places) == ["fr"]
    assert not how.has_loop


def test_on_request_a_call_is_spoken_in_french_then_in_the_tickets_language(
    database: Database, laon: dict[str, Any]
):
    laon["sound"] = {"says_visitor_language": True, "loop": {}}
    laon["screens"].append({"id": LOOP, "label": "Boucle", "output": "loop"})
    publish_hall(database, AGENT, json.dumps(laon))
    how = spoken(database, "en")
    labels = next(each["labels"] for each in laon["counters"] if each["id"] == COUNTER)
    assert list(how.places.items()) == [("fr", labels["fr"]), ("en", labels["en"])]
    assert how.has_loop


@pytest.mark.parametrize("language", ["fr", "fr-x-simple"])
def test_a_french_ticket_is_called_in_french_only(database: Database, laon: dict[str, Any], language: str):
    """In simple French too: a hall need not hear who reads it."""
    laon["sound"] = {"says_visitor_language": True}
    publish_hall(database, AGENT, json.dumps(laon))
    assert list(spoken(database, language).places) == ["fr"]


def test_a_queue_counts_all_who_wait_and_who_has_waited_too_long_by_service_and_for_one_counter(
    database: Database, hands: Hands
) -> None:
    issue(database, 4)
    transfer(database, served(database), to=Destination(counter=OTHER))
    hands.now += timedelta(hours=1)  # longer than every target
    issue(database, 2)
    answer = next(
        each for each in read_queue(database, HALL, page=2)["queues"] if SERVICE in each["services"]
    )
    assert (answer["waiting"], len(answer["legs"])) == (6, 2)
    assert sorted(answer["groups"], key=lambda group: group["people"]) == [
        {"service": SERVICE, "counter": OTHER, "people": 1, "overdue": 1},
        {"service": SERVICE, "counter": None, "people": 5, "overdue": 3},
    ]
