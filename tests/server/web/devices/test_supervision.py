"""The supervisor: the wall, profiles of sessions, services stopped, the break, the voice of the hall."""

import re
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from server.domain.instants import to_text
from server.ids import session_mark
from server.store.engine.stores import snapshot
from server.store.journal.rebuild import differences
from tests.hardware.speech.recordings import record
from tests.server.web.api_site import COUNTER, HALL, SERVICE, ApiSite, accepted, refused

PERMITS, PROFILE = "laon-permis", "laon-profil-titres"


class Supervisor:
    """The supervisor of Laon, signed in."""

    def __init__(self, site: ApiSite) -> None:
        self.site = site
        self.browser, self.headers = site.writer("supervisor")

    def wall(self) -> dict[str, Any]:
        self.site.app.extensions["parvis"].estimates.refresh(self.site.database.hall_id(HALL))
        return accepted(self.browser.get(f"/api/v1/halls/{HALL}/wall"))

    def queue(self, queue: str = "laon-file-accueil") -> dict[str, Any]:
        found: dict[str, Any] = next(each for each in self.wall()["queues"] if each["queue"] == queue)
        return found

    def write(self, method: str, path: str, body: Any = None) -> Any:
        return self.browser.open(f"/api/v1{path}", method=method, json=body or {}, headers=self.headers)

    def stop(self, service: str = SERVICE, verb: str = "stop", reason: str | None = None) -> Any:
        body = None if reason is None else {"reason": reason}
        return self.write("POST", f"/halls/{HALL}/services/{service}/{verb}", body)

    def move(self, counter: str, profile: str | None) -> Any:
        return self.write("PATCH", f"/counters/{counter}/session", {"profile": profile})


@pytest.fixture
def supervisor(api: ApiSite) -> Iterator[Supervisor]:
    yield Supervisor(api)
    with snapshot(api.database) as rows:
        assert differences(rows, api.database.hall_id(HALL)) == []


def agents(site: ApiSite, *counters: str) -> None:
    """An agent at each counter; at the usual one the key of the tests, which calls there."""
    for counter in counters:
        if counter == COUNTER:
            site.open(counter)
            continue
        browser, headers = site.writer("agent")
        accepted(browser.post(f"/api/v1/counters/{counter}/session", json={}, headers=headers), 201)


def test_a_queue_is_compared_with_its_target(supervisor: Supervisor):
    site = supervisor.site
    site.ticket()
    assert supervisor.queue()["state"] == "unserved"
    agents(site, COUNTER)
    assert supervisor.queue()["state"] == "calm"
    target_s = supervisor.queue()["target_s"]
    for _ in range(40):
        site.ticket()
    found = supervisor.queue()
    assert (found["state"], found["waiting"], found["counters"]) == ("breach_expected", 41, 1)
    assert found["wait"]["high_s"] > target_s
    site.hands.now += timedelta(seconds=target_s + 1)
    found = supervisor.queue()
    assert (found["state"], found["overdue"], found["longest_s"]) == ("late", 41, target_s + 1)
    wall = supervisor.wall()
    assert [leg["number"] for leg in wall["longest"]][:3] == ["A001", "A002", "A003"]
    assert wall["people"] == {
        "waiting": 41,
        "called": 0,
        "in_service": 0,
        "parked": 0,
        "all": 41,
        "linked": 0,
    }


def test_visitors_who_wait_for_a_closed_counter_are_counted_separately(supervisor: Supervisor):
    site = supervisor.site
    site.open(COUNTER)
    sent = site.ticket()
    site.ticket()
    leg = accepted(site.next())["leg"]
    accepted(site.verb(leg, "transfer", {"counter": "laon-g4"}))
    wall = supervisor.wall()
    assert [(each["number"], each["counter"]) for each in wall["sent_to_closed"]] == [
        (sent["number"], "laon-g4")
    ]
    assert supervisor.queue()["waiting"] == 1
    assert wall["people"]["waiting"] == 2
    site.open("laon-g4")
    assert supervisor.wall()["sent_to_closed"] == []
    assert supervisor.queue()["waiting"] == 2


def test_people_in_the_hall_add_up_and_linked_visits_count_one_by_one(supervisor: Supervisor):
    site = supervisor.site
    site.open(COUNTER)
    site.open("laon-g4")
    tickets = [site.ticket() for _ in range(4)]
    accepted(site.post(f"/tickets/{tickets[2]['visit']}/link", {"number": tickets[3]["number"]}))
    leg = accepted(site.next())["leg"]
    accepted(site.verb(leg, "start"))
    accepted(site.verb(leg, "park", {"for_s": 600}))
    accepted(site.next(counter="laon-g4"))
    expected = {"waiting": 2, "called": 1, "in_service": 0, "parked": 1, "all": 4, "linked": 2}
    assert supervisor.wall()["people"] == expected
    assert accepted(site.get(f"/halls/{HALL}/people", token=site.key))["people"] == expected


def test_with_fewer_than_three_agents_the_wall_shows_the_hall_and_not_the_person(supervisor: Supervisor):
    site = supervisor.site
    site.ticket()
    agents(site, COUNTER, "laon-g4")
    number = accepted(site.next())["number"]
    wall = supervisor.wall()
    assert (wall["agents"], wall["shows_counters"]) == (2, False)
    assert {(each["state"], each["since"], each["number"]) for each in wall["counters"]} == {
        ("open", None, None),
        ("closed", None, None),
    }
    assert wall["counted"]["open"] == 2
    assert set(wall["counted"]) == {"open", "closed"}
    agents(site, "laon-g3")
    wall = supervisor.wall()
    shown = {each["counter"]: each for each in wall["counters"]}
    assert (shown[COUNTER]["state"], shown[COUNTER]["number"]) == ("called", number)
    assert shown[COUNTER]["since"] is not None


@pytest.mark.both_databases
def test_a_counter_is_free_since_its_last_gesture(supervisor: Supervisor):
    site = supervisor.site
    agents(site, COUNTER, "laon-g3", "laon-g4")
    site.ticket()
    site.hands.now += timedelta(minutes=10)
    leg = accepted(site.next())["leg"]
    site.hands.now += timedelta(minutes=5)
    accepted(site.verb(leg, "no-show"))
    gone_at = site.hands.now
    site.hands.now += timedelta(minutes=2)
    queue = accepted(site.get(f"/halls/{HALL}/queue"))
    for told in (supervisor.wall(), queue):
        shown = {each["counter"]: each for each in told["counters"]}
        assert shown[COUNTER]["state"] == shown["laon-g3"]["state"] == "free"
        assert datetime.fromisoformat(shown[COUNTER]["since"]) == gone_at
        assert datetime.fromisoformat(shown["laon-g3"]["since"]) == gone_at - timedelta(minutes=15)


def test_one_agent_at_three_counters_is_one_agent(supervisor: Supervisor):
    for counter in (COUNTER, "laon-g3", "laon-g4"):
        supervisor.site.open(counter)
    assert supervisor.wall()["agents"] == 1
    assert not supervisor.wall()["shows_counters"]


def test_a_session_is_moved_to_another_profile_and_back(supervisor: Supervisor):
    site = supervisor.site
    session = site.open("laon-g2")
    before = accepted(site.get("/counters/laon-g2"))["services"]
    after = accepted(supervisor.move("laon-g2", PROFILE))
    assert after["session_mark"] == session_mark(session)
    assert set(after["services"]) <= set(before)
    told = {each["counter"]: each["profile"] for each in supervisor.wall()["counters"]}
    assert told["laon-g2"] == PROFILE
    assert accepted(supervisor.move("laon-g2", PROFILE))["services"] == after["services"]
    assert site.count("hall_fact WHERE kind = 'ProfileChanged'") == 1
    assert accepted(supervisor.move("laon-g2", None))["services"] == before
    assert site.count("duty WHERE counter = 'laon-g2'") == 3
    assert site.count("duty WHERE counter = 'laon-g2' AND closed_at IS NULL") == 1
    refused(supervisor.move("laon-g2", "no-such-profile"), 409, "unknown_profile")
    refused(supervisor.move("laon-g1", PROFILE), 409, "no_counter_session")


def test_a_paused_session_that_was_moved_resumes_under_its_new_profile(supervisor: Supervisor):
    site = supervisor.site
    site.open("laon-g2")
    path = "/counters/laon-g2/session"
    accepted(site.call("PATCH", path, {"pause": {"reason": "break"}}))
    accepted(supervisor.move("laon-g2", PROFILE))
    assert site.count("duty WHERE closed_at IS NULL") == 0
    accepted(site.call("PATCH", path, {"pause": None}))
    assert site.count("duty WHERE closed_at IS NULL AND profile = :profile", profile=PROFILE) == 1


def test_an_agent_moves_its_own_session_only(supervisor: Supervisor):
    site = supervisor.site
    own = site.open("laon-g2")
    path, body = "/counters/laon-g2/session", {"profile": PROFILE}
    refused(site.call("PATCH", path, body, headers={"X-Counter-Session": ""}), 403, "forbidden")
    accepted(site.call("PATCH", path, body, headers={"X-Counter-Session": own}))
    other = {"X-Counter-Session": "another-session"}
    refused(site.call("PATCH", path, body, headers=other), 409, "no_counter_session")
    refused(site.call("PATCH", path, {}), 400, "bad_request")
    refused(site.call("PATCH", path, body | {"pause": None}), 400, "bad_request")


def test_stopped_tickets_are_not_issued_today_and_counted(supervisor: Supervisor):
    site = supervisor.site
    kept = site.ticket()
    accepted(supervisor.stop())
    refused(supervisor.stop(), 409, "already_stopped")
    problem = refused(site.press(), 409, "stopped")
    assert "Plus de ticket" in problem["detail"]
    assert site.count("not_issued WHERE reason = 'stopped'") == 1
    menu = {each["id"]: each["state"] for each in accepted(site.get(f"/halls/{HALL}/menu"))["services"]}
    assert menu[SERVICE] == "stopped"
    assert supervisor.wall()["stops"][0]["service"] == SERVICE
    assert site.press(PERMITS).status_code == 201
    agents(site, COUNTER)
    assert accepted(site.next())["number"] == kept["number"], "who waits is still called"
    accepted(supervisor.stop(verb="reopen"))
    refused(supervisor.stop(verb="reopen"), 409, "not_stopped")
    assert site.press().status_code == 201


@pytest.mark.parametrize(
    ("reason", "words"),
    [("outage", "Panne informatique"), ("absent", "Aucun agent disponible"), ("other", None), (None, None)],
)
def test_the_reason_of_a_stop_is_told_to_visitors_and_to_the_hall_view(
    supervisor: Supervisor, reason: str | None, words: str | None
):
    site, kept = supervisor.site, reason or "other"
    accepted(supervisor.stop(reason=reason))
    assert supervisor.wall()["stops"][0]["reason"] == kept
    menu = {each["id"]: each for each in accepted(site.get(f"/halls/{HALL}/menu"))["services"]}
    assert menu[SERVICE]["why_stopped"] == words
    assert menu[PERMITS]["why_stopped"] is None
    assert refused(site.press(), 409, "stopped")["reason"] == kept
    accepted(supervisor.stop(verb="reopen"))
    menu = {each["id"]: each for each in accepted(site.get(f"/halls/{HALL}/menu"))["services"]}
    assert menu[SERVICE]["why_stopped"] is None


def test_a_stop_has_a_reason_of_the_list(supervisor: Supervisor):
    refused(supervisor.stop(reason="Mme Martin est malade"), 400, "bad_request")


def test_a_stop_ends_with_its_day(supervisor: Supervisor):
    accepted(supervisor.stop())
    supervisor.site.hands.now += timedelta(days=1)
    assert supervisor.site.press().status_code == 201


def test_a_press_with_a_lost_answer_gives_its_ticket_although_tickets_were_stopped(supervisor: Supervisor):
    first = accepted(supervisor.site.press(press_id="press-one"), 201)
    accepted(supervisor.stop())
    assert accepted(supervisor.site.press(press_id="press-one"))["number"] == first["number"]


def test_unknown_values_are_refused_with_their_code(supervisor: Supervisor):
    refused(supervisor.stop("no-such-service"), 409, "unknown_service")


def test_no_wait_and_no_breach_are_predicted_while_no_ticket_can_be_taken(supervisor: Supervisor):
    site = supervisor.site
    agents(site, COUNTER)
    for _ in range(40):
        site.ticket()
    assert supervisor.queue()["state"] == "breach_expected"
    site.publish(laon_accueil={"hours": {"week": {"monday": ["09:00-10:00"]}}})
    assert (supervisor.queue()["wait"], supervisor.queue()["state"]) == (None, "calm")


# --- the break, and tickets before opening --------------------------------------------------------


def test_only_a_supervisor_decides_about_the_break(api: ApiSite):
    refused(api.post(f"/halls/{HALL}/break", {"choice": "carry_over"}), 403, "forbidden")
    chief, header = api.writer("supervisor")
    path = f"/api/v1/halls/{HALL}/break"
    answer = chief.post(path, json={"choice": "carry_over"}, headers=header)
    assert accepted(answer, 200)["choice"] == "carry_over"
    refused(chief.post(path, json={"choice": "lunch"}, headers=header), 400, "bad_request")
    assert accepted(chief.get(f"/api/v1/halls/{HALL}/day-end"), 200) == {"business_day": None}


@pytest.mark.both_databases
def test_a_guard_gives_a_numbered_series_once(api: ApiSite):
    guard, header = api.writer("security")
    wanted = {"service": SERVICE, "press_id": str(uuid.uuid4()), "count": 2}
    path = f"/api/v1/halls/{HALL}/distribution"
    first = accepted(guard.post(path, json=wanted, headers=header), 201)["tickets"]
    assert accepted(guard.post(path, json=wanted, headers=header), 201)["tickets"] == first
    assert [each["number"] for each in first] == ["A001", "A002"]
    refused(api.post(path.removeprefix("/api/v1"), wanted), 403, "forbidden")


# --- the voice: kept quiet for a while, on again by itself, and whose it is -----------------------


QUIET = f"/halls/{HALL}/quiet"


def quiet_on_board(site: ApiSite) -> str | None:
    until: str | None = accepted(site.get(f"/halls/{HALL}/board"))["quiet_until"]
    return until


@pytest.mark.both_databases
def test_quiet_lasts_for_the_chosen_time_and_every_screen_follows(api: ApiSite):
    chief, header = api.writer("supervisor")
    assert quiet_on_board(api) is None
    told = accepted(chief.post(f"/api/v1{QUIET}", json={"minutes": 30}, headers=header))
    until = to_text(api.hands.now + timedelta(minutes=30))
    assert told == {"quiet_until": until}
    assert quiet_on_board(api) == until
    assert accepted(chief.get(f"/api/v1/halls/{HALL}/wall"))["quiet_until"] == until
    api.hands.now += timedelta(minutes=30)
    assert quiet_on_board(api) is None
    with snapshot(api.database) as rows:
        assert differences(rows, api.database.hall_id(HALL)) == []


def test_the_voice_can_be_turned_on_earlier_and_the_last_choice_applies(api: ApiSite):
    chief, header = api.writer("supervisor")
    for minutes in (60, 0):
        accepted(chief.post(f"/api/v1{QUIET}", json={"minutes": minutes}, headers=header))
        api.hands.now += timedelta(seconds=1)
    assert quiet_on_board(api) is None


def test_silencing_a_hall_needs_the_right_and_an_end(api: ApiSite):
    chief, header = api.writer("supervisor")
    for minutes in (121, -1):
        refused(chief.post(f"/api/v1{QUIET}", json={"minutes": minutes}, headers=header), 400, "bad_request")
    refused(api.post(QUIET, {"minutes": 30}), 403, "forbidden")
    assert quiet_on_board(api) is None


def test_a_screen_gets_its_largest_volume(api: ApiSite):
    screen = accepted(api.get(f"/halls/{HALL}/screen", token=api.screen))
    lunch = {"opens": "12:00", "closes": "13:30", "percent": 60}
    assert screen["sound"] == {"most_percent": 80, "levels": [lunch]}


SAID = re.compile(r'<p class="muted">(Voix .*?)</p>')


def voice_lines(site: ApiSite) -> list[str]:
    return [line.replace("\u00a0", " ") for line in SAID.findall(site.person("supervisor").get("/mur").text)]


def test_the_wall_says_whose_voice_calls_have_and_how_many_recordings_are_missing(
    sqlite_url: str, tmp_path: Path
):
    site = ApiSite(sqlite_url, tmp_path, voice=True)
    assert voice_lines(site) == ["Voix (français) : espeak-ng."]
    record(tmp_path / "voices" / "fr", ["numero"])
    [line] = voice_lines(site)
    assert re.fullmatch(
        r"Voix \(français\) : les enregistrements du site ; espeak-ng là où il en manque \(\d+\)\.", line
    )
    site.app.extensions["parvis"].stop_background()
    site.close()


def test_without_spoken_calls_the_wall_names_no_voice(api: ApiSite):
    assert voice_lines(api) == []
