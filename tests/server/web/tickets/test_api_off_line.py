"""The agent of a kiosk: one at a time, what it reads for a week, the presses that it brings."""

from datetime import date, timedelta
from typing import Any

from hardware.escpos_printer import PROFILES
from hardware.languages import VISITOR_LANGUAGES
from kiosk.agent.own_tickets import Provision
from kiosk.agent.press_journal import OwnSeries
from kiosk.menu_messages import picture_of
from server.domain.author import SYSTEM
from server.domain.instants import to_text
from server.usecases.alarms.watch_alarms import KnownSightings, watch_alarms
from server.usecases.devices.devices import pair_device
from tests.harness.sentences import TRANSLATE
from tests.harness.sql import all_rows
from tests.server.web.api_site import HALL, SERVICE, ApiSite, accepted, refused

KIOSK = "laon-borne-1"
ONE, TWO = "019ad000-incarnation-one", "019ad000-incarnation-two"


def sign(api: ApiSite, incarnation: str = ONE, **more: Any) -> Any:
    body = {"incarnation": incarnation, "program": "0.1.0", "now": to_text(api.hands.now)}
    return api.call("PUT", f"/kiosks/{KIOSK}/agent", body | more, token=api.kiosk)


def bring(api: ApiSite, *presses: dict[str, Any], incarnation: str = ONE, **more: Any) -> Any:
    body = {"incarnation": incarnation, "now": to_text(api.hands.now), "presses": presses}
    return api.post(f"/kiosks/{KIOSK}/presses", body, **{"token": api.kiosk} | more)


def pressed(api: ApiSite, rank: int, ago_s: float = 600, **more: Any) -> dict[str, Any]:
    at = api.hands.now - timedelta(seconds=ago_s)
    return {
        "press_id": f"press-of-rank-{rank}",
        "service": SERVICE,
        "number": f"HL{rank:03d}",
        "rank": rank,
        "pressed_at": to_text(at),
        "age_s": ago_s,
        "verdict": "printed",
    } | more


def test_a_kiosk_reads_what_it_needs_for_a_week_without_the_server(api: ApiSite):
    papers = [dict.fromkeys(VISITOR_LANGUAGES, "Passport") | {"fr": "Passeport"}]
    api.publish(laon_accueil={"bring": papers})
    live = accepted(sign(api))
    found = accepted(api.get(f"/kiosks/{KIOSK}/provision", token=api.kiosk))
    provision = Provision(found)
    assert live["next_rank"] == 1
    assert provision.mark == live["provision"]
    assert provision.series == OwnSeries("HL", 1, 999)
    assert provision.profile is PROFILES["raster-80"]
    days = [provision.day_of(api.hands.now + timedelta(days=after)) for after in (0, 6, 7)]
    assert days == [date(2026, 11, 24), date(2026, 11, 30), None]
    for language in ("fr", "en"):
        online = accepted(api.get(f"/halls/{HALL}/menu?lang={language}", token=api.kiosk))
        made = provision.menu(language, api.hands.now)
        assert [names(each) for each in made["services"]] == [names(each) for each in online["services"]]
        same = ("hall", "languages", "is_open", "priority_grounds", "asks_needs", "hearing_loop")
        assert {name: made[name] for name in same} == {name: online[name] for name in same}
    assert online["services"][0]["pictures"] == [picture_of("Passeport")], "by the French name"
    later = provision.menu("fr", api.hands.now + timedelta(days=5))
    assert later["is_open"] is False, "it knows the hours of Sunday"
    api.publish(laon_accueil={"icon": "ticket"})
    api.publish(laon_accueil={"icon": "star"})
    assert accepted(sign(api))["provision"] != found["provision"]


def names(service: dict[str, Any]) -> Any:
    return (
        service["name"],
        service["bring"],
        service["pictures"],
        [names(each) for each in service["children"]],
    )


def test_only_the_kiosk_itself_has_an_agent(api: ApiSite):
    api.publish_kiosk("laon-borne-2")
    other = pair_device(api.database, SYSTEM, HALL, kind="kiosk", configured="laon-borne-2").token
    sent = {
        ("PUT", "agent"): {"incarnation": ONE, "program": "0.1.0", "now": to_text(api.hands.now)},
        ("GET", "provision"): None,
        ("POST", "presses"): {
            "incarnation": ONE,
            "now": to_text(api.hands.now),
            "presses": [pressed(api, 1)],
        },
    }
    for (verb, what), body in sent.items():
        path = f"/kiosks/{KIOSK}/{what}"
        for token in (other, api.key):
            refused(api.call(verb, path, body, token=token), 403, "foreign_device")
        refused(api.call(verb, path, body, token=api.screen), 403, "forbidden")
        refused(api.call(verb, path, body, token=None), 401, "not_signed_in")
    assert api.count("visit") == 0


def test_a_second_agent_of_a_kiosk_is_refused_and_raises_an_alarm(api: ApiSite):
    accepted(sign(api, ONE))
    assert alarms(api) == []
    api.hands.now += timedelta(seconds=11)
    problem = refused(sign(api, TWO), 409, "kiosk_twice")
    assert "Borne de l’entrée" in problem["detail"]
    assert alarms(api) == [("kiosk_twice", KIOSK)]
    accepted(sign(api, ONE))
    api.hands.now += timedelta(seconds=13)
    accepted(sign(api, TWO))
    refused(sign(api, ONE), 409, "kiosk_twice")
    accepted(sign(api, TWO, leaves=True))
    accepted(sign(api, ONE))
    api.hands.now += timedelta(seconds=31)
    alarms(api)
    api.hands.now += timedelta(seconds=6)
    assert alarms(api) == []


def alarms(api: ApiSite) -> list[tuple[str, str]]:
    watch_alarms(api.database, api.database.hall_id(HALL), KnownSightings({}), TRANSLATE)
    found = all_rows(api.database, "SELECT kind, subject FROM alarm WHERE cleared_at IS NULL")
    return [(each["kind"], each["subject"]) for each in found]


def test_presses_are_merged_once_and_the_next_rank_follows_them(api: ApiSite):
    first = accepted(bring(api, pressed(api, 1, 600), pressed(api, 2, 60)))
    again = accepted(bring(api, pressed(api, 1, 600), pressed(api, 2, 60)))
    assert again == first
    assert [each["number"] for each in first["presses"]] == ["HL001", "HL002"]
    assert api.count("visit") == 2
    assert accepted(sign(api))["next_rank"] == 3


def test_what_is_no_press_is_refused(api: ApiSite):
    for wrong in (
        {"rank": 2},
        {"number": "HL1"},
        {"number": "BO001"},
        {"age_s": 1e300},
        {"pressed_at": "1970-01-01T00:00:00Z"},
        {"press_id": "short"},
        {"verdict": "lost"},
        {"needs": ["vip"]},
    ):
        refused(bring(api, pressed(api, 1) | wrong), 400, "bad_request")
    refused(bring(api, *(pressed(api, rank) for rank in range(1, 52))), 400, "bad_request")
    assert api.count("visit") == 0
