"""Grids of labels: the official text of a line, typed by a site, and the evidence that answers it."""

import re
from functools import partial
from typing import Any

import pytest

from server.domain.complaints import PUBLIC_CHANNELS, EntryRequest
from server.domain.hall_checks import CheckKind, CheckRequest, Finding
from server.domain.reports.reports import GridTextRequest
from server.language import LANGUAGES
from server.store import reports as grid_texts_rows
from server.usecases.complaints.entries import add_entry
from server.usecases.hall_checks import add_check
from server.usecases.reports.grids import write_grid_text
from tests.harness.waiting import begun_before
from tests.server.usecases.quality.figures_history import open_register_of
from tests.server.web.api_site import HALL, OTHER, ApiSite, csrf_of
from tests.server.web.reports.test_report_pages import PLAN, begin, press

PAGE = f"/rapports/labels?hall={HALL}"
LINE = {
    "grid": "services_publics_plus",
    "code": "3",
    "text": "Premier point.\r\n\r\nSecond  point.",
    "source": "Référentiel 2023, page 12",
    "read_on": "2026-11-03",
}


@pytest.fixture
def chief(api: ApiSite) -> Any:
    return api.person("quality")


def post(browser: Any, path: str = "", **fields: Any) -> Any:
    return browser.post(PAGE.replace("?", f"{path}?"), data=fields | {"csrf_token": csrf_of(browser)})


def shown(browser: Any, address: str = PAGE) -> str:
    return re.sub(r"(<[^>]*>|\s)+", " ", browser.get(address).text)


def test_grids_link_what_there_is_name_what_is_missing_and_leave_the_rest_to_the_site(played: ApiSite):
    anne, boris = played.person("quality"), played.person("supervisor")
    grids = PAGE
    page = anne.get(grids).text
    assert page.count("Texte officiel à saisir par le site.") == 5
    assert "tickets donnés, dernier jour compté</a>, 28 septembre 2026" in page
    assert page.count("Manque\u00a0:") == 9
    report = begin(anne)
    press(anne, f"{report}/gel")
    press(boris, f"{report}/approbation")
    press(anne, PLAN, remark="Sièges", state="doing", formulaire="a")
    page = anne.get(grids).text
    assert f'<a href="{report}">rapport approuvé</a>, 24 novembre 2026' in page
    assert page.count("Manque\u00a0:") == 7
    for language in LANGUAGES:
        assert "grids." not in anne.get(f"{grids}&lang={language}").text.partition("<main")[2]
    assert played.person("committee").get(grids).status_code == 403


def test_a_site_types_the_text_of_a_line_withdraws_it_and_undoes_that(api: ApiSite, chief: Any):
    kept = post(chief, **LINE).headers["Location"]
    source = "Source : Référentiel 2023, page 12, lue le 3 novembre 2026."
    typed = f"Engagement 3 Premier point. Second point. {source}"
    page = shown(chief, kept)
    assert typed in page
    assert typed in shown(api.person("supervisor"))
    assert typed not in shown(api.person("quality", OTHER), PAGE.replace(HALL, OTHER))
    post(chief, **LINE | {"text": "Autre texte."})
    assert "Engagement 3 Autre texte." in shown(chief)
    withdrawn = post(chief, "/retrait", **LINE)
    assert "Engagement 3 Texte officiel à saisir par le site." in shown(chief, withdrawn.headers["Location"])
    assert "Annuler le retrait" in shown(chief, withdrawn.headers["Location"])
    assert post(chief, "/retrait", **LINE).status_code == 409
    post(chief, "/retour", **LINE)
    assert "Engagement 3 Autre texte." in shown(chief)
    assert api.count("grid_text") == 1


def test_a_line_is_answered_by_the_kinds_of_evidence_that_the_site_ticked(api: ApiSite, chief: Any):
    found = [Finding("signs", "", "met", "")]
    check = CheckRequest(CheckKind.HALL_CHECK, "2026-11-20", "Responsable qualité", "", found)
    add_check(api.database, HALL, check, form="a-form")
    post(chief, **LINE, evidence=["register", "hall_check", "nothing"])
    page = shown(chief).replace("\u00a0", " ")
    line = page.partition("Premier point.")[2].partition("Changer le texte")[0]
    assert "Manque : registre des suggestions et réclamations, dernière entrée" in line
    assert "Preuve : contrôle du hall, le dernier , 20 novembre 2026" in line
    open_register_of(api.database)
    written = EntryRequest(kind="suggestion", channel="web", text="Des sièges")
    add_entry(api.database, HALL, written, form="f", language="fr", channels=PUBLIC_CHANNELS)
    page = shown(chief).replace("\u00a0", " ")
    assert "Preuve : registre des suggestions et réclamations, dernière entrée , 24 novembre 2026" in page


def test_lines_of_a_grid_that_was_not_read_are_added_by_number(chief: Any):
    for code in ("10", "2"):
        post(chief, **LINE | {"grid": "qual_e_pref", "code": code, "text": "Premier."})
    page = shown(chief)
    assert page.index("Critère 2 Premier.") < page.index("Critère 10 Premier.")
    assert "Tous les autres critères" in page


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"code": "9"}, "Cette ligne n’est pas dans la grille"),
        ({"text": " "}, "Saisissez le texte de la ligne."),
        ({"text": "x" * 2001}, "Ce texte est trop long"),
        ({"source": ""}, "Dites dans quel document"),
        ({"source": "x" * 121}, "Cette source est trop longue"),
        ({"read_on": "hier"}, "aujourd’hui au plus tard"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(api: ApiSite, chief: Any, changed: dict[str, str], sentence: str):
    answer = post(chief, **(LINE | changed))
    assert answer.status_code == 422
    assert sentence in answer.text
    assert answer.text.count('aria-invalid="true"') == 1
    assert api.count("grid_text") == 0


def test_no_key_is_left_untranslated(chief: Any):
    post(chief, **LINE)
    for language in LANGUAGES:
        for more in ("", "&grille=qual_e_pref&saisir=*", "&fait=withdrawn&ligne=3"):
            page = chief.get(f"{PAGE}&lang={language}{more}").text
            assert not re.search(r"\b(grids|refusal|reports)\.[a-z_.]+", page.partition("<main")[2])


@pytest.mark.both_databases
def test_two_people_who_type_one_line_at_once_leave_one_text(api: ApiSite):
    site = api.database.configuration(HALL).site
    typed = partial(write_grid_text, api.database, site, GridTextRequest(**LINE))
    with begun_before(grid_texts_rows, "values_of", typed) as other:
        typed()
    assert other[0].result() is None
    assert api.count("grid_text") == 1
