"""Proof of display: counted once, refused when it cannot be true, summed by notice, screen and local day."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from server.domain.instants import to_text
from server.store.engine.stores import snapshot
from server.store.journal.rebuild import installation_differences, rebuild_installation
from tests.harness.sql import execute
from tests.server.web.api_site import HALL, ApiSite, accepted, refused

SCREEN = "laon-ecran-1"
DISPLAYS = f"/halls/{HALL}/screens/{SCREEN}/displays"


def display(number: int, began: datetime, seconds: float, **more: Any) -> dict[str, Any]:
    return {
        "number": number,
        "notice": "n1",
        "item": "n1 fr",
        "began_at": to_text(began),
        "ended_at": to_text(began + timedelta(seconds=seconds)),
        "outcome": "completed",
        **more,
    }


def report(site: ApiSite, *displays: dict[str, Any], record: str = "r1", **more: Any) -> Any:
    more.setdefault("token", site.screen)
    return site.post(DISPLAYS, {"record": record, "displays": list(displays)}, **more)


def hour(site: ApiSite) -> datetime:
    return site.hands.now - timedelta(hours=1)


def test_displays_count_once_by_screen_and_day(api: ApiSite):
    at = hour(api)
    version = api.get(f"/halls/{HALL}/board").get_json()["version"]
    first = [
        display(1, at, 12.5),
        display(2, at + timedelta(seconds=20), 3, outcome="cut"),
        display(3, at + timedelta(seconds=30), 10, notice="n2"),
        display(4, at + timedelta(seconds=40), 0, outcome="failed"),
    ]
    assert accepted(report(api, *first)) == {"counted": 4, "last": 4}
    assert accepted(report(api, *first)) == {"counted": 0, "last": 4}
    again = [*first[2:], display(5, at + timedelta(seconds=50), 10)]
    assert accepted(report(api, *again)) == {"counted": 1, "last": 5}
    found = accepted(api.get("/notices/n1/displays?from=2026-11-24&to=2026-11-24"))
    [screen] = found["screens"]
    assert (screen["hall"], screen["screen"], screen["label"]) == (HALL, SCREEN, "Écran du hall")
    assert screen["days"] == [
        {"shown_on": "2026-11-24", "shown_s": 25.5, "completed": 2, "cut": 1, "failed": 1}
    ]
    assert (found["shown_s"], found["completed"]) == (25.5, 2)
    assert accepted(api.get("/notices/n1/displays?from=2026-11-25&to=2026-11-25"))["screens"] == []
    lines = api.get("/notices/n1/displays.csv").text.split("\r\n")
    assert lines[:2] == [
        "notice,hall,screen,label,shown_on,shown_s,completed,cut,failed",
        f"n1,{HALL},{SCREEN},Écran du hall,2026-11-24,25.500,2,1,1",
    ]
    sheet = api.get("/notices/n1/displays.csv?lang=fr").text.removeprefix("\ufeff").split("\r\n")
    assert sheet[:2] == [
        "Hall;Écran;Jour;Durée vue (s);Entières;Interrompues;Échouées",
        "Préfecture de l’Aisne – Laon;Écran du hall;2026-11-24;25,500;2;1;1",
    ]
    assert api.get(f"/halls/{HALL}/board").get_json()["version"] == version


def test_rows_are_folded_from_the_journal_and_come_back_as_they_were(api: ApiSite):
    at = hour(api)
    accepted(report(api, display(1, at, 10), display(2, at, 5, notice="n2")))
    accepted(report(api, display(3, at, 10)))
    accepted(report(api, display(1, at, 7), record="r2"))
    before = accepted(api.get("/notices/n1/displays"))
    assert before["shown_s"] == 27
    assert rebuild_installation(api.database) == []
    execute(api.database, "UPDATE display SET shown_ms = 1 WHERE notice = 'n1'")
    execute(api.database, "DELETE FROM display_record WHERE record = 'r2'")
    with snapshot(api.database) as rows:
        assert len(installation_differences(rows)) == 2
    found = rebuild_installation(api.database)
    assert found == [("display", f"n1 {SCREEN} 2026-11-24"), ("display_record", f"{SCREEN} r2")]
    assert rebuild_installation(api.database) == []
    assert accepted(api.get("/notices/n1/displays")) == before
    assert accepted(report(api, display(1, at, 7), record="r2")) == {"counted": 0, "last": 1}


def test_a_display_at_midnight_counts_in_both_local_days(api: ApiSite):
    midnight = datetime.fromisoformat("2026-11-24T00:00:00+01:00")
    accepted(report(api, display(1, midnight - timedelta(seconds=4), 10)))
    [screen] = accepted(api.get("/notices/n1/displays"))["screens"]
    assert [(day["shown_on"], day["shown_s"], day["completed"]) for day in screen["days"]] == [
        ("2026-11-23", 4, 1),
        ("2026-11-24", 6, 0),
    ]


def test_an_impossible_report_is_refused_whole_and_its_first_fault_is_named(api: ApiSite):
    at, now = hour(api), api.hands.now
    good = display(1, at, 10)
    wrong = {
        "display_in_future": display(7, now + timedelta(seconds=55), 10),
        "display_reversed": display(7, at, -1),
        "displays_unordered": display(1, at, 10),
        "display_too_old": display(7, now - timedelta(days=401), 10),
    }
    for code, bad in wrong.items():
        assert refused(report(api, good, bad), 422, code)["number"] == bad["number"]
    refused(report(api, good, display(2, at, 90_000)), 422, "display_reversed")
    first, last = "0001-01-01T00:00:00", "9999-12-31T23:59:59"
    for offset in ("+14:00", "-12:00"):  # where an hour more or less is no date any more
        for code, instant in (("display_too_old", first), ("display_in_future", last)):
            wild = dict.fromkeys(("began_at", "ended_at"), instant + offset)
            refused(report(api, display(7, at, 1) | wild), 422, code)
    assert accepted(api.get("/notices/n1/displays"))["shown_s"] == 0
    assert accepted(report(api, good, display(2, now + timedelta(seconds=45), 10)))["counted"] == 2


@pytest.mark.parametrize(
    "change",
    [
        {"number": 0},
        {"outcome": "seen"},
        {"notice": "a b"},
        {"began_at": "2026-11-24T10:00:00"},
        {"item": "x" * 201},
        {"more": 1},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_malformed_report_is_refused(api: ApiSite, change: dict[str, Any]):
    refused(report(api, display(1, hour(api), 10) | change), 400, "bad_request")


def test_a_report_is_bounded_and_never_empty(api: ApiSite):
    refused(report(api), 400, "bad_request")
    many = [display(n + 1, hour(api), 1) for n in range(501)]
    refused(report(api, *many), 400, "bad_request")
    assert accepted(report(api, *many[:500]))["counted"] == 500


def test_only_the_screen_itself_reports_and_only_readers_of_a_board_read(api: ApiSite):
    one = display(1, hour(api), 10)
    refused(report(api, one, token=api.key), 403, "foreign_device")
    refused(report(api, one, token=api.kiosk), 403, "forbidden")
    body = {"record": "r1", "displays": [one]}
    other = f"/halls/{HALL}/screens/laon-ecran-2/displays"
    refused(api.post(other, body, token=api.screen), 403, "foreign_device")
    refused(api.post("/halls/vervins/screens/x/displays", body, token=api.screen), 403, "foreign_device")
    accepted(report(api, one))
    refused(api.get("/notices/n1/displays", token=None), 401, "not_signed_in")
    elsewhere = api.person("communication", "vervins").get("/api/v1/notices/n1/displays")
    assert accepted(elsewhere)["screens"] == []
    here = api.person("communication", HALL).get("/api/v1/notices/n1/displays")
    assert accepted(here)["shown_s"] == 10
    refused(api.get("/notices/n1/displays?from=2026-11-25&to=2026-11-24"), 400, "bad_period")


def test_the_same_key_gives_the_same_answer_and_another_body_is_refused(api: ApiSite):
    one, headers = display(1, hour(api), 10), {"Idempotency-Key": "k1"}
    answer = accepted(report(api, one, headers=headers))
    assert accepted(report(api, one, headers=headers)) == answer == {"counted": 1, "last": 1}
    refused(report(api, display(2, hour(api), 10), headers=headers), 422, "idempotency_mismatch")
