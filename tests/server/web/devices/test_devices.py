"""Devices over HTTP: codes, pairing, the printers of kiosks, on USB too, and their change of paper."""

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from server.domain.author import SYSTEM
from server.domain.devices.connections import DeviceConnection
from server.domain.facts import FactKind
from server.domain.printing.printers import check_number
from server.printing.documents import TicketPrinting, document_of, read_paper_content
from server.store.devices import print_jobs
from server.store.devices.printers import probes_of
from server.usecases.configuration.publication import publish_hall
from server.web.access.cookies import DEVICE_COOKIE
from server.web.api.own_device import PAIRING_COOKIE
from tests.hardware.usb import UsbPorts
from tests.server.documents.contents import as_text, demonstration
from tests.server.printing.conftest import TRANSLATE
from tests.server.web.api_site import HALL, OTHER, ApiSite, accepted, refused
from tests.server.web.devices.watching import look, watch_of

SCREEN, KIOSK, FREE = "laon-ecran-1", "laon-borne-1", "laon-ecran-2"
PRINTER = f"/api/v1/halls/{HALL}/kiosks/{KIOSK}/printer"
SIZE = {"width_px": 1920, "height_px": 1080}


def shown(device: Any) -> dict[str, Any]:
    return accepted(device.post("/device/pairing", json=SIZE))


def arrive(site: ApiSite, device: str, name: str, address: str) -> None:
    now = site.database.clock.now()
    watch_of(site).arrived(
        site.database.hall_id(HALL), device, DeviceConnection(name, address, "Chrome", now, now)
    )


def halls(browser: Any) -> dict[str, Any]:
    return {hall["hall"]: hall for hall in accepted(browser.get("/api/v1/devices"))["halls"]}


def one(browser: Any, device: str, *, among: str = "devices") -> dict[str, Any]:
    return next(each for each in halls(browser)[HALL][among] if each["id"] == device)


def facts(site: ApiSite, kind: FactKind, table: str = "installation_fact") -> int:
    return site.count(f"{table} WHERE kind = :kind", kind=str(kind))


def test_a_device_is_paired_by_the_code_it_shows_and_gets_its_cookie(api: ApiSite):
    device, (admin, csrf) = api.app.test_client(), api.writer("administrator")
    assert device.get("/pair").status_code == 200
    told = shown(device)
    assert (told["state"], told["left_s"]) == ("waiting", 600)
    assert shown(device)["code"] == told["code"], "the same while it lasts"
    found = accepted(admin.post("/api/v1/devices/pairings/find", json={"code": told["code"]}, headers=csrf))
    assert (found["width_px"], found["height_px"]) == (1920, 1080)
    wanted = {"code": told["code"], "hall": HALL, "kind": "screen", "id": FREE}
    paired = accepted(admin.post("/api/v1/devices/pairings", json=wanted, headers=csrf), 201)
    confirmed = shown(device)
    assert (confirmed["state"], confirmed["page"]) == ("confirmed", "/screen")
    me = accepted(device.get("/device/me"))
    assert (me["device"], me["id"]) == (paired["device"], FREE)
    assert device.get_cookie(PAIRING_COOKIE) is None
    assert device.get("/pair").headers["Location"] == "/screen"
    again = admin.post("/api/v1/devices/pairings", json=wanted, headers=csrf)
    refused(again, 409, "pairing_used")


def test_the_device_renews_an_expired_code_and_typing_the_old_one_is_too_late(api: ApiSite):
    device, (admin, csrf) = api.app.test_client(), api.writer("administrator")
    first = shown(device)["code"]
    api.hands.now += timedelta(minutes=10)
    assert shown(device)["code"] != first
    late = admin.post("/api/v1/devices/pairings/find", json={"code": first}, headers=csrf)
    refused(late, 409, "pairing_expired")
    wrong = admin.post("/api/v1/devices/pairings/find", json={"code": "OOOOOO"}, headers=csrf)
    refused(wrong, 404, "unknown_pairing_code")


def test_a_new_place_is_added_to_the_hall_once_though_the_answer_was_lost(api: ApiSite):
    device, (admin, csrf) = api.app.test_client(), api.writer("administrator")
    wanted = {"code": shown(device)["code"], "hall": HALL, "kind": "kiosk", "label": "Borne du fond"}
    keyed = csrf | {"Idempotency-Key": "once"}
    paired = accepted(admin.post("/api/v1/devices/pairings", json=wanted, headers=keyed), 201)
    assert accepted(admin.post("/api/v1/devices/pairings", json=wanted, headers=keyed), 201) == paired
    assert one(admin, paired["id"])["label"] == "Borne du fond"
    assert one(admin, paired["id"])["is_paired"]


def test_a_caller_without_the_right_to_configure_learns_and_changes_nothing(api: ApiSite):
    code = shown(api.app.test_client())["code"]
    find, pair = "/api/v1/devices/pairings/find", "/api/v1/devices/pairings"
    wanted = {"code": code, "hall": HALL, "kind": "screen", "id": FREE}
    agent, csrf = api.writer("agent")
    refused(agent.post(find, json={"code": code}, headers=csrf), 403, "forbidden")
    refused(agent.get("/api/v1/devices"), 403, "forbidden")
    elsewhere, other_csrf = api.writer("administrator", OTHER)
    refused(elsewhere.post(pair, json=wanted, headers=other_csrf), 403, "forbidden")
    refused(elsewhere.delete(f"/api/v1/devices/{SCREEN}", headers=other_csrf), 403, "forbidden")
    refused(
        elsewhere.post(f"/api/v1/devices/{SCREEN}/renewal", json={}, headers=other_csrf), 403, "forbidden"
    )
    foreign = elsewhere.put(PRINTER, json={"host": "192.0.2.9"}, headers=other_csrf)
    refused(foreign, 403, "forbidden")
    assert set(halls(elsewhere)) == {OTHER}
    refused(api.post("/devices/pairings/find", {"code": code}, token=None), 401, "not_signed_in")
    refused(api.post("/devices/pairings/find", {"code": code}, token=api.screen), 403, "forbidden")
    assert facts(api, FactKind.DEVICE_PAIRED) == 2


def test_guessing_and_requesting_codes_is_limited(api: ApiSite):
    admin, csrf = api.writer("administrator")
    guesses = [
        admin.post("/api/v1/devices/pairings/find", json={"code": f"C{n:05}"}, headers=csrf).status_code
        for n in range(21)
    ]
    assert guesses == [404] * 20 + [429]
    asked = [api.app.test_client().post("/device/pairing", json=SIZE).status_code for _ in range(31)]
    assert asked == [200] * 30 + [429]


def test_a_copied_token_is_reported_and_only_the_chosen_connection_renews_it(api: ApiSite):
    admin, csrf = api.writer("administrator")
    told: list[Any] = []
    api.app.extensions["parvis"].publisher.emit = lambda *message, **_: told.append(message)
    path = f"/api/v1/devices/{KIOSK}/renewal"
    refused(admin.post(path, json={}, headers=csrf), 409, "device_not_connected")
    for _ in range(3):
        arrive(api, KIOSK, "here", "192.0.2.5")
        arrive(api, KIOSK, "there", "192.0.2.9")
        api.hands.now += timedelta(seconds=25)
        watch_of(api).keep()
    refused(admin.post(path, json={}, headers=csrf), 409, "several_connections")
    assert one(admin, KIOSK)["copied_at"] is not None
    assert facts(api, FactKind.DEVICE_COPIED) == 1
    assert {each["address"] for each in one(admin, KIOSK)["connections"]} == {"192.0.2.5", "192.0.2.9"}
    accepted(admin.post(path, json={"connection": "here"}, headers=csrf), 202)
    [(_, body, namespace, room)] = [each for each in told if each[0] == "renewal.asked"]
    assert (namespace, room) == ("/kiosk", "here")
    device, thief = api.app.test_client(), api.app.test_client()
    for browser in (device, thief):
        browser.set_cookie(DEVICE_COOKIE, api.kiosk)
    refused(thief.post("/device/renewal", json={"told": "a guess"}), 409, "renewal_over")
    assert device.post("/device/renewal", json=body).status_code == 204
    assert accepted(device.get("/device/me"))["id"] == KIOSK
    refused(thief.get("/device/me"), 401, "unknown_device")
    assert one(admin, KIOSK)["copied_at"] is None


def test_a_revoked_device_is_out_and_its_place_is_free(api: ApiSite):
    admin, csrf = api.writer("administrator")
    assert admin.delete(f"/api/v1/devices/{SCREEN}", headers=csrf).status_code == 204
    assert not one(admin, SCREEN)["is_paired"]
    refused(admin.delete(f"/api/v1/devices/{SCREEN}", headers=csrf), 404, "not_found")


def test_a_device_revoked_before_its_page_came_back_shows_another_code(api: ApiSite):
    device, (admin, csrf) = api.app.test_client(), api.writer("administrator")
    first = shown(device)["code"]
    wanted = {"code": first, "hall": HALL, "kind": "screen", "id": FREE}
    accepted(admin.post("/api/v1/devices/pairings", json=wanted, headers=csrf), 201)
    assert admin.delete(f"/api/v1/devices/{FREE}", headers=csrf).status_code == 204
    told = shown(device)
    assert told["state"] == "waiting"
    assert told["code"] != first


def test_uptime_is_counted_in_opening_hours_and_outlives_a_restart(api: ApiSite):
    hall = api.database.hall_id(HALL)
    supervisor = api.person("supervisor")
    for done in range(40):
        if done < 30:
            watch_of(api).arrived(hall, SCREEN)
        else:
            api.hands.now += timedelta(minutes=2)
        look(api)
    assert one(supervisor, SCREEN)["uptime"] == 0.75
    assert one(supervisor, KIOSK)["uptime"] == 0
    assert one(supervisor, FREE)["uptime"] is None, "no device stands there"
    api.hands.now = api.hands.now.replace(hour=22)
    look(api)
    supervisor = api.person("supervisor")
    assert one(supervisor, SCREEN)["uptime"] == 0.75, "the hall is closed"
    last = one(supervisor, SCREEN)["seen_at"]
    watch_of(api).players._sightings.clear()  # type: ignore[attr-defined]
    after = one(supervisor, SCREEN)
    assert (after["is_connected"], after["seen_at"], after["uptime"]) == (False, last, 0.75)


def test_a_kiosk_has_the_printer_it_is_given_and_a_trial_has_a_verdict(api: ApiSite):
    admin, csrf = api.writer("administrator")
    revision = accepted(admin.put(PRINTER, json={"host": "192.0.2.9", "paper_mm": 58}, headers=csrf))
    assert accepted(admin.put(PRINTER, json={"host": "192.0.2.9", "paper_mm": 58}, headers=csrf)) == revision
    printer = one(admin, KIOSK, among="printers")
    assert (printer["host"], printer["paper_mm"], printer["state"]) == ("192.0.2.9", 58, "unknown")
    job = accepted(admin.post(f"{PRINTER}/trial", json={}, headers=csrf), 202)["job"]
    found = accepted(admin.get(f"/api/v1/halls/{HALL}/print-jobs/{job}"))
    assert (found["state"], found["verdict"], found["visit"]) == ("queued", None, None)
    other = api.person("supervisor", OTHER)
    refused(other.get(f"/api/v1/halls/{OTHER}/print-jobs/{job}"), 404, "unknown_print_job")
    accepted(admin.put(PRINTER, json={"host": None}, headers=csrf))
    assert halls(admin)[HALL]["printers"] == []
    refused(admin.post(f"{PRINTER}/trial", json={}, headers=csrf), 409, "no_printer")
    unknown = PRINTER.replace(KIOSK, "nowhere")
    refused(admin.put(unknown, json={"host": "192.0.2.9"}, headers=csrf), 404, "unknown_kiosk")
    away = admin.put(PRINTER, json={"host": "198.51.100.9"}, headers=csrf)
    refused(away, 422, "document_refused")
    [problem] = away.get_json()["problems"]
    assert problem["code"] == "printer_outside_networks"
    assert "192.0.2.0/24" in problem["detail"]


def test_a_printer_that_moves_is_fed_as_before_on_paper_of_the_same_width(api: ApiSite):
    admin, csrf = api.writer("administrator")

    def profile(**printer: Any) -> str:
        accepted(admin.put(PRINTER, json=printer, headers=csrf))
        connection = api.database.configuration(HALL).kiosks[KIOSK].printer
        assert connection is not None
        return connection.profile

    document = json.loads(demonstration(HALL))
    document["kiosks"][0]["printer"] |= {"host": "192.0.2.8", "profile": "text-80"}
    publish_hall(api.database, SYSTEM, as_text(document))
    assert profile(host="192.0.2.9") == "text-80"
    assert profile(host="192.0.2.9", paper_mm=58) == "raster-58"
    assert profile(host="192.0.2.10", paper_mm=58) == "raster-58"
    assert profile(host="192.0.2.10", paper_mm=80) == "raster-80"


@pytest.mark.parametrize(
    "body", [{"host": "a b"}, {"host": "192.0.2.9", "port": 0}, {"host": "x", "paper_mm": 70}]
)
def test_a_wrong_address_of_a_printer_is_refused(api: ApiSite, body: dict[str, Any]):
    admin, csrf = api.writer("administrator")
    refused(admin.put(PRINTER, json=body, headers=csrf), 400, "bad_request")


def test_a_changed_roll_is_a_fact_that_moves_no_page(api: ApiSite):
    reception, csrf = api.writer("reception")
    version = accepted(api.get(f"/halls/{HALL}/board"))["version"]
    accepted(reception.post(f"{PRINTER}/roll", json={}, headers=csrf))
    assert accepted(api.get(f"/halls/{HALL}/board"))["version"] == version
    assert facts(api, FactKind.ROLL_CHANGED, "hall_fact") == 1
    security, security_csrf = api.writer("security")
    refused(security.post(f"{PRINTER}/roll", json={}, headers=security_csrf), 403, "forbidden")


# --- printers on USB: named so that the name stays with them --------------------------------------


PLUGGED = f"/api/v1/halls/{HALL}/printers/plugged"
ANY_DEVICE = Path("/dev/null")


@pytest.fixture
def ports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> UsbPorts:
    return UsbPorts(tmp_path / "machine", monkeypatch)


def test_a_printer_that_is_plugged_in_is_chosen_by_its_name(api: ApiSite, ports: UsbPorts):
    admin, csrf = api.writer("administrator")
    assert accepted(admin.get(PLUGGED))["printers"] == []
    ports.plug(ANY_DEVICE, 0, serial="J2XE000001")
    ports.plug(ANY_DEVICE, 1, port="1-2")
    listed = accepted(admin.get(PLUGGED))["printers"]
    assert listed[0] == {
        "kind": "usb_file",
        "usb": "04b8:0e15:J2XE000001",
        "maker": "EPSON",
        "model": "TM-T20III",
        "port": "1-1",
    }
    assert listed[1]["usb"] == "04b8:0e15@1-2"
    body = {"kind": "usb_file", "host": None, "usb": listed[0]["usb"], "paper_mm": 58}
    revision = accepted(admin.put(PRINTER, json=body, headers=csrf))
    assert accepted(admin.put(PRINTER, json=body, headers=csrf)) == revision
    printer = one(admin, KIOSK, among="printers")
    assert (printer["transport"], printer["usb"], printer["host"]) == ("usb_file", listed[0]["usb"], None)
    connection = api.database.configuration(HALL).kiosks[KIOSK].printer
    assert connection is not None
    assert (connection.kind, connection.usb, connection.profile) == (
        *("usb_file", "04b8:0e15:J2XE000001"),
        "raster-58",
    )
    accepted(admin.put(PRINTER, json={"host": "192.0.2.9"}, headers=csrf))
    assert one(admin, KIOSK, among="printers")["transport"] == "tcp"


@pytest.mark.parametrize("name", ["/dev/sda", "04b8:0e15@../x", "04B8:0E15"])
def test_what_is_no_name_of_a_printer_is_refused_at_its_field(api: ApiSite, name: str):
    admin, csrf = api.writer("administrator")
    answer = admin.put(PRINTER, json={"kind": "usb_file", "host": None, "usb": name}, headers=csrf)
    refused(answer, 422, "document_refused")
    [problem] = answer.get_json()["problems"]
    assert (problem["code"], problem["path"]) == ("wrong_usb_name", "kiosks[0].printer.usb")


def test_who_may_not_configure_sees_no_printer_of_the_machine(api: ApiSite):
    reception, _ = api.writer("reception")
    refused(reception.get(PLUGGED), 403, "forbidden")


# --- a change of paper ends with a number that somebody read --------------------------------------


PAGE = f"/appareils/papier?hall={HALL}"
READ = f"/appareils/papier/nombre?hall={HALL}"


def numbers_on_paper(site: ApiSite, job: str) -> list[str]:
    """What a sheet has of three digits alone."""
    with site.database.read() as rows:
        [row] = [each for each in print_jobs.open_jobs(rows, KIOSK) if each.id == job]
    printing = TicketPrinting(TRANSLATE, "", site.settings.var)
    content = read_paper_content(site.database, printing, row)
    texts = [getattr(each, "text", "") for each in document_of(content, printing, width_dots=576).elements]
    return [each for each in texts if re.fullmatch("[0-9]{3}", each)]


def begun(browser: Any, csrf: dict[str, str]) -> str:
    """The job of a sheet to read."""
    answer = browser.post(PAGE, data={"kiosk": KIOSK}, headers=csrf)
    assert answer.status_code == 303
    return str(re.findall("job=([0-9a-f-]+)", answer.headers["Location"])[0])


def test_the_number_on_the_sheet_is_asked_for_and_begins_a_new_roll(api: ApiSite):
    browser, csrf = api.writer("reception")
    assert "paper_put_in.svg" in browser.get(PAGE).text
    job = begun(browser, csrf)
    assert numbers_on_paper(api, job) == [check_number(job)]
    asked = browser.get(f"{PAGE}&kiosk={KIOSK}&job={job}").text
    assert "Quel nombre lisez-vous" in asked
    shown = re.sub("<[^>]+>", " ", asked.partition("<main")[2])
    assert check_number(job) not in shown.split(), "only the paper says it"
    number = f" {check_number(job)[0]} {check_number(job)[1:]}"
    answer = browser.post(READ, data={"kiosk": KIOSK, "job": job, "number": number}, headers=csrf)
    assert answer.status_code == 200
    assert "bien mis" in answer.text
    assert facts(api, FactKind.ROLL_CHANGED, "hall_fact") == 1
    with api.database.read() as rows:
        [known] = probes_of(rows, [KIOSK])
    assert known.read_at is not None


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"number": "12"}, "pas le nombre"),
        ({"number": ""}, "envers"),
        ({"number": "999", "blank": "yes"}, "envers"),
    ],
)
def test_a_blank_or_misread_sheet_notes_no_roll_and_says_what_to_do(
    api: ApiSite, typed: dict[str, str], sentence: str
):
    browser, csrf = api.writer("reception")
    job = begun(browser, csrf)
    answer = browser.post(READ, data={"kiosk": KIOSK, "job": job, **typed}, headers=csrf)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert facts(api, FactKind.ROLL_CHANGED, "hall_fact") == 0


def test_a_plain_trial_has_no_number(api: ApiSite):
    admin, csrf = api.writer("administrator")
    path = f"/api/v1/halls/{HALL}/kiosks/{KIOSK}/printer/trial"
    job = admin.post(path, json={}, headers=csrf).get_json()["job"]
    assert numbers_on_paper(api, job) == []


def test_only_who_may_reprint_in_this_hall_changes_its_paper(api: ApiSite):
    security, csrf = api.writer("security")
    assert security.get(PAGE).status_code == 403
    assert security.post(PAGE, data={"kiosk": KIOSK}, headers=csrf).status_code == 403
    elsewhere, csrf = api.writer("reception", OTHER)
    assert elsewhere.post(PAGE, data={"kiosk": KIOSK}, headers=csrf).status_code == 404
    mine, csrf = api.writer("reception")
    asked = mine.post(PAGE, data={"kiosk": "nowhere"}, headers=csrf)
    assert asked.status_code == 422
    assert "De quelle borne" in asked.text
    assert mine.get(f"{PAGE}&kiosk={KIOSK}&job=nothing").status_code == 404
    wrong = mine.post(READ, data={"kiosk": KIOSK, "job": "nothing", "number": "1"}, headers=csrf)
    assert wrong.status_code == 404
