"""The public page of a hall: off by default, without a cookie, with the kiosk's own waits."""

import json
import re
from datetime import timedelta
from typing import Any

from server.domain.author import SYSTEM
from server.usecases.configuration.publish_configuration import publish_installation
from tests.server.usecases.quality.figures_history import HALLS
from tests.server.web.api_site import HALL, ApiSite, accepted
from tests.server.web.notices.test_busy_hours import count_tickets
from tests.server.web.officers import Officers

PAGE = f"/infos/{HALL}/venir"
ASKED = {
    "kind": "asked_and_done",
    "titles": {"fr": "Vous l’avez demandé"},
    "asked": {"fr": "Plus de chaises dans le hall"},
    "done": {"fr": "Vingt chaises de plus"},
}


def turn_on(site: ApiSite) -> None:
    content = json.loads((HALLS / "installation.json").read_text(encoding="utf-8"))
    for each in content["sites"]:
        each["has_public_page"] = each["slug"] == HALL
    publish_installation(site.database, SYSTEM, json.dumps(content))


def without_token(page: str) -> str:
    return re.sub(r'content="[^"]{60,}"', "", page)


def read(site: ApiSite, query: str = "", **headers: str) -> Any:
    return site.app.test_client().get(PAGE + query, headers=headers)


def test_a_page_that_is_off_is_answered_as_an_unknown_hall(both: ApiSite):
    unknown = both.app.test_client().get("/infos/nowhere/venir")
    off = read(both)
    assert off.status_code == unknown.status_code == 404
    assert without_token(off.text) == without_token(unknown.text)
    turn_on(both)
    assert read(both).status_code == 200
    assert both.app.test_client().get("/infos/vervins/venir").status_code == 404


def test_the_public_page_has_no_cookie_and_no_count_of_visits(both: ApiSite):
    turn_on(both)
    count_tickets(both)
    page = read(both)
    assert "Set-Cookie" not in page.headers
    assert page.headers["Cache-Control"] == "public, max-age=60"
    assert "chargé de 9\u00a0h à 10\u00a0h" in page.text
    assert not re.search(r"\b(300|60 tickets|csrf)\b", page.text)
    again = read(both, **{"If-None-Match": page.headers["ETag"]})
    assert again.status_code == 304
    assert 'lang="es"' in read(both, "?lang=es").text


def test_waits_are_those_of_the_kiosk_and_hours_are_for_machines_too(api: ApiSite):
    turn_on(api)
    menu = accepted(api.get(f"/halls/{HALL}/menu"))
    page = read(api).text
    assert menu["is_open"]
    assert all(service["name"] in page for service in menu["services"] if not service["children"])
    assert "guichet fermé pour le moment" in page
    [structured] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page)
    hours = json.loads(structured)
    assert hours["@type"] == "GovernmentOffice"
    monday = [each for each in hours["openingHoursSpecification"] if each["dayOfWeek"] == "Monday"]
    assert [(each["opens"], each["closes"]) for each in monday] == [("08:30", "12:00"), ("13:30", "16:30")]
    christmas = [
        each for each in hours["specialOpeningHoursSpecification"] if each["validFrom"] == "2026-12-25"
    ]
    assert [(each["opens"], each["closes"]) for each in christmas] == [("00:00", "00:00")]


def test_an_answer_is_public_while_screens_show_it(api: ApiSite):
    officers = Officers(api)
    turn_on(officers.site)
    assert "Vingt chaises" not in read(officers.site).text
    officers.publish(ASKED)
    assert "Vingt chaises de plus" in read(officers.site).text
    officers.publish(ASKED | {"done": {"fr": "Une fontaine"}, "validity": {"ends": "2026-11-24"}})
    officers.site.hands.now += timedelta(days=3)
    assert "Une fontaine" not in read(officers.site).text
