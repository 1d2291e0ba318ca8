"""What screens showed: proofs of display, and their report on paper."""

import ctypes
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from pypdfium2 import raw

from server.settings import ASSETS
from server.store.engine.stores import snapshot
from server.store.journal.rebuild import installation_differences, rebuild_installation
from server.web.pages.screen_days.pages import duration
from server.web.rendering.pdf import Papers
from server.web.rendering.viewer import Sentence
from tests.harness.sentences import TRANSLATE
from tests.harness.sql import execute, one_row
from tests.server.web.api_site import HALL, ApiSite, accepted, refused
from tests.server.web.notices.conftest import DAY, SCREEN, display, hour, pages, report

OPEN_S = 23_400
"""The opening hours of the hall on the day of these displays."""


PDF = "/notices/n1/displays.pdf"


def test_displays_count_once_by_screen_and_day(api: ApiSite):
    at = hour(api)
    version = api.get(f"/halls/{HALL}/board").get_json()["version"]
    first = [
        display(1, at, 12.5),
        display(2, at + timedelta(seconds=20), 3, outcome="cut", is_whole=True),
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
        {
            "shown_on": "2026-11-24",
            "shown_s": 25.5,
            "completed": 2,
            "cut": 1,
            "failed": 1,
            "whole_s": 25.5,
            "open_s": OPEN_S,
        }
    ]
    assert (found["shown_s"], found["completed"]) == (25.5, 2)
    assert accepted(api.get("/notices/n1/displays?from=2026-11-25&to=2026-11-25"))["screens"] == []
    lines = api.get("/notices/n1/displays.csv").text.split("\r\n")
    assert lines[:2] == [
        "notice,hall,screen,label,shown_on,shown_s,completed,cut,failed,whole_s,open_s",
        f"n1,{HALL},{SCREEN},Écran du hall,2026-11-24,25.500,2,1,1,25.500,{OPEN_S}",
    ]
    sheet = api.get("/notices/n1/displays.csv?lang=fr").text.removeprefix("\ufeff").split("\r\n")
    assert sheet[:2] == [
        "Hall;Écran;Jour;Durée vue (s);Entières;Interrompues;Échouées;Entier (s);Entier, de l’ouverture",
        "Préfecture de l’Aisne – Laon;Écran du hall;2026-11-24;25,500;2;1;1;25,500;0\u00a0%",
    ]
    assert api.get(f"/halls/{HALL}/board").get_json()["version"] == version


def test_the_share_of_the_opening_hours_in_which_a_notice_was_whole_stands_beside_its_proof(
    api: ApiSite, officer: Any
):
    at = api.hands.now - timedelta(hours=2)
    hour_s = 3_600
    accepted(
        report(
            api,
            display(1, at, hour_s),  # of an earlier release, completed
            display(2, at + timedelta(hours=1), hour_s / 2, outcome="cut", is_whole=True),
            display(3, at + timedelta(hours=1.5), 60, outcome="cut", is_whole=False),
            display(4, at + timedelta(hours=1.6), 60, outcome="cut"),
        )
    )
    [screen] = accepted(api.get("/notices/n1/displays"))["screens"]
    assert (screen["whole_s"], screen["open_s"]) == (1.5 * hour_s, OPEN_S)
    share = f"{round(100 * 1.5 * hour_s / OPEN_S)}"
    [words] = pages(api.get(PDF))
    assert f"{share} %" in words.replace("\u00a0", " ")
    said = officer.get(DAY).text.replace("\u00a0", " ")
    assert f"entier {share} % de l’ouverture" in said


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


def test_the_paper_names_screens_hours_and_where_the_journal_stood(api: ApiSite):
    at = hour(api) - timedelta(days=1)
    rows = [display(n, at + timedelta(seconds=n * 400), 380.5, notice="n1") for n in range(1, 11)]
    rows.append(display(11, at + timedelta(hours=2), 30, outcome="cut"))
    accepted(report(api, *rows))
    answer = api.get(PDF)
    (page,) = pages(answer)
    head = one_row(api.database, "SELECT journal_length, head_hash FROM installation WHERE id = 1")
    assert "Rapport de diffusion" in page
    assert "Écran du hall" in page
    assert "1 h 03 min 10 1 0" in page
    assert "Du 23 novembre 2026 au 23 novembre 2026" in page
    assert head["head_hash"] in page.replace(" ", "").replace("\ufffe", "")
    with pypdfium2.PdfDocument(answer.data) as document:
        assert document.get_metadata_value("Title") == "Rapport de diffusion – n1"
        told = (ctypes.c_ushort * 10)()
        raw.FPDFCatalog_GetLanguage(document, told, ctypes.sizeof(told))
        assert bytes(told).decode("utf-16-le").rstrip("\0") == "fr"


def test_the_paper_is_in_the_requested_language_and_says_when_nothing_was_shown(api: ApiSite):
    (page,) = pages(api.get(f"{PDF}?lang=en&from=2026-11-01&to=2026-11-30"))
    assert "Report of display" in page
    assert "was seen on no screen" in page
    assert "From 1 November 2026 to 30 November 2026" in page


def test_every_pdf_is_made_by_one_separate_process(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    made: list[Path] = []
    monkeypatch.setattr(Papers, "__init__", lambda _, assets: made.append(assets))
    ApiSite(sqlite_url, tmp_path).close()
    assert made == [ASSETS]


def test_the_paper_holds_only_halls_that_the_reader_may_see(api: ApiSite):
    accepted(report(api, display(1, hour(api), 10)))
    here = api.person("communication", HALL).get(f"/api/v1{PDF}")
    assert "Écran du hall" in pages(here)[0]
    elsewhere = api.person("communication", "vervins").get(f"/api/v1{PDF}")
    assert "Écran du hall" not in pages(elsewhere)[0]
    refused(api.get(PDF, token=None), 401, "not_signed_in")
    refused(api.get(f"{PDF}?from=2026-11-25&to=2026-11-24"), 400, "bad_period")


def test_a_machine_without_the_library_refuses_with_a_sentence(api: ApiSite, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("server.web.rendering.pdf.paper", missing_library)
    refused(api.get(PDF), 503, "paper_unavailable")


def missing_library(*_: Any) -> bytes:
    raise OSError("cannot load library 'libpango-1.0-0'")


def test_durations_are_worded_as_people_say_them():
    say = Sentence(TRANSLATE, "fr")
    told = [duration(s, say).replace("\u00a0", " ") for s in (0, 59.9, 60, 3_599, 3_600, 90_061)]
    assert told == ["0 s", "59 s", "1 min", "59 min", "1 h 00 min", "25 h 01 min"]
