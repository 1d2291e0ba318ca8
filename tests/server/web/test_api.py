"""Callers, the form of refusals, the headers of every answer, and the truth of the OpenAPI document."""

import json
from datetime import timedelta
from typing import Any

import pytest

from kiosk.mounting import low_band
from server.app import services
from server.domain.author import SYSTEM
from server.domain.hall.configuration import AT_SELF_SERVICE
from server.domain.people.roles import DEVICE_KINDS, ROLES, Permission
from server.store.people.sign_ins import api_keys
from server.usecases.devices.devices import pair_device, renew_device, revoke_device
from server.usecases.people.directory import revoke_api_key
from server.web.access.callers import CALLER_HEADER
from server.web.access.cookies import DEVICE_COOKIE
from tests.harness.described_answers import DESCRIBED
from tests.harness.sql import execute, one_row
from tests.server.web.api_site import COUNTER, HALL, OTHER, SERVICE, ApiSite, accepted, refused

P = Permission
CALLS: dict[str, tuple[str, str, Any, Permission]] = {
    "menu": ("GET", f"/halls/{HALL}/menu", None, P.ISSUE),
    "ticket": ("POST", f"/halls/{HALL}/tickets", {"service": SERVICE, "press_id": "press-one"}, P.ISSUE),
    "board": ("GET", f"/halls/{HALL}/board", None, P.READ_BOARD),
    "screen": ("GET", f"/halls/{HALL}/screen", None, P.READ_BOARD),
    "queue": ("GET", f"/halls/{HALL}/queue", None, P.READ_QUEUE),
    "visits": ("GET", f"/halls/{HALL}/visits?number=A001", None, P.RECEIVE),
    "wall": ("GET", f"/halls/{HALL}/wall", None, P.SUPERVISE),
    "stop": ("POST", f"/halls/{HALL}/services/{SERVICE}/stop", {}, P.SUPERVISE),
    "reopen": ("POST", f"/halls/{HALL}/services/{SERVICE}/reopen", {}, P.SUPERVISE),
    "people": ("GET", f"/halls/{HALL}/people", None, P.READ_BOARD),
    "help": ("POST", f"/halls/{HALL}/messages", {}, P.ASK_HELP),
    "message": ("POST", f"/halls/{HALL}/messages", {"counter": COUNTER, "phrase": "come"}, P.RECEIVE),
    "messages": ("GET", f"/counters/{COUNTER}/messages", None, P.CALL),
    "counter": ("GET", f"/counters/{COUNTER}", None, P.READ_QUEUE),
    "session": ("POST", f"/counters/{COUNTER}/session", {}, P.CALL),
    "next": ("POST", f"/counters/{COUNTER}/next", {"current": None}, P.CALL),
    "indicators": ("GET", f"/indicators?hall={HALL}&from=2026-11-01&to=2026-11-25", None, P.READ_FIGURES),
}


# --- tokens -----------------------------------------------------------------------------------


def test_without_a_token_nothing_is_answered(api: ApiSite):
    for verb, path, body, _ in CALLS.values():
        refused(api.call(verb, path, body, token=None), 401, "not_signed_in")


def test_a_device_does_what_its_kind_may_in_its_own_hall(api: ApiSite):
    for kind, token in (("kiosk", api.kiosk), ("screen", api.screen)):
        for verb, path, body, permission in CALLS.values():
            answer = api.call(verb, path, body, token=token)
            if permission in DEVICE_KINDS[kind]:
                assert answer.status_code in (200, 201), answer.text
            else:
                refused(answer, 403, "forbidden")
    refused(api.get(f"/halls/{OTHER}/menu", token=api.kiosk), 403, "foreign_device")


def test_an_unknown_or_revoked_device_gets_that_answer(api: ApiSite):
    refused(api.get(f"/halls/{HALL}/menu", token="nobody-has-this"), 401, "unknown_device")
    device = one_row(api.database, "SELECT id FROM device WHERE kind = 'kiosk'")["id"]
    revoke_device(api.database, SYSTEM, device)
    refused(api.get(f"/halls/{HALL}/menu", token=api.kiosk), 401, "device_revoked")


def test_the_cache_of_a_caller_is_dropped_at_once(api: ApiSite):
    key = api.new_key("read")
    with api.database.read() as rows:
        key_id = api_keys(rows)[-1].id
    accepted(api.get(f"/halls/{HALL}/menu", token=api.kiosk))
    accepted(api.get(f"/halls/{HALL}/board", token=key))
    renewed = renew_device(api.database, SYSTEM, "laon-borne-1").token
    revoke_api_key(api.database, SYSTEM, key_id)
    refused(api.get(f"/halls/{HALL}/menu", token=api.kiosk), 401, "unknown_device")
    accepted(api.get(f"/halls/{HALL}/menu", token=renewed))
    refused(api.get(f"/halls/{HALL}/board", token=key), 401, "unknown_key")


def test_a_token_may_be_any_bytes(api: ApiSite):
    for token in ("é", "\xff\xfe", "a b", "'; DROP TABLE device; --", "x" * 5000):
        refused(api.get(f"/halls/{HALL}/menu", token=token), 401, "unknown_device")


def test_a_key_does_what_its_scopes_say_where_it_may(api: ApiSite):
    reads = api.new_key("read")
    accepted(api.get(f"/halls/{HALL}/queue", token=reads))
    refused(api.press(token=reads), 403, "forbidden")
    refused(api.post(f"/counters/{COUNTER}/session", token=reads), 403, "forbidden")
    here = api.new_key("read", halls=[HALL])
    accepted(api.get(f"/halls/{HALL}/board", token=here))
    refused(api.get(f"/halls/{OTHER}/board", token=here), 403, "forbidden")


def test_a_key_with_the_scope_of_notices_drafts_and_publishes_within_its_sites(api: ApiSite):
    key = api.new_key("notices", halls=(HALL,))
    content = {"kind": "text", "titles": {"fr": "Titre"}, "bodies": {"fr": "<p>Texte</p>"}}
    here = content | {"targets": {"sites": [HALL]}}
    notice = accepted(api.post("/notices", {"content": here}, token=key), 201)["notice"]
    for verb in ("submit", "approve", "publish"):
        accepted(api.post(f"/notices/{notice}/{verb}", {"version": 1}, token=key))
    assert accepted(api.get(f"/notices/{notice}", token=key))["state"] == "published"
    there = content | {"targets": {"sites": ["vervins"]}}
    refused(api.post("/notices", {"content": there}, token=key), 403, "forbidden")
    everywhere = accepted(api.post("/notices", {"content": content}, token=key), 201)["notice"]
    accepted(api.post(f"/notices/{everywhere}/submit", {"version": 1}, token=key))
    refused(api.post(f"/notices/{everywhere}/approve", {"version": 1}, token=key), 403, "forbidden")
    other = api.new_key("bulletins", "alert")
    refused(api.post("/notices", {"content": here}, token=other), 403, "forbidden")


def test_a_key_of_this_machine_is_unknown_from_another(api: ApiSite):
    local = api.new_key("read", is_loopback_only=True)
    accepted(api.get(f"/halls/{HALL}/board", token=local))
    elsewhere = {"REMOTE_ADDR": "192.0.2.7"}
    refused(api.get(f"/halls/{HALL}/board", token=local, environ_overrides=elsewhere), 401, "unknown_key")


def test_a_key_without_remaining_halls_works_nowhere(api: ApiSite):
    gone = api.new_key("read", halls=[HALL])
    change = "UPDATE api_key SET halls = :gone WHERE halls LIKE '%laon%'"
    execute(api.database, change, gone='["no-such-hall"]')
    assert api.get(f"/halls/{HALL}/board", token=gone).status_code in (403, 404)


def test_a_new_token_is_exchanged_despite_an_older_cookie(api: ApiSite):
    """A void cookie and a signed-in person each once kept a device from its new token."""
    revoke_device(api.database, SYSTEM, "laon-borne-1")
    new = pair_device(api.database, SYSTEM, HALL, kind="kiosk", configured="laon-borne-1").token
    for browser in (api.app.test_client(), api.person("agent")):
        browser.set_cookie(DEVICE_COOKIE, api.kiosk)
        assert browser.post("/device/session", json={"token": new}).status_code == 204
        assert accepted(browser.get("/device/me"))["id"] == "laon-borne-1"


def test_a_kiosk_s_page_acts_as_the_kiosk_though_a_person_has_signed_in(api: ApiSite):
    browser = api.person("agent")
    browser.set_cookie(DEVICE_COOKIE, api.kiosk)
    path, body = f"/api/v1/halls/{HALL}/tickets", {"service": SERVICE, "press_id": "press-one"}
    refused(browser.post(path, json=body), 403, "csrf")
    accepted(browser.post(path, json=body, headers={CALLER_HEADER: "device"}), 201)
    assert api.count("hall_fact WHERE kind = 'TicketIssued' AND device IS NOT NULL") == 1
    browser.delete_cookie(DEVICE_COOKIE)
    refused(browser.post(path, json=body, headers={CALLER_HEADER: "device"}), 403, "csrf")


# --- people -----------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ROLES)
def test_a_person_does_what_the_role_may_at_their_site(api: ApiSite, role: str):
    (browser, headers), (stranger, theirs) = api.writer(role), api.writer(role, OTHER)
    api.open()
    for name, (verb, path, body, permission) in CALLS.items():
        answer = browser.open(f"/api/v1{path}", method=verb, json=body, headers=headers)
        if permission not in ROLES[role]:
            refused(answer, 403, "forbidden")
        elif role in AT_SELF_SERVICE and "/counters/" in path:
            refused(answer, 403, "counter_not_allowed")
        elif name == "session":
            refused(answer, 409, "counter_taken")
        elif name == "next":
            refused(answer, 409, "no_counter_session")
        else:
            assert answer.status_code in (200, 201, 204), answer.text
        other = stranger.open(f"/api/v1{path}", method=verb, json=body, headers=theirs)
        refused(other, 403, "forbidden")


@pytest.mark.both_databases
def test_a_signed_in_session_ends_after_twelve_hours(api: ApiSite):
    browser = api.person("agent")
    assert browser.get(f"/api/v1/halls/{HALL}/queue").status_code == 200
    api.hands.now += timedelta(hours=12, seconds=1)
    refused(browser.get(f"/api/v1/halls/{HALL}/queue"), 401, "not_signed_in")


def test_a_write_by_cookie_needs_the_forms_token(api: ApiSite):
    browser, header = api.writer("agent")
    path, body = f"/api/v1/halls/{HALL}/tickets", {"service": SERVICE, "press_id": "press-one"}
    refused(browser.post(path, json=body), 403, "csrf")
    refused(browser.post(path, json=body, headers={"X-CSRFToken": "wrong"}), 403, "csrf")
    assert browser.post(path, json=body, headers=header).status_code == 201


def test_a_foreign_page_cannot_press_by_a_devices_cookie(api: ApiSite):
    browser = api.app.test_client()
    browser.set_cookie(DEVICE_COOKIE, api.kiosk)
    path, body = f"/api/v1/halls/{HALL}/tickets", {"service": SERVICE, "press_id": "press-one"}
    refused(browser.post(path, data=json.dumps(body), content_type="text/plain"), 400, "bad_request")
    assert browser.post(path, json=body).status_code == 201


def test_a_device_exchanges_its_token_for_a_cookie_no_script_sees(api: ApiSite):
    browser = api.app.test_client()
    answer = browser.post("/device/session", json={"token": api.kiosk})
    assert answer.status_code == 204
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    me = accepted(browser.get("/device/me"))
    assert (me["kind"], me["id"], me["hall"]["slug"]) == ("kiosk", "laon-borne-1", HALL)
    assert me["low_bands"] == {"portrait": low_band(75, 81).as_message()}
    refused(api.app.test_client().get("/device/me"), 401, "unknown_device")
    refused(browser.post("/device/session", json={"token": "nobody-has-this"}), 401, "unknown_device")
    refused(browser.post("/device/session", json=[]), 400, "bad_request")
    answer = browser.post("/device/session", data="[" * 100_000, content_type="application/json")
    refused(answer, 400, "bad_request")


def test_no_cache_keeps_a_page_or_an_answer_that_may_be_private(api: ApiSite):
    browser = api.person("supervisor")
    for path in ("/", f"/mur?hall={HALL}", "/compte", f"/api/v1/halls/{HALL}/queue", "/api/v1/nothing"):
        assert browser.get(path).headers["Cache-Control"] == "no-store", path


def test_signing_in_and_exchanging_tokens_are_slowed(api: ApiSite):
    browser = api.app.test_client()
    tries = [browser.post("/device/session", json={"token": f"guess-{n}"}) for n in range(40)]
    assert [each.status_code for each in tries].count(401) == 30
    refused(tries[-1], 429, "too_many_requests")
    token = browser.get("/suivi").text.partition('name="csrf-token" content="')[2].partition('"')[0]
    wrong = {"csrf_token": token, "login": "x"}
    tries = [browser.post("/connexion", data=wrong | {"password": f"{n}"}) for n in range(12)]
    assert [each.status_code for each in tries].count(401) == 6
    assert tries[-1].status_code == 429
    assert "Trop d’essais" in tries[-1].text


# --- bad input --------------------------------------------------------------------------------


def test_a_body_that_is_no_json_is_400(api: ApiSite):
    path = f"/api/v1/halls/{HALL}/tickets"
    headers = {"Authorization": f"Bearer {api.key}"}
    for body in ("{", "", "null", "[]", '"x"', b"\xff\xfe"):
        answer = api.app.test_client().post(path, data=body, content_type="application/json", headers=headers)
        refused(answer, 400, "bad_request")


def test_a_body_that_is_too_large_is_413(api: ApiSite):
    refused(api.press("x" * 2_100_000), 413, "too_large")


@pytest.mark.parametrize(
    "body",
    [
        {"service": SERVICE, "press_id": "press-one", "colour": "red"},
        {"service": SERVICE},
        {"service": SERVICE, "press_id": "short"},
        {"service": 5, "press_id": "press-one"},
        {"service": SERVICE, "press_id": "press-one", "language": "?"},
        {"service": "laon ", "press_id": "press-one"},
    ],
)
def test_a_body_of_another_shape_is_400_and_names_the_field(api: ApiSite, body: Any):
    problem = refused(api.post(f"/halls/{HALL}/tickets", body), 400, "bad_request")
    assert problem["fields"]
    assert problem["fields"][0]["field"] in ("colour", "press_id", "service", "language")


def test_an_address_that_is_not_there_is_404_and_a_wrong_method_405(api: ApiSite):
    refused(api.get("/nothing"), 404, "not_found")
    refused(api.call("PUT", f"/halls/{HALL}/tickets"), 405, "method_not_allowed")
    refused(api.get("/halls/no-such-hall/board"), 404, "unknown_hall")
    refused(api.get("/counters/none"), 404, "unknown_counter")
    refused(api.verb("none", "start"), 404, "unknown_leg")
    refused(api.get("/tickets/none", token=None), 404, "unknown_ticket")


def test_a_period_that_is_none_is_400(api: ApiSite):
    for period in ("from=2026-02-30&to=2026-03-01", "from=2026-03-02&to=2026-03-01"):
        refused(api.get(f"/indicators?hall={HALL}&{period}"), 400, "bad_period")
    for before in ("from=2026-02-01", "to=2026-03-01&before=year", "from=2026-02-30&before_to=2026-03-01"):
        path = f"/indicators?hall={HALL}&from=2026-03-01&to=2026-04-01&before_{before}"
        refused(api.get(path), 400, "bad_period")


def test_the_days_before_give_each_figure_its_change(api: ApiSite):
    dates, path = "before_from=2026-10-01&before_to=2026-11-01", f"/indicators?hall={HALL}&from=2026-11-01"
    for before in (dates, "before=year"):
        answer = accepted(api.get(f"{path}&to=2026-12-01&{before}"))
        visits = next(each for each in answer["rows"][0]["figures"] if each["indicator"] == "visits")
        assert (visits["change"]["direction"], "year_before" in answer) == ("few_days", before != dates)


def test_the_end_of_a_period_is_described_and_the_answer_names_its_last_day(api: ApiSite):
    answer = accepted(api.get(f"/indicators?hall={HALL}&from=2026-11-01&to=2026-12-01"))
    assert (answer["to"], answer["last_day"]) == ("2026-12-01", "2026-11-30")
    operations = accepted(api.get("/openapi.json"))["paths"]
    to = {
        path: parameter["description"]
        for path in ("/indicators", "/notices/{notice}/displays")
        for parameter in operations[f"/api/v1{path}"]["get"]["parameters"]
        if parameter["name"] == "to"
    }
    assert "not included" in to["/indicators"]
    assert "last local date, included" in to["/notices/{notice}/displays"]


def test_a_refusal_is_in_the_requested_language(api: ApiSite):
    french = refused(api.get("/tickets/none", token=None), 404, "unknown_ticket")["detail"]
    english = api.get("/tickets/none", token=None, headers={"Accept-Language": "en"}).get_json()["detail"]
    assert french != english


def test_an_idempotency_key_gives_the_same_answer_and_refuses_another_body(api: ApiSite):
    more: Any = {"token": api.new_key("alert"), "headers": {"Idempotency-Key": "one"}}
    body, other = ({"halls": "all", "kind": "medical", "press_id": each} for each in ("press-1", "press-2"))
    first = accepted(api.post("/alerts", body, **more), 201)
    assert accepted(api.post("/alerts", body, **more), 201) == first
    assert api.post("/alerts", other, **more).get_json()["code"] == "idempotency_mismatch"


# --- every answer -----------------------------------------------------------------------------


def test_every_answer_forbids_inline_code_frames_and_referrers(api: ApiSite):
    client = api.app.test_client()
    for path in ("/", "/connexion", "/kiosk", "/screen", "/suivi", "/nothing", "/api/v1/nothing",
                 "/api/v1/openapi.json", "/health/live", "/robots.txt"):  # fmt: skip
        headers = client.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert "default-src 'none'" in policy
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"


def test_health_says_nothing_else_and_metrics_are_for_this_machine_or_a_key(
    api: ApiSite, monkeypatch: pytest.MonkeyPatch
):
    client = api.app.test_client()
    assert accepted(client.get("/health/live")) == {"status": "ok"}
    assert accepted(client.get("/health/ready")) == {"status": "ok"}
    monkeypatch.setattr(services, "is_ready", lambda _: False)
    assert accepted(client.get("/health/ready"), 503) == {"status": "not ready"}
    assert "parvis_sockets" in client.get("/metrics").text
    elsewhere = {"REMOTE_ADDR": "192.0.2.7"}
    assert client.get("/metrics", environ_overrides=elsewhere).status_code == 404
    reads = {"Authorization": f"Bearer {api.new_key('read')}"}
    assert client.get("/metrics", environ_overrides=elsewhere, headers=reads).status_code == 200
    calls = {"Authorization": f"Bearer {api.new_key('issue')}"}
    assert client.get("/metrics", environ_overrides=elsewhere, headers=calls).status_code == 404


# --- the description --------------------------------------------------------------------------

CONTRACT = {
    "GET": ("/halls/{hall}/menu", "/halls/{hall}/board", "/halls/{hall}/queue", "/counters/{counter}",
            "/tickets/{token}", "/indicators"),
    "POST": ("/halls/{hall}/tickets", "/counters/{counter}/session", "/counters/{counter}/next",
             "/counters/{counter}/call", "/tickets/{token}/give-up", "/tickets/{token}/take-back",
             "/tickets/{visit}/reprint", "/halls/{hall}/greetings",
             *(f"/legs/{{leg}}/{verb}" for verb in ("recall", "start", "finish", "no-show", "reinstate",
                                                    "transfer", "cancel", "undo"))),
    "PATCH": ("/counters/{counter}/session",),
    "DELETE": ("/counters/{counter}/session",),
}  # fmt: skip


def test_the_description_is_openapi_3_1_and_knows_every_route_of_the_contract(api: ApiSite):
    described = accepted(api.get("/openapi.json", token=None))
    assert described["openapi"].startswith("3.1")
    for method, paths in CONTRACT.items():
        for path in paths:
            assert method.lower() in described["paths"][f"/api/v1{path}"], (method, path)
    routes = {
        rule.rule.replace("<", "{").replace(">", "}")
        for rule in api.app.url_map.iter_rules()
        if rule.rule.startswith(DESCRIBED) and not rule.rule.endswith("openapi.json")
    }
    assert routes == set(described["paths"])


def test_the_openapi_document_names_callers_and_the_headers_of_writes(api: ApiSite):
    described = accepted(api.get("/openapi.json", token=None))
    assert set(described["components"]["securitySchemes"]) == {"token", "device", "person"}
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            headers = {each["name"] for each in operation.get("parameters", []) if each["in"] == "header"}
            is_device, is_health = path.startswith("/device/"), path.startswith("/health/")
            is_kept = method != "get" and not is_device
            assert ("Idempotency-Key" in headers) == is_kept, (method, path)
            at_counter = "/counters/" in path or "/legs/" in path
            assert ("X-Counter-Session" in headers) == (at_counter and method != "get")
            is_of_no_token = path in ("/device/session", "/device/pairing")
            is_open = path.startswith("/api/v1/tickets/{token}") or is_health or is_of_no_token
            assert (operation["security"] == []) == is_open, (method, path)
            assert "content" not in operation["responses"].pop("414"), "the HTTP server answers it, empty"
            assert all(
                "application/problem+json" in answer["content"]
                for status, answer in operation["responses"].items()
                if int(status) >= 400 and not (is_health and status == "503")
            )
