"""People who came together get their tickets in one request: linked, all of them or none."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.server.web.api_site import HALL, SERVICE, ApiSite, accepted, refused

KEPT = ("visit", "leg", "hall_fact WHERE kind = 'VisitsLinked'", "print_job", "erasable")


def family(api: ApiSite, people: int, press_id: str | None = None, **more: Any) -> TestResponse:
    sent = {key: more.pop(key) for key in ("token", "headers") if key in more}
    body = {"service": SERVICE, "press_id": press_id or str(uuid.uuid4()), "people": people, **more}
    return api.post(f"/halls/{HALL}/families", body, **sent)


def numbers(answer: dict[str, Any]) -> list[str]:
    return [ticket["number"] for ticket in answer["tickets"]]


def written(api: ApiSite) -> list[int]:
    return [api.count(table) for table in KEPT]


@pytest.mark.both_databases
def test_a_family_has_linked_tickets_that_are_called_in_a_row(api: ApiSite):
    before = api.ticket()
    answer = accepted(family(api, 5, needs=["step_free"], priority=True, kiosk="laon-borne-1"), 201)
    assert numbers(answer) == ["A002", "A003", "A004", "A005", "A006"]
    assert [ticket["together"]["numbers"] for ticket in answer["tickets"]] == [numbers(answer)] * 5
    assert [ticket["ahead"] for ticket in answer["tickets"]] == [0, 1, 1, 1, 1], "the first has priority"
    assert len({ticket["print"]["job"] for ticket in answer["tickets"]}) == 5
    legs = accepted(api.get(f"/halls/{HALL}/queue"))["queues"][0]["legs"]
    assert [(leg["number"], leg["needs"]) for leg in legs if leg["needs"]] == [("A002", ["step_free"])]
    assert written(api)[2] == 1
    last = accepted(family(api, 1, linked_to=answer["tickets"][0]["visit"]), 201)
    assert last["tickets"][0]["together"]["numbers"] == [*numbers(answer), "A007"]
    api.open()
    called = accepted(api.next())
    for _ in range(5):
        called = accepted(api.next(called["leg"], end="no_show"))
        assert called["number"] != before["number"]


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("changes", "code", "left"),
    [
        ({"quota": {"morning": 4, "afternoon": 4}}, "full", 3),
        ({"series": {"prefix": "A", "first": 1, "last": 4}}, "numbers_exhausted", None),
    ],
)
def test_a_family_for_which_something_is_missing_has_no_ticket(
    api: ApiSite, changes: dict[str, Any], code: str, left: int | None
):
    api.publish(laon_accueil=changes)
    api.ticket()
    before, press = written(api), str(uuid.uuid4())
    for _ in range(2):
        problem = refused(family(api, 5, press), 409, code)
        assert problem.get("left") == left
        assert written(api) == before
    demand = api.count("hall_fact WHERE kind = 'TicketNotIssued' AND body LIKE :r", r=f'%"{code}"%')
    assert demand == 5, "each person counts once"
    assert numbers(accepted(family(api, 3), 201)) == ["A002", "A003", "A004"]


def test_a_refusal_says_how_many_tickets_are_left(api: ApiSite):
    api.publish(laon_accueil={"quota": {"morning": 3, "afternoon": 3}})
    assert ": 3. Aucun n’a été donné" in refused(family(api, 5), 409, "full")["detail"]
    accepted(family(api, 3), 201)
    assert "Tous les tickets" in refused(family(api, 2), 409, "full")["detail"]


@pytest.mark.both_databases
def test_the_same_press_gives_the_same_tickets(api: ApiSite):
    press, key = str(uuid.uuid4()), {"Idempotency-Key": "one"}
    first = accepted(family(api, 5, press, token=api.kiosk, headers=key), 201)
    assert accepted(family(api, 5, press, token=api.kiosk, headers=key), 201) == first
    again = accepted(family(api, 5, press, token=api.kiosk), 200)
    assert again == first
    for people in (3, 6):
        others = accepted(family(api, people, press, token=api.kiosk), 200)
        assert numbers(others) == numbers(first)[:people]
    assert api.count("visit") == 5
    api.publish_kiosk("laon-borne-2")
    refused(family(api, 5, press), 409, "press_elsewhere")


@pytest.mark.both_databases
def test_families_at_once_have_numbers_of_their_own(api: ApiSite):
    presses = [str(uuid.uuid4()) for _ in range(4)]
    with ThreadPoolExecutor(8) as fingers:
        answers = list(fingers.map(lambda press: family(api, 4, press), presses * 2))
    assert sorted(answer.status_code for answer in answers) == [200] * 4 + [201] * 4
    given = {tuple(numbers(answer.get_json())) for answer in answers}
    assert sorted(number for each in given for number in each) == [f"A{rank:03d}" for rank in range(1, 17)]
    for each in given:
        first = int(each[0][1:])
        assert [int(number[1:]) for number in each] == [first, first + 1, first + 2, first + 3]


def test_six_are_linked_at_most_and_only_to_who_goes_on(api: ApiSite):
    for people in (0, 7):
        refused(family(api, people), 400, "bad_request")
    first = accepted(family(api, 4), 201)["tickets"][0]
    refused(family(api, 2, linked_to="no-such-visit"), 404, "unknown_visit")
    problem = refused(family(api, 3, linked_to=first["visit"]), 409, "linked_too_many")
    assert problem["detail"].startswith("6 visites")
    assert api.count("visit") == 4
    alone = api.ticket()
    accepted(api.post(f"/tickets/{alone['token']}/give-up"))
    others = accepted(family(api, 2, linked_to=alone["visit"]), 201)
    assert others["tickets"][0]["together"]["numbers"] == numbers(others)


def test_the_tickets_of_a_family_count_among_those_of_a_kiosk_in_a_minute(database_url: str, tmp_path: Path):
    api = ApiSite(database_url, tmp_path, settings={"kiosk_tickets_a_minute": "4"})
    try:
        press = str(uuid.uuid4())
        first = accepted(family(api, 4, press, token=api.kiosk), 201)
        refused(family(api, 2, token=api.kiosk), 429, "too_many_tickets")
        assert accepted(family(api, 4, press, token=api.kiosk), 200) == first
    finally:
        api.close()
