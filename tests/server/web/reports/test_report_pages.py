"""The pages of reports, the evidence pack, and the sheet of paper, of which nothing is cut."""

import io
import json
import zipfile
from base64 import b64decode
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pypdfium2
import pytest
from odfdo import Document
from pdfua import Severity, validate

from server.domain.author import SYSTEM
from server.domain.complaints import PUBLIC_CHANNELS, EntryRequest
from server.domain.quality.typed_figures import TypedFigureRequest
from server.domain.reports.figures import report_period
from server.language import LANGUAGES
from server.usecases.complaints.entries import add_entry
from server.usecases.reports.report_content import read_report_figures
from server.usecases.typed_figures import type_figures
from server.web.pages.reports.papers import page_of
from server.web.pages.reports.sheet import MOST_LINES, Sheet, Tile
from server.web.pages.reports.wording import Corrected, Line, ReportWording
from server.web.rendering.pdf import Papers
from server.web.rendering.viewer import Sentence
from tests.harness.sql import one_row
from tests.server.usecases.quality.figures_history import open_register_of
from tests.server.web.api_site import HALL, OTHER, SERVICE, ApiSite, csrf_of

PLACE = "/rapports"
PLAN = "/voix/actions"


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
    value, interval, before = "1\u00a0234\u00a0min*", "122 à 251\u00a0min", "avant\u00a0: 1\u00a0240\u00a0min"
    target = ("100\u00a0% en 480\u00a0min (a changé)", ["on ne peut pas dire"])
    cell = ("234\u00a0min*\u00a0↑", [interval, "+34 (22 à 51)"])
    cells = [*[cell] * 5, target, cell]
    details = [interval, "a augmenté\u00a0: +234\u00a0min (122 à 351)", before]
    return Sheet(
        title="Une page pour le comité",
        halls=["Sous-préfecture de Château-Thierry et de l’arrondissement", ARABIC],
        period="4e trimestre 2026 (en cours\u00a0: 58 jours comptés)",
        previous="3e trimestre 2026 (depuis le 21 septembre 2026\u00a0: 6 jours comptés)",
        open_days="58 jours d’accueil, contre 6.",
        legend="↑ a augmenté · ↓ a baissé · ≈ ne se distingue pas du hasard",
        notes=[],
        tiles=[Tile("Attente de la moitié des personnes, au plus", value, details)] * 6,
        target="85\u00a0% en 15\u00a0min – non atteint",
        lines=[Line(f"{n} {ARABIC if n == 2 else LONG}", cells, is_hall=n == 0) for n in range(lines)],
        is_dense=lines > MOST_LINES,
        has_few=True,
        hours=["10\u00a0h – 11\u00a0h\u00a0: 1\u00a0234\u00a0min au plus, sur 1\u00a0234 attentes"] * 3,
        not_issued=["Démarche fermée à cette heure\u00a0: 1\u00a0234"] * 5,
        sentences=["Une phrase aussi longue que la page le permet. " * 5] * 3,
        conventions=["Visites\u00a0: un ticket compte une fois, le jour où il est donné."] * 9,
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


def test_twelve_services_with_long_and_arabic_names_fit_on_one_tagged_page(api: ApiSite, tmp_path: Path):
    translate = api.app.extensions["parvis"].catalogues.translate
    page = page_of(hostile_sheet(12), ReportWording(Sentence(translate, "fr")))
    made = Papers(Path("var/assets")).made(page)
    with pypdfium2.PdfDocument(made) as document:
        assert document.is_tagged()
        assert len(document) == 1
        text = document[0].get_textpage()
        words = " ".join(text.get_text_bounded().split())
        width, height = document[0].get_size()
        for box in map(text.get_rect, range(text.count_rects())):
            assert 20 < box[0] < box[2] < width - 20
            assert 10 < box[1] < box[3] < height - 20
    for n in range(12):
        assert f"{n} " in words
    assert "0123456789abcdef" in words
    paper = tmp_path / "page.pdf"
    paper.write_bytes(made)
    found = validate(str(paper))
    assert [each for each in found.findings if each.severity is Severity.ERROR] == []


def test_a_pack_says_how_far_it_is_and_holds_tables_to_paste_and_the_proof(played: ApiSite):
    anne = played.person("quality")
    report = begin(anne)
    remark = "=1+1 Ouvrir de 12 à 14 h"
    press(anne, PLAN, remark=remark, owner="Accueil", due_on="2026-10-01", state="doing", formulaire="a")
    type_figures(played.database, HALL, SYSTEM, [letters("7.5", "2026-Q3", SERVICE), letters("9", "2026-Q2")])
    answer = anne.post(
        f"{report}/dossier",
        data={"csrf_token": csrf_of(anne)},
        headers={"Accept": "application/x-ndjson"},
    )
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert [line["done"] for line in lines] == list(range(lines[-1]["steps"] + 1))
    assert "Étape 1 sur 4" in lines[0]["said"]
    assert lines[-1]["file"] == "rapport-laon-2026-Q3.zip"
    archive = zipfile.ZipFile(io.BytesIO(b64decode(lines[-1]["archive"])))
    assert archive.testzip() is None
    assert set(archive.namelist()) == {
        *("page.pdf", "chiffres.csv", "chiffres-saisis.csv", "preuves.csv", "LISEZMOI.txt"),
        *("journees.csv", "verifier.py"),
        *(
            f"{name}.{kind}"
            for name in ("trame-des-indicateurs", "plan-d-actions")
            for kind in ("csv", "ods")
        ),
    }
    for name in ("trame-des-indicateurs", "plan-d-actions"):
        assert_open_document(archive.read(f"{name}.ods"))
    typed_rows = table_of(archive.read("trame-des-indicateurs.ods"))[-2:]
    said = "Courrier, saisi le 24 novembre 2026"
    assert [[cell or "" for cell in row[:5]] for row in typed_rows] == [
        ["Délai moyen de réponse au courrier", "", "", "9\u00a0j", said],
        ["Délai moyen de réponse au courrier – Accueil et renseignements", "", "7,5\u00a0j", "", said],
    ]
    assert "laon,,,letters_delay,days,2026-Q2,9,Courrier,no,2026-11-24" in archive.read(
        "chiffres-saisis.csv"
    ).decode("utf-8-sig")
    plan_rows = table_of(archive.read("plan-d-actions.ods"))
    assert plan_rows[0][:3] == ["Site", "Remarque", "Origine"]
    assert plan_rows[1][1] == remark
    assert plan_rows[1][6] == "En cours – En retard"
    assert "'=1+1" in archive.read("plan-d-actions.csv").decode()
    figures = archive.read("chiffres.csv").decode("utf-8-sig")
    counted = read_report_figures(played.database, [HALL], report_period("2026-Q3"))["whole"]["figures"]
    [line] = [each for each in figures.splitlines() if each.startswith("laon,,,visits,")]
    assert line.split(",")[6] == str(counted["visits"]["value"])
    assert "service_mean" not in figures
    head = one_row(played.database, "SELECT head_hash FROM hall WHERE slug = :hall", hall=HALL)["head_hash"]
    assert head in archive.read("preuves.csv").decode()
    assert "aucun écran n’a déclaré de diffusion" in archive.read("LISEZMOI.txt").decode()
    whole = press(anne, f"{report}/dossier")
    assert whole.mimetype == "application/zip"
    assert zipfile.ZipFile(io.BytesIO(whole.data)).namelist() == archive.namelist()


def test_a_pack_says_that_the_register_is_empty_only_where_it_is(played: ApiSite):
    anne, missing = played.person("quality"), "aucun dans le registre pour cette période"
    report = begin(anne, period="2026-Q4")

    def contents() -> str:
        archive = zipfile.ZipFile(io.BytesIO(press(anne, f"{report}/dossier").data))
        return archive.read("LISEZMOI.txt").decode()

    assert missing in contents()
    open_register_of(played.database)
    written = EntryRequest(kind="complaint", channel="web", text="Il manque des sièges")
    add_entry(played.database, HALL, written, form="f", language="fr", channels=PUBLIC_CHANNELS)
    assert "reclamations.csv" in contents()
    assert missing not in contents()


def test_a_frozen_report_keeps_the_typed_figures_of_its_freezing(played: ApiSite):
    anne = played.person("quality")
    report = begin(anne)
    type_figures(played.database, HALL, SYSTEM, [letters("7.5", "2026-Q3")])
    press(anne, f"{report}/gel")
    played.hands.now = datetime(2026, 11, 24, 11, tzinfo=UTC)
    type_figures(played.database, HALL, SYSTEM, [letters("4", "2026-Q3")])
    archive = zipfile.ZipFile(io.BytesIO(press(anne, f"{report}/dossier").data))
    assert "7,5\u00a0j" in archive.read("trame-des-indicateurs.csv").decode()
    proofs = archive.read("preuves.csv").decode()
    assert "laon,typed_after_freezing,letters_delay,2026-Q3,4,days" in proofs
    assert "laon,withdrawn_after_freezing,letters_delay,2026-Q3,7.5,days" in proofs


def letters(days: str, period: str, service: str = "") -> TypedFigureRequest:
    return TypedFigureRequest(
        "letters_delay", report_period(period), Decimal(days), "Courrier", service=service
    )


def assert_open_document(content: bytes) -> None:
    """The structure that OpenDocument 1.3 asks of a package, part 2, sections 3.2 and 3.3."""
    package = zipfile.ZipFile(io.BytesIO(content))
    first = package.infolist()[0]
    assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
    kind = b"application/vnd.oasis.opendocument.spreadsheet"
    assert package.read("mimetype") == kind
    manifest = ET.fromstring(package.read("META-INF/manifest.xml"))
    listed = {each.get(f"{{{manifest.tag[1:].partition('}')[0]}}}full-path") for each in manifest}
    assert {"/", "content.xml"} <= listed
    for name in listed - {"/"}:
        if name and not name.endswith("/") and not name.startswith("Configurations2/"):
            assert name in package.namelist()
            if name.endswith(".xml"):
                ET.fromstring(package.read(name))


def table_of(content: bytes) -> list[list[Any]]:
    table = Document(io.BytesIO(content)).body.get_table(0)
    assert table is not None
    return [list(row) for row in table.get_values()]
