"""Alerts: one for each press, two confirmations of its end; their page and phones."""

import json
import re
import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from server.app import create_app
from server.domain.author import SYSTEM
from server.usecases.configuration.publication import publish_hall, publish_installation
from server.web.access.cookies import SESSION_COOKIE
from tests.harness.sql import all_rows
from tests.server.usecases.quality.figures_history import HALLS
from tests.server.web.api_site import ApiSite, accepted, refused

ALERTS = "/api/v1/alerts"


def press(kind: str = "medical", halls: Any = "all", **more: Any) -> dict[str, Any]:
    return {"halls": halls, "kind": kind, "press_id": str(uuid.uuid4()), **more}


def code(response: Any) -> str:
    return str(response.get_json()["code"])


def test_one_press_takes_over_every_hall_that_the_caller_may_and_names_the_screens(api: ApiSite):
    relay = api.new_key("alert")
    body = press("evacuate")
    raised = accepted(api.post("/alerts", body, token=relay), 201)
    assert {hall["hall"] for hall in raised["halls"]} == {"laon", "vervins"}
    assert all(hall["is_in_force"] and hall["screens"] for hall in raised["halls"])
    assert {screen["state"] for hall in raised["halls"] for screen in hall["screens"]} == {"waiting"}
    assert (raised["raised_by"], raised["already"], raised["failed"]) == (None, [], [])
    assert accepted(api.post("/alerts", body, token=relay), 200)["alert"] == raised["alert"]
    board = accepted(api.get("/halls/laon/board"))
    assert (board["alert"]["alert"], board["alert"]["kind"]) == (raised["alert"], "evacuate")
    for verb in ("ask-end", "end"):
        assert code(api.post(f"/alerts/{raised['alert']}/{verb}", {}, token=relay)) == "forbidden"


def test_the_first_page_offers_a_list_of_halls_for_an_alert_where_there_are_many(api: ApiSite):
    document = (HALLS / "vervins.json").read_text(encoding="utf-8")
    for number in range(6):
        publish_hall(
            api.database,
            SYSTEM,
            document.replace("vervins", f"v{number}").replace(f'"site": "v{number}"', '"site": "vervins"'),
        )
    shown = api.person("supervisor", "*").get("/")
    assert shown.status_code == 200
    offered = re.search(r'<select id="alert-hall">(.*?)</select>', shown.text, re.DOTALL)
    assert offered is not None
    assert offered[1].count("<option") == 1 + 8
    assert shown.text.count('data-raises="evacuate"') == 1


def test_a_next_is_refused_with_a_sentence_while_an_alert_holds(api: ApiSite):
    api.open()
    api.ticket()
    accepted(api.post("/alerts", press(), token=api.new_key("alert")), 201)
    refused = api.next()
    assert (refused.status_code, code(refused)) == (409, "alert_in_force")
    assert "Une alerte est en cours" in refused.get_json()["detail"]


def test_an_alert_ends_by_two_confirmations_of_named_people(api: ApiSite):
    agent, agent_header = api.writer("agent")
    guard, guard_header = api.writer("security")
    raised = accepted(agent.post(ALERTS, json=press("shelter", ["laon"]), headers=agent_header), 201)
    path = f"{ALERTS}/{raised['alert']}"
    assert code(agent.post(f"{path}/ask-end", json={}, headers=agent_header)) == "forbidden"
    assert code(guard.post(f"{path}/end", json={}, headers=guard_header)) == "end_not_asked"
    asked = accepted(guard.post(f"{path}/ask-end", json={}, headers=guard_header))
    (hall,) = asked["halls"]
    assert (hall["is_in_force"], hall["end_asked_by"]) == (True, guard_name(guard))
    (hall,) = accepted(guard.post(f"{path}/end", json={}, headers=guard_header))["halls"]
    assert (hall["is_in_force"], hall["ended_by"]) == (False, guard_name(guard))
    assert code(guard.post(f"{path}/ask-end", json={}, headers=guard_header)) == "alert_over"
    (listed,) = accepted(guard.get(ALERTS))["alerts"]
    assert listed["alert"] == raised["alert"]


def test_a_key_reads_its_own_alerts_and_nobodys_name(api: ApiSite):
    relay, other = api.new_key("alert"), api.new_key("alert")
    guard, header = api.writer("security")
    theirs = accepted(guard.post(ALERTS, json=press("shelter"), headers=header), 201)["alert"]
    own = accepted(api.post("/alerts", press(), token=relay), 201)["alert"]
    accepted(guard.post(f"{ALERTS}/{own}/ask-end", json={"halls": ["laon"]}, headers=header))
    assert [each["alert"] for each in accepted(api.get("/alerts", token=relay))["alerts"]] == [own]
    assert accepted(api.get("/alerts", token=other))["alerts"] == []
    read = api.get(f"/alerts/{own}", token=relay)
    assert guard_name(guard) not in read.text
    assert {hall["end_asked_by"] for hall in accepted(read)["halls"]} == {None}
    for alert, token in ((theirs, relay), (own, other)):
        assert code(api.get(f"/alerts/{alert}", token=token)) == "unknown_alert"
    assert {each["alert"] for each in guard.get(ALERTS).get_json()["alerts"]} == {own, theirs}


def test_pressing_again_answers_the_alert_in_force_and_names_where(api: ApiSite):
    guard, header = api.writer("security", "*")
    first = accepted(guard.post(ALERTS, json=press(halls=["laon"]), headers=header), 201)
    again = accepted(guard.post(ALERTS, json=press(halls=["laon"]), headers=header))
    assert (again["alert"], again["is_new"]) == (first["alert"], False)
    assert [(each["hall"], each["alert"]) for each in again["already"]] == [("laon", first["alert"])]
    wider = accepted(guard.post(ALERTS, json=press(halls="all"), headers=header), 201)
    assert wider["alert"] == first["alert"]
    assert {hall["hall"] for hall in wider["halls"]} == {"laon", "vervins"}
    for verb in ("ask-end", "end"):
        path = f"{ALERTS}/{first['alert']}/{verb}"
        accepted(guard.post(path, json={"halls": ["vervins"]}, headers=header))
    apart = accepted(guard.post(ALERTS, json=press(halls="all"), headers=header), 201)
    assert apart["alert"] != first["alert"]
    assert [each["alert"] for each in apart["already"]] == [first["alert"]]


def test_a_hall_that_refuses_an_end_keeps_no_other_from_it(api: ApiSite):
    content = json.loads((HALLS / "installation.json").read_text(encoding="utf-8"))
    for site in content["sites"]:
        site["alerts"] = {"needs_second_person": site["slug"] == "laon"}
    publish_installation(api.database, SYSTEM, json.dumps(content))
    guard, header = api.writer("security", "*")
    path = f"{ALERTS}/{accepted(guard.post(ALERTS, json=press(), headers=header), 201)['alert']}"
    assert accepted(guard.post(f"{path}/ask-end", json={}, headers=header))["failed"] == []
    answer = accepted(guard.post(f"{path}/end", json={}, headers=header))
    assert {hall["hall"]: hall["is_in_force"] for hall in answer["halls"]} == {"laon": True, "vervins": False}
    (failed,) = answer["failed"]
    assert (failed["hall"], failed["code"]) == ("laon", "second_person_needed")
    assert failed["name"]
    assert failed["detail"].startswith("Sur ce site, une autre personne")
    assert code(guard.post(f"{path}/end", json={}, headers=header)) == "second_person_needed"


@pytest.mark.both_databases
def test_a_hall_that_is_unknown_or_not_allowed_keeps_no_other_from_an_alert(api: ApiSite):
    relay = api.new_key("alert", halls=["laon"])
    wrong = ["nowhere", "vervins"]
    raised = accepted(api.post("/alerts", press(halls=[*wrong, "laon"]), token=relay), 201)
    assert [hall["hall"] for hall in raised["halls"]] == ["laon"]
    codes = [(each["hall"], each["name"], each["code"]) for each in raised["failed"]]
    assert codes == [("nowhere", "nowhere", "unknown_hall"), ("vervins", "vervins", "forbidden")]
    assert all(each["detail"] for each in raised["failed"])
    guard, header = api.writer("security")
    for verb in ("ask-end", "end"):
        path = f"{ALERTS}/{raised['alert']}/{verb}"
        answer = accepted(guard.post(path, json={"halls": [*wrong, "laon"]}, headers=header))
        assert [(each["hall"], each["code"]) for each in answer["failed"]] == [each[::2] for each in codes]
    assert accepted(api.get("/halls/laon/board"))["alert"] is None


def guard_name(browser: Any) -> str:
    text = str(browser.get("/").text)
    return text.partition('class="name"')[2].partition("<bdi>")[2].partition("</bdi>")[0]


def test_raising_or_reading_without_the_permission_is_refused(api: ApiSite):
    assert code(api.post("/alerts", press(), token=None)) == "not_signed_in"
    assert code(api.post("/alerts", press())) == "forbidden"
    assert code(api.post("/alerts", press(), token=api.screen)) == "forbidden"
    quality, header = api.writer("quality")
    assert code(quality.post(ALERTS, json=press(), headers=header)) == "forbidden"
    assert code(quality.get(ALERTS)) == "forbidden"
    agent, header = api.writer("agent")
    assert code(agent.post(ALERTS, json=press(halls=["vervins"]), headers=header)) == "forbidden"
    raised = accepted(agent.post(ALERTS, json=press(), headers=header), 201)
    assert [hall["hall"] for hall in raised["halls"]] == ["laon"]
    elsewhere, _ = api.writer("supervisor", "vervins")
    assert code(elsewhere.get(f"{ALERTS}/{raised['alert']}")) == "unknown_alert"


def test_only_people_read_the_author_of_an_alert(api: ApiSite):
    agent, header = api.writer("agent")
    accepted(agent.post(ALERTS, json=press("medical", drill=True), headers=header), 201)
    (seen,) = accepted(api.get("/halls/laon/alerts", token=api.screen))["alerts"]
    assert (seen["kind"], seen["drill"], seen["raised_by"]) == ("medical", True, None)
    (told,) = agent.get("/api/v1/halls/laon/alerts").get_json()["alerts"]
    assert told["raised_by"] == guard_name(agent)


def test_an_invalid_alert_is_refused_with_its_problem(api: ApiSite):
    key = api.new_key("alert")

    def refused(**wrong: Any) -> tuple[int, str]:
        answer = api.post("/alerts", press(**wrong), token=key)
        return answer.status_code, code(answer)

    french = {"fr": {"title": "Fuite d’eau", "text": "Restez assis."}}
    assert refused(kind="fire") == (400, "bad_request")
    assert refused(halls=["nowhere"]) == (404, "unknown_hall")
    assert refused(halls=[]) == (400, "bad_request")
    assert refused(kind="evacuate", expires_after_s=600) == (422, "never_expires")
    assert refused(kind="medical", expires_after_s=5) == (422, "expires_out_of_bounds")
    assert refused(kind="custom") == (422, "words_missing")
    assert refused(kind="custom", texts={"fr": {"title": " "}}) == (400, "bad_request")
    assert refused(kind="custom", texts={"fr": {"title": "x" * 41}}) == (400, "bad_request")
    assert refused(kind="custom", texts=french | {"en": {"title": "Leak"}}) == (422, "one_translation")
    assert refused(kind="medical", texts=french) == (422, "words_without_alert")
    assert code(api.get("/alerts/none", token=key)) == "unknown_alert"
    assert accepted(api.get("/alerts", token=key))["alerts"] == []


# --- the end: two people where two are there, on any worker; taken back by mistake ----------------


SCRIPT = {"Sec-Fetch-Mode": "cors"}
"""The header that a browser sends for requests of a page's script."""
MINUTE = timedelta(minutes=1)


@pytest.fixture
def other_worker(api: ApiSite) -> Iterator[Any]:
    """A second worker on the same database."""
    app = create_app(api.settings, clock=api.hands.clock(), async_mode="threading")
    database = app.extensions["parvis"].database
    database.subscribers.clear()
    yield app
    database.close()


def alert_with_end_asked_for(browser: Any, header: dict[str, str]) -> str:
    """The path of an alert that a person has raised and whose end they have asked for."""
    raised = accepted(browser.post(ALERTS, json=press("shelter", ["laon"]), headers=header), 201)
    path = f"{ALERTS}/{raised['alert']}"
    accepted(browser.post(f"{path}/ask-end", json={}, headers=header))
    return path


def reasons(site: ApiSite, kind: str = "AlertEnded") -> list[str | None]:
    found = all_rows(site.database, "SELECT * FROM hall_fact ORDER BY position")
    return [json.loads(row["body"]).get("reason") for row in found if row["kind"] == kind]


def test_a_second_person_active_on_another_worker_gives_the_second_confirmation(
    api: ApiSite, other_worker: Any
):
    guard, header = api.writer("security")
    chief, chief_header = api.writer("supervisor")
    elsewhere = other_worker.test_client()
    elsewhere.set_cookie(SESSION_COOKIE, chief.get_cookie(SESSION_COOKIE).value)
    api.hands.now += 10 * MINUTE
    elsewhere.get("/alerte")
    path = alert_with_end_asked_for(guard, header)
    refused(guard.post(f"{path}/end", json={}, headers=header), 409, "second_person_awaited")
    (hall,) = accepted(guard.get(path))["halls"]
    assert (hall["is_end_asked_by_reader"], hall["end_alone_at"] > hall["end_asked_at"]) == (True, True)
    assert accepted(guard.get(f"{ALERTS}/end-asked", headers=SCRIPT))["asked"] == []
    (asked,) = accepted(elsewhere.get(f"{ALERTS}/end-asked", headers=SCRIPT))["asked"]
    assert (asked["asked_by"], [each["hall"] for each in asked["halls"]]) == (guard_name(guard), ["laon"])
    accepted(chief.post(f"{path}/end", json={}, headers=chief_header))
    assert reasons(api) == ["confirmed"]


def test_without_an_answer_in_two_minutes_the_first_ends_it_and_the_journal_says_so(api: ApiSite):
    guard, header = api.writer("security")
    api.person("supervisor").get("/")
    path = alert_with_end_asked_for(guard, header)
    api.hands.now += 2 * MINUTE
    accepted(guard.post(f"{path}/end", json={}, headers=header))
    assert reasons(api) == ["unanswered"]


def test_whose_pages_only_read_by_themselves_is_not_there_to_answer(api: ApiSite):
    chief, _ = api.writer("supervisor")
    elsewhere, _ = api.writer("security", "vervins")
    api.hands.now += 3 * MINUTE
    guard, header = api.writer("security")
    elsewhere.get("/alerte")
    api.person("agent").get("/console")
    accepted(chief.get(ALERTS, headers=SCRIPT))
    path = alert_with_end_asked_for(guard, header)
    accepted(guard.post(f"{path}/end", json={}, headers=header))
    assert reasons(api) == ["confirmed"]


def test_an_agent_takes_back_an_alert_raised_by_mistake_within_a_minute(api: ApiSite):
    agent, header = api.writer("agent")
    guard, guard_header = api.writer("security")
    raised = accepted(agent.post(ALERTS, json=press("evacuate"), headers=header), 201)
    path = f"{ALERTS}/{raised['alert']}/take-back"
    assert raised["may_take_back_until"] is not None
    refused(guard.post(path, json={}, headers=guard_header), 409, "alert_of_another")
    (hall,) = accepted(agent.post(path, json={}, headers=header))["halls"]
    assert (hall["is_in_force"], hall["end_reason"]) == (False, "taken_back")
    assert reasons(api, "AlertTakenBack") == [None]
    board = accepted(api.get("/halls/laon/board"))
    assert (board["alert"], board["alert_taken_back"]["kind"]) == (None, "taken_back")
    api.hands.now += MINUTE
    assert "alert_taken_back" not in accepted(api.get("/halls/laon/board"))
    again = accepted(agent.post(ALERTS, json=press("evacuate"), headers=header), 201)
    api.hands.now += MINUTE
    refused(
        agent.post(f"{ALERTS}/{again['alert']}/take-back", json={}, headers=header),
        409,
        "too_late_to_take_back",
    )


def test_no_hall_is_ticked_when_there_are_several_and_the_only_one_is(api: ApiSite):
    ticked = {
        site: re.findall(r'name="hall" value="([^"]+)" checked', api.person("security", site).get(page).text)
        for site, page in (("*", "/alerte?hall=laon"), ("laon", "/alerte"))
    }
    assert ticked == {"*": [], "laon": ["laon"]}


def test_the_first_page_of_a_phone_is_the_alert_in_its_language_and_in_french(api: ApiSite):
    token = api.ticket()["token"]
    body = {"halls": ["laon"], "kind": "evacuate", "press_id": "relay-1", "drill": True}
    accepted(api.post("/alerts", body, token=api.new_key("alert")), 201)
    page = api.app.test_client().get(f"/t/{token}?lang=en").text
    assert '<body class="phone alarmed">' in page
    assert '<div class="ticket" data-ticket="waiting" hidden>' in page
    assert [page.find(words) > 0 for words in ("Leave the building", "Évacuez le bâtiment", "EXERCICE")] == [
        True
    ] * 3
    assert 'href="#sign-evacuate"' in page
