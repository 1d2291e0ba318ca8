"""Appointments over REST: permissions, idempotency, the contract's names."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from server.domain.hours.calendars import half_days
from tests.server.web.api_site import HALL, ApiSite, accepted, refused

SERVICE = "laon-titres-depot"
LIST = f"/halls/{HALL}/appointments"
CHECK_IN = "/appointments/check-in"
AT = "2026-11-24T10:30:00+01:00"
HEADER = "external_id,service,booked_at,code"


@pytest.fixture
def booking(api: ApiSite) -> str:
    return api.new_key("book")


def body(**more: Any) -> dict[str, Any]:
    return {"service": SERVICE, "booked_at": AT, "external_id": "r-1"} | more


def test_a_program_books_moves_and_cancels_by_its_own_id(api: ApiSite, booking: str):
    made = accepted(api.post(LIST, body(), token=booking), 201)
    assert accepted(api.post(LIST, body(), token=booking), 200) == made
    moved = accepted(
        api.call("PATCH", f"{LIST}/r-1", {"booked_at": "2026-11-24T11:00:00+01:00"}, token=booking)
    )
    assert moved["booked_at"] == "2026-11-24T10:00:00.000000+00:00"
    assert (
        accepted(api.call("DELETE", f"{LIST}/{made['appointment']}", token=booking))["state"] == "cancelled"
    )
    refused(api.call("PATCH", f"{LIST}/r-1", {"booked_at": AT}, token=booking), 409, "appointment_cancelled")
    refused(api.call("DELETE", f"{LIST}/r-2", token=booking), 404, "unknown_appointment")


def test_the_contracts_check_in_and_code_at_a_kiosk(api: ApiSite, booking: str):
    code = accepted(api.post(LIST, body(), token=booking), 201)["code"]
    ticket = accepted(
        api.post(CHECK_IN, {"code": code, "press_id": "press-1-of-tests"}, token=api.kiosk),
        201,
    )
    assert ticket["appointment"]["arrival"] == "early"
    wanted = {"service": SERVICE, "press_id": "press-2-of-tests", "appointment_code": code}
    refused(api.post(f"/halls/{HALL}/tickets", wanted, token=api.kiosk), 409, "appointment_used")
    other = accepted(api.post(LIST, body(external_id="r-2"), token=booking), 201)
    wanted |= {"appointment_code": other["code"]}
    assert accepted(api.post(f"/halls/{HALL}/tickets", wanted, token=api.kiosk), 201)["number"]
    refused(
        api.post(CHECK_IN, {"press_id": "press-3-of-tests"}, token=api.kiosk),
        400,
        "bad_request",
    )


def test_a_visit_is_found_by_the_code_of_its_appointment_once_it_has_arrived(api: ApiSite, booking: str):
    code = accepted(api.post(LIST, body(), token=booking), 201)["code"]
    browser, _ = api.writer("reception")
    find = partial(browser.get, f"/api/v1/halls/{HALL}/visits")
    typed = {"number": f" {code.lower()} "}
    refused(find(query_string=typed), 404, "not_arrived")
    check = {"code": code, "press_id": "press-1-of-tests"}
    ticket = accepted(api.post(CHECK_IN, check, token=api.kiosk), 201)
    found = accepted(find(query_string=typed))["visits"]
    assert [visit["visit"] for visit in found] == [ticket["visit"]]
    refused(find(query_string={"number": "XXXXXXXX"}), 400, "unknown_number")


def test_permissions_to_see_book_and_check_in(api: ApiSite, booking: str):
    made = accepted(api.post(LIST, body(), token=booking), 201)
    check = {"hall": HALL, "code": made["code"], "press_id": "press-1-of-tests"}
    refused(api.post(CHECK_IN, check, token=booking), 403, "forbidden")
    refused(api.post(LIST, body(), token=api.kiosk), 403, "forbidden")
    refused(api.get(LIST, token=api.kiosk), 403, "forbidden")
    refused(api.get(LIST, token=None), 401, "not_signed_in")
    for role, sees_codes in (("security", False), ("reception", True), ("supervisor", True)):
        listed = api.person(role).get(f"/api/v1{LIST}").get_json()["appointments"]
        assert [("code" in row, row["booked_at"]) for row in listed] == [
            (sees_codes, "2026-11-24T09:30:00.000000+00:00")
        ]
        told = {"visit", "number", "end_reason"} if sees_codes else set()
        assert [row.keys() & {"visit", "number", "end_reason"} for row in listed] == [told]
    [listed] = api.person("digital_helper").get(f"/api/v1{LIST}").get_json()["appointments"]
    assert ("code" in listed, "number" in listed) == (True, False), "they see a part of the queue"
    assert api.person("committee").get(f"/api/v1{LIST}").status_code == 403


def test_the_reception_checks_in_earlier_and_undoes_a_mistaken_check_in(api: ApiSite, booking: str):
    made = accepted(api.post(LIST, body(booked_at="2026-11-24T16:00:00+01:00"), token=booking), 201)
    check = {"hall": HALL, "appointment": made["appointment"], "press_id": "press-1-of-tests"}
    kiosk = {"code": made["code"], "press_id": "press-2-of-tests"}
    refused(api.post(CHECK_IN, kiosk, token=api.kiosk), 409, "appointment_too_early")
    browser, header = api.writer("reception")
    assert browser.post("/api/v1/appointments/check-in", json=check, headers=header).status_code == 201
    path = f"/api/v1{LIST}/{made['appointment']}/undo-check-in"
    assert browser.post(path, headers=header).get_json()["state"] == "booked"
    refused(browser.post(path, headers=header), 409, "not_checked_in")
    guard, header = api.writer("security")
    assert guard.post(path, headers=header).status_code == 403


def test_a_file_sent_by_rest_reports_each_refused_line(api: ApiSite, booking: str):
    text = (
        f"{HEADER}\nr1,{SERVICE},2026-11-24T14:00,A1\nr1,{SERVICE},2026-11-24T15:00,A2\nr2,{SERVICE},?,A3\n"
    )
    done = accepted(api.post(f"{LIST}/import", {"csv": text}, token=booking))
    assert done["booked"] == 1
    assert [(no["line"], no["code"]) for no in done["refused"]] == [
        (3, "duplicate_external_id"),
        (4, "malformed_hour"),
    ]
    assert all(no["detail"].endswith(".") for no in done["refused"])
    refused(api.post(f"{LIST}/import", {"csv": "r1,x\n"}, token=booking), 422, "appointment_columns")


@pytest.mark.both_databases
def test_a_calendar_by_rest_is_read_as_a_file_is(api: ApiSite):
    booking = api.new_key("book")
    event = f"BEGIN:VEVENT\nUID:a1@agenda\nDTSTART:20261124T140000\nSUMMARY:{SERVICE}\nEND:VEVENT\n"
    text = f"BEGIN:VCALENDAR\n{event}{event}END:VCALENDAR\n"
    done = accepted(api.post(f"{LIST}/import", {"ics": text}, token=booking))
    assert done["booked"] == 1
    assert [(no["line"], no["code"]) for no in done["refused"]] == [(2, "duplicate_external_id")]
    assert all(no["detail"].endswith(".") for no in done["refused"])
    assert accepted(api.call("DELETE", f"{LIST}/a1@agenda", token=booking))["state"] == "cancelled"
    refused(
        api.post(f"{LIST}/import", {"ics": "BEGIN:VCALENDAR\n"}, token=booking), 422, "malformed_calendar"
    )
    refused(api.post(f"{LIST}/import", {"ics": "x" * 900_001}, token=booking), 413, "too_large")
    refused(api.post(f"{LIST}/import", {"ics": "x" * 9_000_000}, token=booking), 413, "too_large")
    for body in ({}, {"csv": "a", "ics": "b"}):
        refused(api.post(f"{LIST}/import", body, token=booking), 400, "bad_request")


def test_an_appointment_is_received_to_the_end_of_the_opening_and_not_after(api: ApiSite, booking: str):
    api.database.configurations.has_real_hours = True
    calendar = api.database.configuration(HALL).calendar_of(SERVICE)
    half = half_days(calendar, api.hands.now.date())[0]
    at = (half.closes_at - timedelta(minutes=5)).isoformat()
    codes = [
        accepted(api.post(LIST, body(external_id=name, booked_at=at), token=booking), 201)["code"]
        for name in ("r1", "r2")
    ]
    api.hands.now = half.closes_at - timedelta(minutes=1)
    asked = [{"code": code, "press_id": f"press-{code}"} for code in codes]
    accepted(api.post(CHECK_IN, asked[0], token=api.kiosk), 201)
    api.hands.now = half.closes_at
    refused(api.post(CHECK_IN, asked[1], token=api.kiosk), 409, "closed")


def test_a_kiosk_prints_how_to_book_once_a_press_with_the_permission_to_issue(api: ApiSite, booking: str):
    path, wanted = f"/halls/{HALL}/appointment-sheets", {"service": SERVICE, "language": "en"}
    once = {"headers": {"Idempotency-Key": "sheet-of-tests"}}
    made = accepted(api.post(path, wanted, token=api.kiosk, **once), 202)
    assert (made["state"], made["verdict"]) == ("queued", None)
    assert accepted(api.post(path, wanted, token=api.kiosk, **once), 202)["job"] == made["job"]
    assert accepted(api.get(f"/halls/{HALL}/queue"))["day"]["received"] == 0
    refused(api.post(path, wanted), 409, "no_printer")
    refused(api.post(path, wanted, token=booking), 403, "forbidden")
    refused(api.post(path, {"service": SERVICE, "text": "x"}, token=api.kiosk), 400, "bad_request")
