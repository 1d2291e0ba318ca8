"""A guided change of paper ends with a number that somebody read: a roll put in backwards prints nothing."""

import re
from typing import Any

import pytest

from server.domain.facts import FactKind
from server.domain.printing.printers import check_number
from server.printing.documents import TicketPrinting, document_of, read_paper_content
from server.store.devices import print_jobs
from server.store.devices.printers import probe_of
from tests.server.printing.printing_hall import TRANSLATE
from tests.server.web.api_site import HALL, OTHER, ApiSite
from tests.server.web.devices.test_devices import KIOSK, facts

PAGE = f"/appareils/papier?hall={HALL}"
READ = f"/appareils/papier/nombre?hall={HALL}"


def numbers_on_paper(site: ApiSite, job: str) -> list[str]:
    """What a sheet has of three digits alone."""
    with site.database.read() as rows:
        [row] = [each for each in print_jobs.open_jobs(rows, KIOSK) if each.id == job]
    printing = TicketPrinting(TRANSLATE, "", site.settings.var)
    content = read_paper_content(site.database, printing, row)
    texts = [getattr(each, "text", "") for each in document_of(content, printing, width_dots=576).elements]
    return [each for each in texts if re.fullmatch("[0-9]{3}", each)]


def begun(browser: Any, csrf: dict[str, str]) -> str:
    """The job of a sheet to read."""
    answer = browser.post(PAGE, data={"kiosk": KIOSK}, headers=csrf)
    assert answer.status_code == 303
    return str(re.findall("job=([0-9a-f-]+)", answer.headers["Location"])[0])


def test_the_number_on_the_sheet_is_asked_for_and_begins_a_new_roll(api: ApiSite):
    browser, csrf = api.writer("reception")
    assert "paper_put_in.svg" in browser.get(PAGE).text
    job = begun(browser, csrf)
    assert numbers_on_paper(api, job) == [check_number(job)]
    asked = browser.get(f"{PAGE}&kiosk={KIOSK}&job={job}").text
    assert "Quel nombre lisez-vous" in asked
    shown = re.sub("<[^>]+>", " ", asked.partition("<main")[2])
    assert check_number(job) not in shown.split(), "only the paper says it"
    number = f" {check_number(job)[0]} {check_number(job)[1:]}"
    answer = browser.post(READ, data={"kiosk": KIOSK, "job": job, "number": number}, headers=csrf)
    assert answer.status_code == 200
    assert "bien mis" in answer.text
    assert facts(api, FactKind.ROLL_CHANGED, "hall_fact") == 1
    with api.database.read() as rows:
        known = probe_of(rows, KIOSK)
    assert known is not None
    assert known.read_at is not None


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"number": "12"}, "pas le nombre"),
        ({"number": ""}, "envers"),
        ({"number": "999", "blank": "yes"}, "envers"),
    ],
)
def test_a_blank_or_misread_sheet_notes_no_roll_and_says_what_to_do(
    api: ApiSite, typed: dict[str, str], sentence: str
):
    browser, csrf = api.writer("reception")
    job = begun(browser, csrf)
    answer = browser.post(READ, data={"kiosk": KIOSK, "job": job, **typed}, headers=csrf)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert facts(api, FactKind.ROLL_CHANGED, "hall_fact") == 0


def test_a_plain_trial_has_no_number(api: ApiSite):
    admin, csrf = api.writer("administrator")
    path = f"/api/v1/halls/{HALL}/kiosks/{KIOSK}/printer/trial"
    job = admin.post(path, json={}, headers=csrf).get_json()["job"]
    assert numbers_on_paper(api, job) == []


def test_only_who_may_reprint_in_this_hall_changes_its_paper(api: ApiSite):
    security, csrf = api.writer("security")
    assert security.get(PAGE).status_code == 403
    assert security.post(PAGE, data={"kiosk": KIOSK}, headers=csrf).status_code == 403
    elsewhere, csrf = api.writer("reception", OTHER)
    assert elsewhere.post(PAGE, data={"kiosk": KIOSK}, headers=csrf).status_code == 404
    mine, csrf = api.writer("reception")
    asked = mine.post(PAGE, data={"kiosk": "nowhere"}, headers=csrf)
    assert asked.status_code == 422
    assert "De quelle borne" in asked.text
    assert mine.get(f"{PAGE}&kiosk={KIOSK}&job=nothing").status_code == 404
    wrong = mine.post(READ, data={"kiosk": KIOSK, "job": "nothing", "number": "1"}, headers=csrf)
    assert wrong.status_code == 404
