"""What a kiosk shows: the menu of its services, their quotas, and « Écouter », in files that it may fetch."""

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from hardware.speech.sound import RATE_HZ, from_wav
from server.domain.author import SYSTEM
from server.usecases.devices.devices import pair_device
from tests.harness.sql import all_rows
from tests.server.web.api_site import HALL, OTHER, SERVICE, ApiSite, Editors, accepted, laon, refused

BOOKED = "laon-titres-depot"
READING = f"/halls/{HALL}/reading"


@pytest.fixture
def spoken(sqlite_url: str, tmp_path: Path) -> Iterator[ApiSite]:
    """Laon where calls are spoken."""
    site = ApiSite(sqlite_url, tmp_path, voice=True)
    yield site
    site.app.extensions["parvis"].stop_background()
    site.close()


ENTRANCE, PERMITS_DESK = "laon-borne-1", "laon-borne-2"
MENU = f"/halls/{HALL}/menu"
FOLDER, FILED, COLLECTED, CITIZENSHIP = (
    f"laon-{name}" for name in ("etrangers", "titres-depot", "titres-retrait", "naturalisation")
)
LICENCE = "laon-permis"

type Tree = list[tuple[str, list[str]]]


def shown(menu: dict[str, Any]) -> Tree:
    return [(each["id"], [child["id"] for child in each["children"]]) for each in menu["services"]]


def read(api: ApiSite, token: str) -> Tree:
    return shown(accepted(api.get(MENU, token=token)))


def second_kiosk(api: ApiSite) -> str:
    return pair_device(api.database, SYSTEM, HALL, kind="kiosk", configured=PERMITS_DESK).token


def limited(site: ApiSite, most: int) -> None:
    site.publish(laon_accueil={"quota": {"morning": most, "afternoon": most + 1}})


def state_in_menu(site: ApiSite) -> str:
    """How the kiosk's menu shows the service."""
    menu = accepted(site.call("GET", f"/halls/{HALL}/menu?lang=fr", token=site.kiosk))
    services = [each for entry in menu["services"] for each in (entry, *entry.get("children", ()))]
    return next(str(each["state"]) for each in services if each["id"] == SERVICE)


def demand(site: ApiSite) -> list[dict[str, Any]]:
    found = all_rows(
        site.database, "SELECT body FROM hall_fact WHERE kind = 'TicketNotIssued' ORDER BY position"
    )
    return [json.loads(row["body"]) for row in found]


def test_only_the_kiosk_may_fetch_the_files_of_its_reading(spoken: ApiSite):
    ticket = spoken.ticket()
    query = f"?view=ticket&visit={ticket['visit']}&paper=printed&has_code=true"
    answer = accepted(spoken.get(READING + query, token=spoken.kiosk))
    number = ", ".join(ticket["number"])
    assert answer["sentences"][0] == answer["sentences"][-1] == f"Votre numéro\u00a0: {number}."
    assert len(answer["audio"]) == len(answer["sentences"])
    assert answer["audio"][0] == answer["audio"][-1]
    browser = spoken.app.test_client()
    kiosk = {"Authorization": f"Bearer {spoken.kiosk}"}
    with browser.get(answer["audio"][0], headers=kiosk) as sound:
        assert sound.mimetype == "audio/wav"
        assert len(from_wav(sound.data)) > RATE_HZ
    refused(browser.get(answer["audio"][0]), 401, "not_signed_in")


@pytest.mark.parametrize(("language", "word"), [("fr", "Appuyez"), ("en", "Press"), ("es", "Pulse")])
def test_the_menu_is_read_in_the_language_of_the_page(spoken: ApiSite, language: str, word: str):
    answer = accepted(spoken.get(f"{READING}?view=start&lang={language}&shown={SERVICE}", token=spoken.kiosk))
    assert answer["language"] == language
    assert any(sentence.startswith(word) for sentence in answer["sentences"])


@pytest.mark.parametrize(("language", "word"), [("fr", "choisi"), ("en", "chosen"), ("es", "elegido")])
def test_needs_are_read_with_those_chosen(spoken: ApiSite, language: str, word: str):
    query = f"{READING}?view=needs&lang={language}&needs=slow,interpreter"
    answer = accepted(spoken.get(query, token=spoken.kiosk))
    assert [sentence.endswith(word) for sentence in answer["sentences"]].count(True) == 2
    assert len(answer["audio"]) == len(answer["sentences"])


def test_only_the_convocations_of_the_page_that_is_up_are_read(spoken: ApiSite):
    booking, now = spoken.new_key("book"), spoken.database.clock.now()
    hours = [(now + timedelta(minutes=each)).replace(second=0, microsecond=0) for each in (10, 20)]
    for hour in hours:
        body = {"service": BOOKED, "booked_at": hour.isoformat(), "is_convocation": True}
        accepted(spoken.post(f"/halls/{HALL}/appointments", body, token=booking), 201)
    query = f"{READING}?view=convocation"
    services = accepted(spoken.get(query, token=spoken.kiosk))["sentences"]
    assert services[0] == "Pour quelle démarche venez-vous\u00a0?"
    api = accepted(spoken.get(f"{query}&service={BOOKED}", token=spoken.kiosk))["sentences"]
    assert f"1 sur 1\u00a0: {api[0]}" in services
    shown = quote(
        accepted(spoken.get(f"/halls/{HALL}/convocations", token=spoken.kiosk))["services"][0]["hours"][1]
    )
    one = accepted(spoken.get(f"{query}&service={BOOKED}&hours={shown}", token=spoken.kiosk))["sentences"]
    assert one == [*api[:2], api[3]]
    elsewhere = accepted(
        spoken.get(f"{query}&service={BOOKED}&hours=2026-01-01T08:00:00Z", token=spoken.kiosk)
    )
    assert elsewhere["sentences"] == api[:2]


def test_a_kiosk_reads_what_it_offers_and_nothing_else(spoken: ApiSite):
    spoken.publish_kiosks({"laon-borne-1": ["laon-permis", BOOKED]})
    start = accepted(spoken.get(f"{READING}?view=start", token=spoken.kiosk))["sentences"]
    whole = accepted(spoken.get(f"{READING}?view=start"))["sentences"]
    offered = ("Permis de conduire et certificat d’immatriculation", "Titres de séjour et naturalisation")
    assert all(name in " ".join(start) for name in offered)
    assert "Accueil et renseignements" in " ".join(whole)
    assert "Accueil et renseignements" not in " ".join(start)
    sheet = f"{READING}?view=sheet&service="
    refused(spoken.get(f"{sheet}laon-armes", token=spoken.kiosk), 404, "unknown_service")
    accepted(spoken.get(f"{sheet}laon-armes"))
    # visitors without an appointment are received there
    accepted(spoken.get(f"{sheet}{SERVICE}", token=spoken.kiosk))


def test_a_view_read_aloud_again_is_not_rendered_again(spoken: ApiSite):
    folder = Path(spoken.app.extensions["parvis"].settings.var) / "audio"
    first = accepted(spoken.get(f"{READING}?view=languages", token=spoken.kiosk))
    files = sorted(folder.iterdir())
    assert accepted(spoken.get(f"{READING}?view=languages", token=spoken.kiosk)) == first
    assert sorted(folder.iterdir()) == files


def test_only_what_the_hall_has_is_read(spoken: ApiSite):
    for query, code in (
        ("view=sheet&service=nothing", "unknown_service"),
        ("view=sheet", "unknown_service"),
        ("view=ticket", "unknown_visit"),
        ("view=ticket&visit=nothing", "unknown_visit"),
    ):
        refused(spoken.get(f"{READING}?{query}", token=spoken.kiosk), 404, code)
    elsewhere = accepted(
        spoken.post(f"/halls/{OTHER}/tickets", {"service": "vervins-accueil", "press_id": "press-elsewhere"}),
        201,
    )
    refused(
        spoken.get(f"{READING}?view=ticket&visit={elsewhere['visit']}", token=spoken.kiosk),
        404,
        "unknown_visit",
    )


@pytest.mark.parametrize(
    "query",
    [
        "view=start&text=Bonjour", "view=anything", "view=sheet&service=Bonjour%20%C3%A0%20tous",
        "view=start&shown=Bonjour%20tous", "view=notice&service=laon-accueil&reason=Bonjour",
        "view=needs&needs=Bonjour%20tous", "view=convocation&hours=12:99", "view=notice&at=Bonjour",
        "view=start&shown=" + "a" * 1_300, "view=ticket&paper=Bonjour",
    ],
)  # fmt: skip
def test_a_request_brings_no_words_of_its_own(spoken: ApiSite, query: str):
    refused(spoken.get(f"{READING}?{query}", token=spoken.kiosk), 400, "bad_request")


def test_a_control_that_the_kiosk_does_not_know_has_nothing_to_say(spoken: ApiSite):
    for key in ("0", "hour-9999-12-31T23:59Z"):
        answer = accepted(spoken.get(f"{READING}?view=start&focus={key}", token=spoken.kiosk))
        assert answer["sentences"] == answer["audio"] == []


def test_a_caller_without_the_right_to_issue_gets_no_reading(spoken: ApiSite):
    refused(spoken.get(f"{READING}?view=languages", token=spoken.screen), 403, "forbidden")
    refused(spoken.get(f"/halls/{OTHER}/reading?view=languages", token=spoken.kiosk), 403, "foreign_device")
    refused(spoken.get(f"{READING}?view=languages", token=None), 401, "not_signed_in")


def test_one_kiosk_that_asks_without_pause_is_slowed_and_no_other(spoken: ApiSite):
    for _ in range(240):
        accepted(spoken.get(f"{READING}?view=languages", token=spoken.kiosk))
    refused(spoken.get(f"{READING}?view=languages", token=spoken.kiosk), 429, "too_many_requests")
    accepted(spoken.get(f"{READING}?view=languages"))


def test_a_server_without_a_voice_says_so_and_its_kiosks_offer_none(api: ApiSite):
    refused(api.get(f"{READING}?view=languages", token=api.kiosk), 503, "voice_unavailable")
    assert 'id="listen"' not in api.app.test_client().get("/kiosk").text


def test_a_speech_program_that_disappeared_is_reported(spoken: ApiSite, monkeypatch: pytest.MonkeyPatch):
    assert 'id="listen"' in spoken.app.test_client().get("/kiosk").text
    monkeypatch.setenv("PATH", "")
    refused(spoken.get(f"{READING}?view=languages", token=spoken.kiosk), 503, "voice_unavailable")


def test_each_kiosk_reads_its_own_services_in_the_hall_s_order_and_people_read_them_all(api: ApiSite):
    whole = read(api, api.kiosk)
    api.publish_kiosks({ENTRANCE: [LICENCE, SERVICE], PERMITS_DESK: [CITIZENSHIP, FILED]})
    desk = second_kiosk(api)
    assert read(api, api.kiosk) == [(SERVICE, []), (LICENCE, [])]
    assert read(api, desk) == [(FOLDER, [FILED, CITIZENSHIP])]
    assert read(api, api.key) == whole
    assert shown(accepted(api.person("reception").get(f"/api/v1{MENU}"))) == whole
    api.publish_kiosks({ENTRANCE: [COLLECTED], PERMITS_DESK: []})
    assert read(api, api.kiosk) == [(FOLDER, [COLLECTED])]
    assert read(api, desk) == whole


def test_a_press_on_a_service_just_withdrawn_still_gives_a_ticket(api: ApiSite):
    api.publish_kiosks({ENTRANCE: [LICENCE]})
    ticket = accepted(api.press(SERVICE, token=api.kiosk), 201)
    assert ticket["service"] == SERVICE
    assert ticket["print"] is not None
    assert api.count("not_issued") == 0


def test_a_kiosk_opens_with_the_services_it_offers(api: ApiSite):
    morning = {"week": {"wednesday": ["09:00-12:00"]}}
    api.publish_kiosks({ENTRANCE: [LICENCE], PERMITS_DESK: [FILED]}, laon_permis={"hours": morning})
    closed = accepted(api.get(MENU, token=api.kiosk))
    assert (closed["is_open"], closed["next_opening"]["at"][:13]) == (False, "2026-11-25T08")
    assert accepted(api.get(MENU, token=second_kiosk(api)))["is_open"]


def test_a_kiosk_names_only_its_services_and_takes_a_code_of_any(api: ApiSite):
    booking, now = api.new_key("book"), api.database.clock.now()
    booked = {"service": FILED, "booked_at": (now + timedelta(minutes=10)).isoformat()}
    accepted(api.post(f"/halls/{HALL}/appointments", booked | {"is_convocation": True}, token=booking), 201)
    code = accepted(api.post(f"/halls/{HALL}/appointments", booked, token=booking), 201)["code"]
    api.publish_kiosks({ENTRANCE: [SERVICE], PERMITS_DESK: [FILED]})
    for token, services in ((api.kiosk, []), (second_kiosk(api), [FILED]), (api.key, [FILED])):
        told = accepted(api.get(f"/halls/{HALL}/convocations", token=token))["services"]
        assert [each["service"] for each in told] == services
        assert accepted(api.get(MENU, token=token))["appointments"] is bool(services)
    claim = {"code": code, "press_id": "press-1-of-tests"}
    ticket = accepted(api.post("/appointments/check-in", claim, token=api.kiosk), 201)
    assert ticket["service"] == FILED
    assert ticket["service_names"] == api.database.configuration(HALL).services[FILED].names
    assert ticket["service_names"].keys() >= {"fr", "en", "es"}


@pytest.mark.parametrize("offered", [[FILED], [FILED, SERVICE]])
def test_exceptional_reasons_come_with_the_service_they_are_of(api: ApiSite, offered: list[str]):
    api.publish_kiosks({ENTRANCE: offered})
    services = accepted(api.get(MENU, token=api.kiosk))["services"]
    (filed,) = next(each["children"] for each in services if each["id"] == FOLDER)
    assert filed["exceptional"]["received_by"]["id"] == SERVICE


def test_a_half_day_gives_so_many_tickets_and_the_next_gives_again(api: ApiSite):
    limited(api, 2)
    api.hands.now = api.hands.now.replace(hour=8)
    first = api.ticket()
    api.ticket()
    assert state_in_menu(api) == "full"
    problem = refused(api.press(), 409, "full")
    assert problem["next_opening_at"].startswith("2026-11-24T1")
    assert "demi-journée" in problem["detail"]
    assert [(each["service"], each["reason"]) for each in demand(api)] == [(SERVICE, "full")]
    queues = accepted(api.call("GET", f"/halls/{HALL}/queue"))["queues"]
    leg = next(one for queue in queues for one in queue["legs"] if one["visit"] == first["visit"])
    api.open()
    accepted(api.verb(leg["leg"], "cancel", {"reason": "misprint"}))
    assert state_in_menu(api) != "full"
    api.ticket()
    refused(api.press(), 409, "full")
    api.hands.now = api.hands.now.replace(hour=13)
    for _ in range(3):
        api.ticket()
    refused(api.press(), 409, "full")


@pytest.mark.both_databases
def test_many_simultaneous_presses_never_exceed_the_quota(api: ApiSite):
    limited(api, 3)
    api.hands.now = api.hands.now.replace(hour=8)
    codes: list[int] = []
    at_once = threading.Barrier(8)

    def press() -> None:
        at_once.wait()
        codes.append(api.press().status_code)

    threads = [threading.Thread(target=press) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == [201] * 3 + [409] * 5


def test_a_quota_has_words_and_an_unreasonable_one_is_refused(api: ApiSite):
    editors = Editors(api)
    content = laon()
    content["services"][0]["quota"] = {"morning": 40}
    saved = accepted(editors.save("ada", content))
    (change,) = saved["changes"]
    assert "Tickets par demi-journée" in change["sentence"]
    content["services"][0]["quota"] = {"morning": -1}
    saved = accepted(editors.save("ada", content, draft_version=saved["version"]))
    assert [each["path"] for each in saved["problems"] if not each["is_warning"]] == [
        "services[0].quota.morning"
    ]
