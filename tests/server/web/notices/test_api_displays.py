"""What screens showed: proofs of display, their report on paper, pages by day; the poster of busy hours."""

import ctypes
import json
import re
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import pypdfium2
import pytest
from pypdfium2 import raw

from server.app import CATALOGUES
from server.domain.author import Author
from server.domain.devices.device_state import Sighting
from server.domain.hours.busy_hours import Affluence
from server.domain.instants import to_text
from server.domain.notices.displays import INTERVALS_KEPT
from server.jobs.rounds import Rounds
from server.language import Catalogues
from server.settings import ASSETS
from server.store.engine.stores import snapshot
from server.store.journal.chain import Anchors
from server.store.journal.rebuild import installation_differences, rebuild_installation
from server.store.notices.displays import affluence_of, delete_intervals, keep_affluence
from server.usecases.notices.gestures import NoticeGesture, correct_notice
from server.usecases.screens_of_sites import read_cards
from server.web.pages.screen_days.pages import duration
from server.web.rendering.pdf import Papers
from server.web.rendering.viewer import Sentence
from tests.harness.sql import execute, one_row
from tests.server.usecases.notices.conftest import AIMED, DECIDES, MORNING, published
from tests.server.web.api_site import HALL, OTHER, ApiSite, accepted, refused

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


OPEN_S = 23_400
"""The opening hours of the hall on the day of these displays."""


def hour(site: ApiSite) -> datetime:
    return site.hands.now - timedelta(hours=1)


PDF = "/notices/n1/displays.pdf"


def pages(answer: Any) -> list[str]:
    """The words of each page, spaces made alike."""
    assert answer.status_code == 200, answer.text
    assert answer.mimetype == "application/pdf"
    with pypdfium2.PdfDocument(answer.data) as document:
        assert document.is_tagged()
        return [" ".join(page.get_textpage().get_text_bounded().split()) for page in document]


DAY = f"/affichage/journee?hall={HALL}&lang=fr"


@pytest.fixture
def officer(api: ApiSite) -> Any:
    return api.person("communication")


PAGE, POSTER = "/affichage/affluence", "/affichage/affluence.pdf"


def count_tickets(site: ApiSite) -> None:
    """A week of which Monday at nine is busy, Friday at ten quiet, and Friday at eleven hardly counted."""
    slots = {(weekday, hour): 60 for weekday in range(5) for hour in (9, 10, 11, 14)}
    slots |= {(0, 9): 300, (4, 10): 12, (4, 11): 9}
    database = site.database
    with database.store.write() as rows:
        hall = database.hall_id(HALL)
        keep_affluence(rows, hall, Affluence(slots, dict.fromkeys(slots, 13), 13), database.clock.now())


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
    say = Sentence(Catalogues(CATALOGUES).translate, "fr")
    told = [duration(s, say).replace("\u00a0", " ") for s in (0, 59.9, 60, 3_599, 3_600, 90_061)]
    assert told == ["0 s", "59 s", "1 min", "59 min", "1 h 00 min", "25 h 01 min"]


def test_a_day_names_its_notices_gaps_and_clashes(api: ApiSite, officer: Any):
    database = api.database
    assert "les attentes seules" in officer.get(DAY).text
    first = published(database, AIMED, ends=MORNING + timedelta(hours=1))
    second = published(database, AIMED | {"titles": {"fr": "Fermé <demain>"}})
    author = Author("officer")
    correct_notice(database, NoticeGesture(second["notice"], second["version"], author, DECIDES))
    page = officer.get(DAY).text
    assert f'href="/affichage/message/{first["notice"]}"' in page
    assert "Fermé &lt;demain&gt;" in page
    assert "«\u00a0Ouvert à midi\u00a0» s’arrête à 11:00, pendant l’ouverture." in page
    assert "Une correction attend" in page
    later = officer.get(f"{DAY}&jour=2026-12-01").text
    assert first["notice"] not in later
    assert second["notice"] in later
    month = officer.get(f"/affichage/calendrier?hall={HALL}&mois=2026-12&lang=fr").text
    assert first["notice"] not in month
    assert month.count(f'"/affichage/message/{second["notice"]}"') == 31


def test_what_was_shown_stands_beside_what_is_planned(api: ApiSite, officer: Any):
    notice = published(api.database, AIMED)["notice"]
    began = hour(api)
    shown = [
        display(1, began, 125, notice=notice),
        display(2, began + timedelta(minutes=3), 5, notice="gone"),
    ]
    assert report(api, *shown).status_code == 200
    page = officer.get(f"{DAY}&ecran={SCREEN}").text
    assert "2\u00a0min, entier 1\u00a0% de l’ouverture\u00a0; entières\u00a0: 1" in page
    assert "n’est plus prévu" in page
    now = officer.get(f"/affichage/ecrans?hall={HALL}&ecran={SCREEN}&lang=fr").text
    assert "Cet écran n’a encore rien dit de lui." in now
    assert "2\u00a0min, entières\u00a0: 1" in now
    assert "Vraiment montré" not in officer.get(f"{DAY}&jour=2026-12-01").text


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"{DAY}&jour=hier", 400),
        (f"{DAY}&jour=9999-12-31", 400),
        (f"{DAY}&ecran=none", 404),
        (f"/affichage/calendrier?hall={HALL}&mois=2026-13", 400),
        (f"/affichage/calendrier?hall={HALL}&mois=0001-01", 400),
        (f"/affichage/ecrans?hall={HALL}&ecran=none", 404),
        (f"/affichage/ecrans?hall={OTHER}", 404),
    ],
)
def test_what_does_not_exist_is_refused(officer: Any, path: str, status: int):
    answer = officer.get(path)
    assert answer.status_code == status
    if status == 400:
        assert 'role="alert"' in answer.text


def test_the_page_says_each_level_in_words(api: ApiSite):
    officer = api.person("communication", HALL)
    assert "il y a trop peu de visites" in officer.get(PAGE).text
    count_tickets(api)
    page = officer.get(PAGE).text
    assert "chargé de 9\u00a0h à 10\u00a0h" in page
    assert 'data-level="unknown"' in page


def test_the_poster_says_each_level_in_words_and_nothing_under_ten_visits(api: ApiSite):
    officer = api.person("communication", HALL)
    assert "il y a trop peu de visites" in pages(officer.get(POSTER))[0]
    count_tickets(api)
    (poster,) = pages(officer.get(POSTER))
    assert "à partir de 9 h chargé moyen moyen moyen moyen" in poster
    assert "à partir de 10 h moyen moyen moyen moyen calme" in poster
    assert "à partir de 11 h moyen moyen moyen moyen –" in poster
    assert "à partir de 12 h fermé" in poster
    assert "tickets des 13 dernières semaines" in poster
    assert "Lundi et mardi de 8 h 30 à 12 h et de 13 h 30 à 16 h 30" in poster
    (english,) = pages(officer.get(f"{POSTER}?in=en"))
    assert "from 9:00 busy moderate" in english


def test_only_people_of_the_hall_read_the_page(api: ApiSite):
    assert api.person("committee", HALL).get(PAGE).status_code == 403
    assert api.person("communication", "vervins").get(f"{PAGE}?hall={HALL}").status_code == 404


def test_counts_of_an_earlier_release_are_read(api: ApiSite):
    database = api.database
    old = {"tickets": [[0, 9, 300]], "days": {"0": 8}}
    count_tickets(api)
    execute(database, "UPDATE affluence SET counts = :counts", counts=json.dumps(old))
    with database.read() as rows:
        assert affluence_of(rows, database.hall_id(HALL)) == Affluence({(0, 9): 300}, {(0, 9): 8}, 8)


def shown_at(site: ApiSite, at: datetime) -> Any:
    return accepted(site.get(f"/halls/{HALL}/screens/{SCREEN}/shown?at={quote(to_text(at))}"))


def hour_of_day(officer: Any, on: str, at: str) -> str:
    """The words under « Ce que les écrans montraient » on a day's page."""
    page = officer.get(f"{DAY}&ecran={SCREEN}&jour={on}&heure={at}")
    assert page.status_code == 200
    assert "Ce que les écrans montraient" in page.text
    return str(page.text.partition("<dd>")[2].partition("</dd>")[0])


@pytest.mark.both_databases
def test_what_a_screen_showed_at_an_instant_is_known(api: ApiSite, officer: Any):
    at = hour(api)
    pause = at + timedelta(seconds=25)
    accepted(
        report(
            api,
            display(1, at, 12.5, notice="waits"),
            display(2, at + timedelta(seconds=12.6), 7.4, notice="waits", outcome="cut"),
            display(3, pause, 0, outcome="failed"),
            display(4, at + timedelta(seconds=30), 10),
        )
    )
    waits = {
        "notice": "waits",
        "title": "",
        "began_at": to_text(at),
        "ended_at": to_text(at + timedelta(seconds=20)),
    }
    next_one = {
        "notice": "n1",
        "title": "",
        "began_at": to_text(at + timedelta(seconds=30)),
        "ended_at": to_text(at + timedelta(seconds=40)),
    }
    found = shown_at(api, at + timedelta(seconds=15))
    assert (found["label"], found["shown"], found["before"]) == ("Écran du hall", waits, None)
    between = shown_at(api, pause)
    assert (between["shown"], between["before"], between["after"]) == (None, waits, next_one)
    assert shown_at(api, at - timedelta(hours=2))["after"] is None
    local = at.astimezone(ZoneInfo("Europe/Paris"))
    said = hour_of_day(officer, f"{local:%Y-%m-%d}", f"{local:%H:%M:%S}")
    assert said == f"«\xa0Les attentes\xa0», de {local:%H:%M}:00 à {local:%H:%M}:20."
    said = hour_of_day(officer, f"{local:%Y-%m-%d}", f"{local:%H:%M}:25")
    assert said.startswith("Aucun message à cet instant")
    assert "«\xa0n1\xa0», dès" in said
    assert hour_of_day(officer, f"{local:%Y-%m-%d}", "00:30").startswith("Inconnu\xa0: l’écran")
    assert hour_of_day(officer, "2026-09-01", "10:00").startswith("Inconnu\xa0: les heures")
    page = officer.get(f"{DAY}&heure=midi")
    assert "Cette heure n’est pas lisible" in page.text


@pytest.mark.both_databases
def test_hours_are_forgotten_after_sixty_days_and_sums_are_not(api: ApiSite, tmp_path: Path):
    at = hour(api)
    accepted(report(api, display(1, at, 10)))
    with api.database.store.write() as rows:
        assert delete_intervals(rows, at) == 0
    assert shown_at(api, at)["shown"]
    rounds = Rounds(api.database, Anchors(tmp_path / "anchors"))
    api.hands.now += INTERVALS_KEPT - timedelta(hours=2)
    rounds.purge()
    assert shown_at(api, at)["shown"]
    api.hands.now += timedelta(hours=4)
    rounds.purge()
    assert shown_at(api, at)["shown"] is None
    assert accepted(api.get("/notices/n1/displays"))["shown_s"] == 10


def test_all_sites_are_on_one_page_with_what_is_wrong_first(api: ApiSite):
    everywhere = api.person("communication", "*")
    page = everywhere.get("/affichage/ecrans?tous=1&lang=fr").text
    keys = re.findall(r'data-screen="([^"]+)"', page)
    assert f"{HALL}/{SCREEN}" in keys
    assert len({key.partition("/")[0] for key in keys}) == 2, "Laon and Vervins"
    assert page.count("N’a encore rien dit de lui") == len(keys)
    found = everywhere.get("/affichage/ecrans?tous=1&q=ECRAN+laon&lang=fr").text
    assert set(re.findall(r'data-screen="([^/"]+)', found)) == {HALL}
    kept = everywhere.get(f"/affichage/ecrans?tous=1&ecrans={keys[-1]},{keys[0]},laon/none").text
    assert re.findall(r'data-screen="([^"]+)"', kept) == [keys[-1], keys[0]]
    own = api.person("communication", OTHER).get("/affichage/ecrans?tous=1").text
    assert f"{HALL}/{SCREEN}" not in own


def test_a_screen_that_is_away_comes_before_those_that_are_well(api: ApiSite):
    now = api.database.clock.now()
    well: Any = {"view": "rest", "notice": None, "media": "up to date", "sound": "on", "panel": None}
    well |= {"release": "1", "clock_ms": 0, "revision": "r", "width_px": 1920, "height_px": 1080}
    here = Sighting(now, now, is_connected=True, report=well)
    halls = [api.database.configuration(api.database.hall_id(each)) for each in (HALL, OTHER)]
    sightings = {api.database.hall_id(HALL): {SCREEN: here}}

    def of_hall(hall: str) -> dict[str, Sighting]:
        return sightings.get(hall, {})

    cards = read_cards(api.database, halls, of_hall)
    assert [(cards[-1].id, cards[-1].trouble), cards[0].trouble] == [(SCREEN, None), "never"]
    for change, trouble in (({"sound": "blocked"}, "sound"), ({"media": "not updated"}, "not_updated")):
        sightings[api.database.hall_id(HALL)] = {SCREEN: replace(here, report=well | change)}
        found = {
            each.id: each.trouble
            for each in read_cards(api.database, halls, lambda hall: sightings.get(hall, {}))
        }
        assert found[SCREEN] == trouble
    api.hands.now += timedelta(minutes=5)
    [card] = [each for each in read_cards(api.database, halls, lambda _: {SCREEN: here}) if each.id == SCREEN]
    assert card.trouble == "away"


def test_a_day_is_played_in_fast_motion_with_its_own_programme(api: ApiSite, officer: Any):
    fast = f"/affichage/accelere?hall={HALL}&ecran={SCREEN}&lang=fr"
    validity = {"starts": "2026-12-01", "ends": "2026-12-01"}
    notice = published(api.database, AIMED | {"validity": validity})["notice"]

    def shown_on(day: str) -> Any:
        page = officer.get(f"{fast}&jour={day}&forme=upright").text
        assert 'width="1080" height="1920"' in " ".join(page.split())
        return json.loads(page.partition('id="fast-motion">')[2].partition("</script>")[0])["programme"]

    played = shown_on("2026-12-01")
    assert notice in {item["notice"] for item in played["items"]}
    midnight = datetime.fromisoformat("2026-12-02T00:00:00+01:00")
    assert played["covers_until"] == midnight.timestamp() * 1000
    assert notice not in {item["notice"] for item in shown_on("2026-12-02")["items"] if item["windows"] != []}
    for bad in ("&jour=1999-01-01", "&jour=demain", "&forme=ronde", "&ecran=none"):
        assert officer.get(f"/affichage/accelere?hall={HALL}{bad}").status_code == 404
