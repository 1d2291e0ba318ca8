"""The report of a notice on paper: a tagged PDF with language and title, whose words can be read again."""

import ctypes
from datetime import timedelta
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from pypdfium2 import raw

from server.app import CATALOGUES
from server.language import Catalogues
from server.settings import ASSETS
from server.web.pages.screen_days.pages import duration
from server.web.rendering.pdf import Papers
from server.web.rendering.viewer import Sentence
from tests.harness.sql import one_row
from tests.server.web.api_site import HALL, ApiSite, accepted, refused
from tests.server.web.notices.test_api_displays import display, hour, report

PDF = "/notices/n1/displays.pdf"


def pages(answer: Any) -> list[str]:
    """The words of each page, spaces made alike."""
    assert answer.status_code == 200, answer.text
    assert answer.mimetype == "application/pdf"
    with pypdfium2.PdfDocument(answer.data) as document:
        assert document.is_tagged()
        return [" ".join(page.get_textpage().get_text_bounded().split()) for page in document]


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
