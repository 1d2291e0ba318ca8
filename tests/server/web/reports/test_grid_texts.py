"""The official text of a label’s line, which a site types."""

import re
from functools import partial
from typing import Any

import pytest

from server.domain.reports.reports import GridTextRequest
from server.language import LANGUAGES
from server.store import reports as grid_texts_rows
from server.usecases.reports.grids import write_grid_text
from tests.harness.waiting import begun_before
from tests.server.web.api_site import HALL, OTHER, ApiSite, csrf_of

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


def post(browser: Any, path: str = "", **fields: str) -> Any:
    return browser.post(PAGE.replace("?", f"{path}?"), data=fields | {"csrf_token": csrf_of(browser)})


def shown(browser: Any, address: str = PAGE) -> str:
    return re.sub(r"(<[^>]*>|\s)+", " ", browser.get(address).text)


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
