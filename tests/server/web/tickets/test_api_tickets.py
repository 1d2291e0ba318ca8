"""A press gives one ticket, even if its answer is lost; a refusal has a code; visits are linked."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from server.domain.author import SYSTEM
from server.usecases.devices.devices import pair_device
from tests.server.web.api_site import COUNTER, HALL, OTHER, SERVICE, ApiSite, accepted, refused


def not_issued(api: ApiSite, reason: str) -> int:
    return api.count("hall_fact WHERE kind = 'TicketNotIssued' AND body LIKE :r", r=f'%"{reason}"%')


def test_a_press_gives_a_ticket_with_all_that_the_contract_names(api: ApiSite):
    ticket = accepted(api.press(token=api.kiosk), 201)
    assert set(ticket) == {
        "visit", "number", "service", "service_names", "issued_at", "ahead", "wait", "why_no_wait", "token",
        "follow_url", "short_code", "print",
    }  # fmt: skip
    assert ticket["number"] == "A001"
    assert ticket["ahead"] == 0
    assert len(ticket["token"]) == 22
    assert len(ticket["short_code"]) == 8


def test_the_same_press_gives_the_same_ticket_and_says_that_it_is_not_new(api: ApiSite):
    press = str(uuid.uuid4())
    first = accepted(api.press(press_id=press, token=api.kiosk), 201)
    again = accepted(api.press(press_id=press, token=api.kiosk), 200)
    assert again == first
    assert api.count("visit") == 1


def test_a_kiosk_has_a_limit_of_tickets_a_minute_that_repeated_presses_do_not_use(
    database_url: str, tmp_path: Path
):
    api = ApiSite(database_url, tmp_path, settings={"kiosk_tickets_a_minute": "2"})
    try:
        press, key = str(uuid.uuid4()), {"Idempotency-Key": "one"}
        first = accepted(api.press(press_id=press, token=api.kiosk, headers=key), 201)
        for _ in range(3):
            assert accepted(api.press(press_id=press, token=api.kiosk, headers=key), 201) == first
        accepted(api.press(token=api.kiosk), 201)
        slowed = api.press(token=api.kiosk)
        refused(slowed, 429, "too_many_tickets")
        assert "2 tickets" in slowed.get_json()["detail"]
        assert accepted(api.press(press_id=press, token=api.kiosk), 200) == first
        code = {"code": "00000000", "press_id": str(uuid.uuid4())}
        refused(api.post("/appointments/check-in", code, token=api.kiosk), 429, "too_many_tickets")
        accepted(api.press(), 201)
        assert api.count("visit") == 3
        assert not_issued(api, "") == 0
    finally:
        api.close()


def test_a_press_of_another_device_is_not_given_away(api: ApiSite):
    press = str(uuid.uuid4())
    api.publish_kiosk("laon-borne-2")
    other = pair_device(api.database, SYSTEM, HALL, kind="kiosk", configured="laon-borne-2").token
    accepted(api.press(press_id=press, token=api.kiosk), 201)
    refused(api.press(press_id=press, token=other), 409, "press_elsewhere")


def test_a_press_is_not_given_away_in_another_hall(api: ApiSite):
    """A key that works in two halls once got Laon's ticket for a press repeated at Vervins."""
    press = str(uuid.uuid4())
    accepted(api.press(press_id=press), 201)
    wanted = {"service": "vervins-accueil", "press_id": press}
    refused(api.post(f"/halls/{OTHER}/tickets", wanted), 409, "press_elsewhere")


@pytest.mark.both_databases
def test_ten_presses_at_once_give_one_ticket(api: ApiSite):
    press = str(uuid.uuid4())
    with ThreadPoolExecutor(10) as fingers:
        answers = list(fingers.map(lambda _: api.press(press_id=press, token=api.kiosk), range(10)))
    assert sorted(answer.status_code for answer in answers) == [200] * 9 + [201]
    assert {answer.get_json()["number"] for answer in answers} == {"A001"}
    assert api.count("visit") == 1


def test_an_unknown_or_retired_service_issues_nothing(api: ApiSite):
    refused(api.press("no-such-service"), 409, "unknown_service")
    api.publish(laon_associations={"is_retired": True})
    refused(api.press("laon-associations"), 409, "unknown_service")
    assert api.count("visit") == 0


def test_a_closed_hall_says_when_it_opens_and_the_refusal_is_counted(api: ApiSite):
    api.hands.now = api.hands.now.replace(hour=21)
    problem = refused(api.press(), 409, "closed")
    assert problem["next_opening_at"].startswith("2026-11-25T07:")
    assert not_issued(api, "closed") == 1
    assert api.count("visit") == 0


def test_a_service_by_appointment_only_is_refused_and_counted(api: ApiSite):
    refused(api.press("laon-naturalisation"), 409, "appointment_only")
    assert not_issued(api, "appointment_only") == 1


def test_a_range_that_is_used_up_is_refused_and_counted(api: ApiSite):
    api.publish(laon_accueil={"series": {"prefix": "A", "first": 1, "last": 3}})
    assert [api.ticket()["number"] for _ in range(3)] == ["A001", "A002", "A003"]
    refused(api.press(), 409, "numbers_exhausted")
    assert not_issued(api, "numbers_exhausted") == 1


# --- idempotency ------------------------------------------------------------------------------


def test_the_same_key_and_body_get_the_same_answer(api: ApiSite):
    press, key = str(uuid.uuid4()), {"Idempotency-Key": "one"}
    first = accepted(api.press(press_id=press, headers=key), 201)
    again = api.press(press_id=press, headers=key)
    assert again.status_code in (200, 201)
    assert again.get_json() == first


def test_a_priority_gets_the_wait_behind_those_ahead_of_it(api: ApiSite):
    api.open()
    for _ in range(6):
        api.ticket()
    api.app.extensions["parvis"].estimates.refresh(api.database.hall_id(HALL))
    wanted = {"service": SERVICE, "press_id": "priority-press", "language": "fr", "priority": True}
    before = accepted(api.post(f"/halls/{HALL}/tickets", wanted), 201)
    last = api.ticket()
    assert before["ahead"] == 0
    assert before["wait"]["high_s"] < last["wait"]["low_s"]


def test_a_key_with_another_body_is_refused(api: ApiSite):
    api.press(headers={"Idempotency-Key": "one"})
    refused(api.press(headers={"Idempotency-Key": "one"}), 422, "idempotency_mismatch")


def test_keys_of_two_authors_have_nothing_to_do_with_each_other(api: ApiSite):
    first = accepted(api.press(headers={"Idempotency-Key": "one"}), 201)
    second = accepted(api.press(headers={"Idempotency-Key": "one"}, token=api.kiosk), 201)
    assert first["visit"] != second["visit"]


def test_two_visitors_may_choose_the_same_key(api: ApiSite):
    """All visitors were one author once: the second phone to use a key got a mismatch."""
    for ticket in (api.ticket(), api.ticket()):
        path, key = f"/tickets/{ticket['token']}/give-up", {"Idempotency-Key": "one"}
        assert accepted(api.post(path, token=None, headers=key))["end_reason"] == "abandoned"


def test_greetings_with_one_key_count_once(api: ApiSite):
    key = {"Idempotency-Key": "greeting"}
    answers = [api.post(f"/halls/{HALL}/greetings", {"service": SERVICE}, headers=key) for _ in range(3)]
    assert {answer.status_code for answer in answers} == {201}
    assert api.count("greeting") == 1
    assert accepted(api.get(f"/halls/{HALL}/queue"))["day"]["greetings"] == 1


@pytest.mark.parametrize("key", ["x" * 201, "a\tb"])
def test_a_key_that_cannot_be_kept_is_refused(api: ApiSite, key: str):
    answer = api.press(headers={"Idempotency-Key": key})
    assert answer.status_code in (201, 400)
    assert len(key) < 200 or answer.status_code == 400


# --- the visitor ------------------------------------------------------------------------------


def test_a_visitor_gives_up_and_takes_back_with_the_same_place(api: ApiSite):
    first, second = api.ticket(), api.ticket()
    path = f"/tickets/{first['token']}"
    gone = accepted(api.post(f"{path}/give-up", token=None))
    assert (gone["state"], gone["may_take_back"]) == ("ended", True)
    assert accepted(api.get(f"/tickets/{second['token']}", token=None))["ahead"] == 0
    back = accepted(api.post(f"{path}/take-back", token=None))
    assert (back["state"], back["ahead"]) == ("waiting", 0)
    assert accepted(api.get(f"/tickets/{second['token']}", token=None))["ahead"] == 1
    refused(api.post(f"{path}/take-back", token=None), 409, "wrong_state")


def test_giving_up_cannot_be_taken_back_for_ever(api: ApiSite):
    path = f"/tickets/{api.ticket()['token']}"
    api.post(f"{path}/give-up", token=None)
    api.hands.now += timedelta(minutes=11)
    refused(api.post(f"{path}/take-back", token=None), 409, "too_late_to_undo")


def test_a_short_code_shows_but_cannot_give_up(api: ApiSite):
    ticket = api.ticket()
    path = f"/tickets/{ticket['short_code']}"
    seen = accepted(api.get(path, token=None))
    assert (seen["number"], seen["may_give_up"]) == (ticket["number"], False)
    refused(api.post(f"{path}/give-up", token=None), 404, "unknown_ticket")
    assert accepted(api.get(path, token=None))["state"] == "waiting"


def test_a_short_code_is_of_its_day(api: ApiSite):
    ticket = api.ticket()
    api.hands.now += timedelta(days=1)
    refused(api.get(f"/tickets/{ticket['short_code']}", token=None), 404, "unknown_ticket")


def test_guessing_short_codes_is_slowed_and_tokens_are_not(api: ApiSite):
    """The page /suivi had a rate limit and the API did not."""
    answers = [api.get(f"/tickets/AAAAAA{n:02d}", token=None) for n in range(40)]
    assert {answer.status_code for answer in answers} == {404, 429}
    refused(answers[-1], 429, "too_many_requests")
    ticket = api.ticket()
    assert {api.get(f"/tickets/{ticket['token']}", token=None).status_code for _ in range(40)} == {200}


def test_a_reprint_is_a_new_job_and_strangers_learn_nothing_of_visits(api: ApiSite):
    ticket = accepted(api.press(token=api.kiosk), 201)
    agent, headers = api.writer("agent")
    for visit in (ticket["visit"], "no-such-visit"):
        refused(api.post(f"/tickets/{visit}/reprint", token=None), 401, "not_signed_in")
        refused(api.post(f"/tickets/{visit}/reprint"), 403, "forbidden")
    refused(agent.post("/api/v1/tickets/no-such-visit/reprint", headers=headers), 404, "unknown_visit")


def test_the_fate_of_papers_is_that_of_the_last_job_of_each_visit(api: ApiSite):
    ticket, other = (accepted(api.press(token=api.kiosk), 201) for _ in range(2))
    without_printer = accepted(api.press(), 201)
    desk, headers = api.writer("reception")
    again = accepted(desk.post(f"/api/v1/tickets/{other['visit']}/reprint", json={}, headers=headers), 202)
    visits = ",".join(each["visit"] for each in (ticket, other, without_printer))
    told = accepted(api.get(f"/halls/{HALL}/prints?visits={visits},no-such-visit"))
    waiting = {"state": "queued", "verdict": None, "why": None}
    assert told["prints"] == [
        {"job": ticket["print"]["job"], "visit": ticket["visit"], **waiting},
        {"job": again["job"], "visit": other["visit"], **waiting},
    ]
    elsewhere = accepted(api.get(f"/halls/{OTHER}/prints?visits={visits}"))
    assert elsewhere == {"prints": []}
    refused(api.get(f"/halls/{HALL}/prints?visits={visits}", token=api.screen), 403, "forbidden")
    for wrong in ("", "a,,b", "a b", ",".join(["v"] * 31)):
        refused(api.get(f"/halls/{HALL}/prints?visits={wrong}"), 400, "bad_request")


def test_needs_are_noted_with_the_ticket_or_at_a_desk_and_shown_to_agents(api: ApiSite):
    wanted = {"service": SERVICE, "press_id": str(uuid.uuid4()), "needs": ["slow", "deaf"]}
    visit = accepted(api.post(f"/halls/{HALL}/tickets", wanted, token=api.kiosk), 201)["visit"]
    noted = accepted(api.post(f"/tickets/{visit}/needs", {"needs": ["interpreter"]}), 200)
    assert noted == {"visit": visit, "needs": ["interpreter"]}
    queues = accepted(api.get(f"/halls/{HALL}/queue"), 200)["queues"]
    assert [leg["needs"] for queue in queues for leg in queue["legs"]] == [["interpreter"]]
    refused(api.post(f"/tickets/{visit}/needs", {"needs": []}, token=api.kiosk), 403, "forbidden")
    refused(api.post(f"/tickets/{visit}/needs", {"needs": ["flu"]}), 400, "bad_request")
    refused(api.post("/tickets/nobody/needs", {"needs": []}), 404, "unknown_visit")


def test_an_agent_links_by_number_and_the_next_call_says_why(api: ApiSite):
    session = api.open()
    first, _, third = (api.ticket() for _ in range(3))
    called = accepted(api.next())
    header = {"X-Counter-Session": session}
    linked = accepted(
        api.post(f"/tickets/{called['visit']}/link", {"number": third["number"]}, headers=header)
    )
    assert linked == {"visit": first["visit"], "number": first["number"], "linked": [third["number"]]}
    counter = accepted(api.get(f"/counters/{COUNTER}"))
    assert (counter["next"], counter["leg"]["linked"]) == (third["number"], [third["number"]])
    assert counter["last_gesture"]["verb"] == "VisitsLinked"
    accepted(api.verb(called["leg"], "start"))
    after = accepted(api.next(called["leg"], end="served"))
    assert (after["number"], after["why"]["values"]["number"]) == (third["number"], first["number"])
    assert accepted(api.post(f"/tickets/{third['visit']}/unlink"))["linked"] == []


def test_the_reception_desk_links_and_splits_without_a_counter(api: ApiSite):
    one, other = api.ticket(), api.ticket()
    browser, headers = api.writer("reception")
    path = f"/api/v1/tickets/{one['visit']}"
    answer = browser.post(f"{path}/link", json={"number": other["number"].lower()}, headers=headers)
    assert accepted(answer)["linked"] == [other["number"]]
    found = accepted(browser.get(f"/api/v1/halls/{HALL}/visits", query_string={"number": other["number"]}))
    assert found["visits"][0]["linked"] == [one["number"]]
    assert accepted(browser.post(f"{path}/unlink", json={}, headers=headers))["linked"] == []


def test_only_callers_and_receivers_may_link(api: ApiSite):
    one, other = api.ticket(), api.ticket()
    path, body = f"/tickets/{one['visit']}/link", {"number": other["number"]}
    refused(api.post(path, body, token=api.new_key("issue", "read")), 403, "forbidden")
    browser, headers = api.writer("quality")
    refused(browser.post(f"/api/v1{path}", json=body, headers=headers), 403, "forbidden")


def test_a_link_that_is_not_possible_is_refused_with_its_reason(api: ApiSite):
    one, other, third, fourth = (api.ticket() for _ in range(4))
    path = f"/tickets/{one['visit']}/link"
    refused(api.post(path, {}), 400, "bad_request")
    refused(api.post(path, {"number": "A777"}), 404, "unknown_visit")
    refused(api.post(path, {"number": "Dupont"}), 400, "unknown_number")
    refused(api.post(path, {"visit": one["visit"]}), 409, "linked_to_itself")
    refused(api.post("/tickets/nobody/link", {"number": "1"}), 404, "unknown_visit")
    refused(api.post(f"/tickets/{one['visit']}/unlink"), 409, "not_linked")
    accepted(api.post(path, {"visit": other["visit"]}))
    refused(api.post(path, {"number": other["number"]}), 409, "already_linked")
    accepted(api.post(f"/tickets/{third['visit']}/link", {"visit": fourth["visit"]}))
    refused(api.post(path, {"number": third["number"]}), 409, "linked_to_others")
    accepted(api.post(f"/tickets/{one['token']}/give-up"))
    refused(api.post(f"/tickets/{other['visit']}/link", {"number": one["number"]}), 409, "wrong_state")


def test_the_same_press_links_once(api: ApiSite):
    one, other = api.ticket(), api.ticket()
    path, body = f"/tickets/{one['visit']}/link", {"number": other["number"]}
    first, again = (api.post(path, body, headers={"Idempotency-Key": "link-once"}) for _ in range(2))
    assert accepted(first) == accepted(again)
    assert api.count("hall_fact WHERE kind = 'VisitsLinked'") == 1


@pytest.mark.parametrize("verb", ["link", "unlink"])
def test_a_kiosk_may_not_link_visits(api: ApiSite, verb: str):
    one = api.ticket()
    body = {"number": "1"} if verb == "link" else {}
    refused(api.post(f"/tickets/{one['visit']}/{verb}", body, token=api.kiosk), 403, "forbidden")
