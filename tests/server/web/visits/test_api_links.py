"""Linked visits through the API: permissions, answers, every refusal with its sentence."""

import pytest

from tests.server.web.api_site import COUNTER, HALL, ApiSite, accepted, refused


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
