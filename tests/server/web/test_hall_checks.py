"""From the scenario of a « usager d’un jour » to an action; a check of the hall; who may."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from server.domain.hall_checks import CheckKind, CheckRequest, Finding
from server.usecases import hall_checks as add_check_module
from server.usecases.hall_checks import add_check
from server.usecases.journal.maintenance import purge
from server.web.rendering.problems import id_of_form
from tests.harness.waiting import begun_before
from tests.server.web.api_site import HALL, OTHER, ApiSite, csrf_of

CHECK = id_of_form("a-form")
FINDING = f"{CHECK}-2"
VISITS, CHECKS = f"/voix/visites?hall={HALL}", f"/voix/controles?hall={HALL}"


def post(browser: Any, address: str, **fields: str) -> Any:
    return browser.post(address, data={"csrf_token": csrf_of(browser), **fields})


def new_check(browser: Any, place: str, criteria: int, **fields: str) -> Any:
    results = {f"result-{number}": "met" for number in range(criteria)}
    typed = {"formulaire": "a-form", "done_on": "2026-11-23", "function": "Responsable qualité"}
    return post(browser, f"{place}/nouveau?hall={HALL}", **(results | typed | fields))


def test_from_a_scenario_to_an_action_and_erased_after_three_years(api: ApiSite):
    quality = api.person("quality")
    assert "Aucune visite pour le moment" in quality.get(VISITS).text
    found = {
        "scenario": "Vient sans rendez-vous, ne lit pas le français",
        "result-2": "not_met",
        "remark-2": "Aucune attente annoncée",
        "words-7": "Toilettes indiquées",
        "result-7": "partly",
    }
    for _ in range(2):
        assert new_check(quality, "/voix/visites", 7, **found).status_code == 303
    page = quality.get(VISITS).text
    assert page.count("Vient sans rendez-vous") == 1
    assert "Toilettes indiquées" in page
    assert page.count("En faire une action</button>") == 2
    for _ in range(2):
        planned = post(quality, VISITS, finding=FINDING, remark="Annoncer l’attente")
        assert planned.headers["Location"].endswith(f"#constat-{FINDING}")
    plan = quality.get(f"/voix/actions?hall={HALL}").text
    assert plan.count("Annoncer l’attente</bdi></h3>") == 1
    assert f"/voix/visites/constat/{FINDING}" in plan
    assert quality.get(VISITS).text.count("En faire une action</button>") == 1
    api.hands.now += timedelta(days=3 * 365 + 1)
    counts = purge(api.database)
    assert (counts["hall_check"], counts["finding"]) == (1, 8)


def test_a_check_is_refused_at_its_field_and_read_where_reports_are_written(api: ApiSite):
    quality = api.person("quality")
    refused = new_check(quality, "/voix/controles", 4)
    assert refused.status_code == 422
    assert 'aria-describedby="result-4-refused"' in refused.text
    assert new_check(quality, "/voix/controles", 5).status_code == 303
    assert "23 novembre 2026" in quality.get(CHECKS).text
    assert "23 novembre 2026" not in quality.get(VISITS).text
    assert post(quality, CHECKS, finding="none", remark="Rien").status_code == 409
    assert api.person("quality", OTHER).get(CHECKS).status_code == 404
    for role in ("agent", "reception", "committee"):
        assert api.person(role).get(CHECKS).status_code == 403


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_forms_speak_every_language(api: ApiSite, language: str):
    quality = api.person("quality")
    for place in (VISITS, CHECKS, VISITS.replace("?", "/nouveau?"), CHECKS.replace("?", "/nouveau?")):
        assert "hall_checks." not in quality.get(f"{place}&lang={language}").text.partition("<main")[2]


@pytest.mark.both_databases
def test_two_overlapping_sends_of_a_check_keep_it_once(api: ApiSite):
    found = [Finding("signs", "", "not_met", "Trop haut")]
    typed = CheckRequest(CheckKind.HALL_CHECK, "2026-11-23", "Responsable qualité", "", found)
    again = partial(add_check, api.database, HALL, typed, form="a-form")
    with begun_before(add_check_module, "insert_check", again) as other:
        assert again() == "a-form"
    assert other[0].result() == "a-form"
    assert (api.count("hall_check"), api.count("finding")) == (1, 1)
