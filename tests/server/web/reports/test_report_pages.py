"""The pages of reports, and the sheet of paper: who sees what, and that nothing of a long sheet is cut."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from flask import render_template

from server.language import LANGUAGES, direction_of
from server.web.pages.reports.pages import SHEET_STYLE
from server.web.pages.reports.wording import MOST_LINES, Corrected, Line, Sheet, Tile
from server.web.rendering.pdf import Papers
from server.web.rendering.viewer import Sentence
from tests.server.usecases.quality.figures_history import play_days
from tests.server.web.api_site import HALL, OTHER, ApiSite, csrf_of

PLACE = "/rapports"


@pytest.fixture
def played(api: ApiSite) -> ApiSite:
    play_days(api.database, date(2026, 9, 21), 8)
    return api


def press(browser: Any, path: str, **fields: Any) -> Any:
    return browser.post(path, data=fields | {"csrf_token": csrf_of(browser)})


def begin(browser: Any, period: str = "2026-Q3", **more: Any) -> str:
    answer = press(browser, PLACE, halls=HALL, periode=period, formulaire="one", **more)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"])


def test_a_report_is_begun_written_frozen_approved_and_then_read_by_the_committee(played: ApiSite):
    anne, boris = played.person("quality"), played.person("supervisor")
    committee, stranger = played.person("committee"), played.person("quality", OTHER)
    assert "Aucun rapport pour le moment" in anne.get(PLACE).text
    report = begin(anne)
    page = anne.get(report).text
    assert "Proposées d’après les chiffres" in page
    assert "3e trimestre 2026 (depuis le 21 septembre 2026\u00a0: 6 jours comptés)" in page
    assert "2e trimestre 2026 (rien n’a été compté)" in page
    version = page.partition('name="version" value="')[2].partition('"')[0]
    played.hands.now = datetime(2026, 11, 24, 10, tzinfo=UTC)
    written = press(anne, f"{report}/phrases", phrase1="Plus de visites.", version=version)
    assert written.status_code == 303
    late = press(boris, f"{report}/phrases", phrase1="Autre chose.", version=version)
    assert late.status_code == 409
    assert "Autre chose." in late.text
    assert "Plus de visites." in late.text
    assert press(anne, f"{report}/phrases", phrase2="x" * 241, version=version).status_code == 422
    assert press(anne, f"{report}/gel").status_code == 303
    assert press(anne, f"{report}/gel").status_code == 303
    assert press(anne, f"{report}/approbation").status_code == 409
    for browser in (committee, stranger):
        assert browser.get(report).status_code == 404
        assert browser.get(f"{report}/page.pdf").status_code == 404
    assert press(boris, f"{report}/approbation").status_code == 303
    seen = committee.get(report).text
    assert "Approuvé le" in seen
    assert "Plus de visites." in seen
    assert "<textarea" not in seen
    assert stranger.get(report).status_code == 404
    assert f'href="{report}"' in committee.get(PLACE).text
    assert report not in stranger.get(PLACE).text
    assert press(committee, PLACE, halls=HALL, periode="2026-Q3").status_code == 403
    assert "Rapport approuvé" in played.person("administrator", "*").get("/journal?hall=installation").text
    assert "Rapports" in committee.get("/").text


def test_two_presses_on_one_form_open_one_draft_and_what_is_missing_is_said(played: ApiSite):
    anne = played.person("quality")
    assert begin(anne) == begin(anne)
    for fields, said in (
        ({"periode": "2026-Q3"}, "Choisissez entre un et 20 halls"),
        ({"halls": HALL, "periode": "2026-W30"}, "Choisissez un mois, un trimestre ou une année"),
        ({"halls": OTHER, "periode": "2026-Q3"}, 'id="halls-refused"'),
    ):
        answer = press(anne, PLACE, **fields)
        assert 400 <= answer.status_code < 500
        assert said in answer.text
    running = begin(anne, "2026-Q4")
    assert press(anne, f"{running}/gel").status_code == 409
    assert press(anne, f"{running}/suppression").headers["Location"] == f"{PLACE}?fait=supprime"
    assert anne.get(running).status_code == 404


LONG = "Demande de renouvellement d’un certificat d’immatriculation et d’un permis de conduire international"
ARABIC = "مكتب الاستقبال والإرشاد"


def hostile_sheet(lines: int, corrections: int = 0) -> Sheet:
    cell = ("1\u00a0234\u00a0min*", "avant\u00a0: 1\u00a0240\u00a0min")
    target = ("100\u00a0% en 480\u00a0min (a changé)", "trop peu de personnes")
    cells = [cell, cell, cell, cell, target, cell]
    return Sheet(
        title="Une page pour le comité",
        halls=["Sous-préfecture de Château-Thierry et de l’arrondissement", ARABIC],
        period="4e trimestre 2026 (en cours\u00a0: 58 jours comptés)",
        previous="3e trimestre 2026 (depuis le 21 septembre 2026\u00a0: 6 jours comptés)",
        notes=[],
        tiles=[Tile("Attente de la moitié des personnes, au plus", *cell)] * 5,
        target="85\u00a0% en 15\u00a0min – non atteint",
        lines=[Line(f"{n} {ARABIC if n == 2 else LONG}", cells, is_hall=n == 0) for n in range(lines)],
        is_dense=lines > MOST_LINES,
        has_few=True,
        hours=["10\u00a0h – 11\u00a0h\u00a0: 1\u00a0234\u00a0min au plus, sur 1\u00a0234 attentes"] * 3,
        not_issued=["Démarche fermée à cette heure\u00a0: 1\u00a0234"] * 5,
        sentences=["Une phrase aussi longue que la page le permet. " * 5] * 3,
        conventions=["Visites\u00a0: un ticket compte une fois, le jour où il est donné."] * 4,
        corrections=[Corrected(LONG, "Visites", "12", "15")] * corrections,
        state="Chiffres gelés le 1er janvier 2027, 10:00.",
        is_draft=True,
        proof="Chiffres lus dans 123\u00a0456 faits du journal.",
        digest="0123456789abcdef" * 4,
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_of_the_sheet_is_in_the_catalogues(api: ApiSite, language: str):
    anne = api.person("quality")
    report = begin(anne, "2026-10")
    page = anne.get(f"{report}?lang={language}").text.partition("<main")[2]
    assert "reports." not in page
    assert "quality." not in page
    assert "reports." not in anne.get(f"{PLACE}?lang={language}").text.partition("<main")[2]


def test_twelve_services_with_long_and_arabic_names_fit_on_one_tagged_page(api: ApiSite):
    translate = api.app.extensions["parvis"].catalogues.translate
    with api.app.test_request_context():
        page = render_template(
            "reports/sheet.html",
            t=Sentence(translate, "fr"),
            language="fr",
            sheet=hostile_sheet(12),
            style=SHEET_STYLE.read_text(encoding="utf-8"),
            direction=direction_of("fr"),
        )
    made = Papers(Path("var/assets")).made(page)
    with pypdfium2.PdfDocument(made) as document:
        assert document.is_tagged()
        assert len(document) == 1
        words = " ".join(document[0].get_textpage().get_text_bounded().split())
        width, height = document[0].get_size()
        for box in _boxes(document[0]):
            assert 20 < box[0] < box[2] < width - 20
            assert 10 < box[1] < box[3] < height - 20
    for n in range(12):
        assert f"{n} " in words
    assert "0123456789abcdef" in words


def _boxes(page: Any) -> list[tuple[float, float, float, float]]:
    text = page.get_textpage()
    return [text.get_rect(n) for n in range(text.count_rects())]
