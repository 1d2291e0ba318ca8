"""Checks of the hall and of a « usager d’un jour »: their actions and photographs; who may; when they go."""

import io
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from PIL import Image

from server.domain.hall_checks import CheckKind, CheckRequest, Finding
from server.domain.photographs import OF_CHECK, SentPhotograph
from server.domain.quality.periods import parse_period
from server.store import hall_checks as hall_check_rows
from server.store import photographs
from server.store.people.accounts import Grant
from server.usecases.hall_checks import add_check, add_photographs
from server.usecases.journal.maintenance import purge
from server.web.pages.voice.pack_lines import check_lines
from server.web.rendering.problems import id_of_form
from tests.harness.waiting import begun_before
from tests.server.web.api_site import HALL, OTHER, ApiSite, csrf_of, send_files
from tests.signage.media.uploads import taken

CHECK = id_of_form("a-form")
FINDING = f"{CHECK}-2"
PLANNED = {"remark": "Annoncer l’attente", "owner": "Accueil", "due_on": "2026-12-01"}
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
        planned = post(quality, VISITS, finding=FINDING, **PLANNED)
        assert planned.headers["Location"].endswith(f"#constat-{FINDING}")
    plan = quality.get("/voix/actions").text
    assert plan.count("Annoncer l’attente</bdi></h3>") == 1
    assert f"/voix/visites/constat/{FINDING}" in plan
    assert quality.get(VISITS).text.count("En faire une action</button>") == 1
    finished = PLANNED | {"state": "done", "solution": "Affiche", "proof": "Photographie"}
    action = f"mystery_visit-{FINDING}"
    assert post(quality, f"/voix/actions?modifier={action}", site="laon", **finished).status_code == 303
    for reader in (quality, api.person("committee")):
        assert "corrigé le 24 novembre 2026</b>" in reader.get(VISITS).text
    lines = check_lines(api.database, [HALL], parse_period("2026-11"), lambda key, **_: key)
    assert [line[-2] for line in lines if line[-3]] == ["2026-11-24"]
    api.hands.now += timedelta(days=3 * 365 + 1)
    counts = purge(api.database)
    assert (counts["hall_check"], counts["finding"]) == (1, 8)


def test_a_check_is_refused_at_its_field_and_read_where_reports_are_written(api: ApiSite):
    quality = api.person("quality")
    refused = new_check(quality, "/voix/controles", 4)
    assert refused.status_code == 422
    assert 'aria-describedby="result-4-refused"' in refused.text
    assert new_check(quality, "/voix/controles", 5, **{"result-0": "not_met"}).status_code == 303
    assert "23 novembre 2026" in quality.get(CHECKS).text
    assert "23 novembre 2026" not in quality.get(VISITS).text
    assert post(quality, CHECKS, finding="none", **PLANNED).status_code == 409
    for missing in ("owner", "due_on"):
        refused = post(quality, CHECKS, finding=f"{CHECK}-0", **(PLANNED | {missing: ""}))
        assert f'aria-describedby="{missing}-{CHECK}-0-refused"' in refused.text
    assert api.person("quality", OTHER).get(CHECKS).status_code == 404
    for role in ("agent", "reception"):
        assert api.person(role).get(CHECKS).status_code == 403
    committee = api.person("committee")
    read = committee.get(CHECKS).text.partition("<main")[2].partition("</main")[0]
    assert ("23 novembre 2026" in read, "<form" in read) == (True, False)
    assert post(committee, CHECKS, finding=f"{CHECK}-0", **PLANNED).status_code == 403


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
    with begun_before(hall_check_rows, "insert_check", again) as other:
        assert again() == "a-form"
    assert other[0].result() == "a-form"
    assert (api.count("hall_check"), api.count("finding")) == (1, 1)


# --- photographs ----------------------------------------------------------------------------------


PHOTOGRAPHS = f"/voix/controles/{CHECK}/photographies"
BIG = b"\xff\xd8\xff" + bytes(OF_CHECK.largest)


def send(browser: Any, *contents: bytes, nobody: str = "yes", place: str = PHOTOGRAPHS) -> Any:
    return send_files(browser, f"{place}?hall={HALL}", contents, nobody=nobody)


def with_check(site: ApiSite) -> Any:
    """A browser of the quality manager, who has just kept a check of the hall."""
    browser = site.person("quality")
    assert new_check(browser, "/voix/controles", 5).status_code == 303
    return browser


@pytest.mark.both_databases
def test_photographs_are_shown_without_metadata_to_who_reads_checks_and_go_with_them(api: ApiSite):
    quality = with_check(api)
    for _ in range(2):  # the same sent again is not added again
        sent = send(quality, taken(1), taken(2))
        assert sent.headers["Location"].endswith(f"#check-{CHECK}")
    assert quality.get(CHECKS).text.count("<img ") == 2
    shown = quality.get(f"{PHOTOGRAPHS}/1?hall={HALL}")
    assert (shown.mimetype, shown.headers["X-Content-Type-Options"]) == ("image/webp", "nosniff")
    assert b"Appareil" not in shown.data
    assert Image.open(io.BytesIO(shown.data)).size == (61, 40)
    for stranger, status in ((api.person("quality", OTHER), 404), (api.person("reception"), 403)):
        assert stranger.get(f"{PHOTOGRAPHS}/1?hall={HALL}").status_code == status
        assert send(stranger, taken(3)).status_code == status
    assert api.app.test_client().get(f"{PHOTOGRAPHS}/1?hall={HALL}").status_code == 302
    assert post(quality, f"{PHOTOGRAPHS}/1/suppression?hall={HALL}").status_code == 303
    assert quality.get(f"{PHOTOGRAPHS}/1?hall={HALL}").status_code == 404
    lines = check_lines(api.database, [HALL], parse_period("2026-11"), lambda key, **_: key)
    assert {line[-1] for line in lines} == {"2"}
    api.hands.now += timedelta(days=3 * 365 + 1)
    assert purge(api.database)["proof_photograph"] == 1


def test_what_is_no_photograph_is_refused_beside_its_field_and_the_check_stays(api: ApiSite):
    quality = with_check(api)
    for contents, nobody, status, field, said in (
        ((taken(1),), "", 422, "nobody", "personne n’y est reconnaissable"),
        ((), "yes", 422, "photographs", "au moins une photographie"),
        (
            [taken(shade) for shade in range(OF_CHECK.most + 1)],
            "yes",
            409,
            "photographs",
            "4 photographies",
        ),
        ((BIG,), "yes", 413, "photographs", "15 Mo au plus"),
        ((bytes(50_000_000),), "yes", 413, "photographs", "15 Mo au plus"),
        ((bytes(70_000_000),), "yes", 413, "photographs", "15 Mo au plus"),
        ((b"<svg>", taken(1)), "yes", 422, "photographs", "photo-1.jpg"),
        ((b"\x00\x00\x00\x18ftypheic" + bytes(40),), "yes", 422, "photographs", "WebP ou HEIC"),
    ):
        answer = send(quality, *contents, nobody=nobody)
        assert (answer.status_code, said in answer.text) == (status, True), said
        hint = f"photographs-{CHECK}-hint " if field == "photographs" else ""
        assert f'aria-describedby="{hint}{field}-{CHECK}-refused"' in answer.text, said
    assert quality.get(CHECKS).text.count("<img ") == 1
    assert send(quality, *[taken(shade) for shade in range(2, 6)]).status_code == 409
    assert send(quality, taken(1), place=PHOTOGRAPHS.replace(CHECK, "none")).status_code == 404


@pytest.mark.both_databases
def test_a_photograph_that_is_sent_twice_at_once_is_kept_once(api: ApiSite):
    with_check(api)

    def call_here[Result](function: Callable[..., Result], /, *values: object) -> Result:
        return function(*values)

    sent = [SentPhotograph("photo.jpg", taken(1))]
    again = partial(add_photographs, api.database, call_here, HALL, CHECK, sent, nobody_is_recognisable=True)
    with begun_before(photographs, "insert_photograph", again) as other:
        again()
    other[0].result()
    assert api.count("proof_photograph") == 1


def test_a_finding_is_found_in_its_hall_by_a_reader_of_several(api: ApiSite):
    with_check(api)
    reader = api.person_of(Grant("quality", OTHER), Grant("quality", HALL))
    found = reader.get(f"/voix/controles/constat/{FINDING}")
    assert found.headers["Location"] == f"{CHECKS}#constat-{FINDING}"
    assert api.person("quality", OTHER).get(f"/voix/controles/constat/{FINDING}").status_code == 404
    assert reader.get("/voix/controles/constat/none-2").status_code == 404
