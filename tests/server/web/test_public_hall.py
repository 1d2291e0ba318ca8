"""The hall for everybody, without signing in: its pages, the wall, and the phone of a visitor.

On a slow network the phone’s page is there after two round trips, and live after four. A browser keeps six
connections to a server of HTTP/1.1. What is painted with must fit in the six of the second round trip; what
makes the page live in what is left of it and the third; the websocket is the fourth.
"""

import csv
import io
import json
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from hardware.languages import VISITOR_LANGUAGES, base_of
from server.domain.author import SYSTEM
from server.domain.quality.indicators import OF_AGENTS
from server.domain.quality.targets import TargetRequest
from server.usecases.configuration.publication import publish_installation
from server.usecases.quality.targets import decide_target
from server.usecases.reports.grids import FrozenResults, read_frozen_results
from server.usecases.reports.reports import approve_report, begin_report, freeze_report
from server.usecases.tickets.issued_ticket import stop_tickets
from server.web.pages.hall.phone import (
    ahead_sentence,
    alert_words,
    away_sentence,
    closed_sentence,
    kept_sentence,
    part_of,
    wait_sentence,
)
from server.web.pages.public_hall.pages import shown_results
from server.web.rendering.viewer import Sentence
from tests.server.usecases.quality.figures_history import HALLS, PlayedDay, play_days
from tests.server.usecases.test_reports import ANNE, BORIS, LAON, add_account
from tests.server.web.api_site import HALL, SERVICE, ApiSite, Officers, accepted
from tests.server.web.notices.test_busy_hours import count_tickets

PAGE = f"/infos/{HALL}/venir"
ASKED = {
    "kind": "asked_and_done",
    "titles": {"fr": "Vous l’avez demandé"},
    "asked": {"fr": "Plus de chaises dans le hall"},
    "done": {"fr": "Vingt chaises de plus"},
}


def without_token(page: str) -> str:
    return re.sub(r'content="[^"]{60,}"', "", page)


def read(site: ApiSite, query: str = "", **headers: str) -> Any:
    return site.app.test_client().get(PAGE + query, headers=headers)


SERVER_WEB = Path("server/web")
STATIC = SERVER_WEB / "static"
CONNECTIONS = 6
TEMPLATES = (
    SERVER_WEB / "templates/base.html",
    SERVER_WEB / "pages/hall/templates/phone/_frame.html",
    SERVER_WEB / "pages/hall/templates/phone/ticket.html",
)


def head() -> str:
    """The head of the page for a reader who is not signed in."""
    base, frame, ticket = (path.read_text(encoding="utf-8") for path in TEMPLATES)
    of_everybody = re.sub(
        r"\{% if viewer %\}.*?\{% endif %\}", "", base.partition("</head>")[0], flags=re.DOTALL
    )
    assert "{% block font %}{#" in frame, "no font takes the place of what is read"
    own = frame.partition("{% block head %}")[2].partition("{% block parts %}")[0]
    return of_everybody + own + ticket.partition("{% block parts %}")[2].partition("{% block main %}")[0]


def imported(module: str) -> set[str]:
    """What a module of the page imports before it runs, itself included; each by its path below `static`."""
    file = STATIC / f"{module}.js"
    text = file.read_text(encoding="utf-8")
    paths = re.findall(r'^import [^"]*"(\.[./\w]+)\.js"', text, re.MULTILINE)
    own = {(file.parent / path).resolve().relative_to(STATIC.resolve()).as_posix() for path in paths}
    others = set(re.findall(r'^import [^"]*"(/assets/[^"]+)"', text, re.MULTILINE))
    return {module} | others | {name for each in own for name in imported(each)}


PREPARED: Any = {
    "fr": {"kinds": {"evacuate": {"title": "Évacuez", "text": "Sortez."}}},
    "en": {"kinds": {"evacuate": {"title": "Leave", "text": "Go."}}},
}
CASES = json.loads((Path(__file__).parent / "js" / "phone_cases.json").read_text(encoding="utf-8"))


def test_a_page_that_is_off_is_answered_as_an_unknown_hall(api: ApiSite):
    unknown = api.app.test_client().get("/infos/nowhere/venir")
    off = read(api)
    assert off.status_code == unknown.status_code == 404
    assert without_token(off.text) == without_token(unknown.text)
    turn_on(api)
    assert read(api).status_code == 200
    assert api.app.test_client().get("/infos/vervins/venir").status_code == 404


def test_the_public_page_has_no_cookie_and_no_count_of_visits(api: ApiSite):
    turn_on(api)
    count_tickets(api)
    page = read(api)
    assert "Set-Cookie" not in page.headers
    assert page.headers["Cache-Control"] == "public, max-age=60"
    assert "chargé de 9\u00a0h à 10\u00a0h" in page.text
    assert not re.search(r"\b(300|60 tickets|csrf)\b", page.text)
    again = read(api, **{"If-None-Match": page.headers["ETag"]})
    assert again.status_code == 304
    assert 'lang="es"' in read(api, "?lang=es").text


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


def assert_nothing_small_is_left_over(site: ApiSite, found: FrozenResults) -> None:
    """Five visits before at a service: neither they nor those of a second service can be subtracted."""
    services = found["figures"]["services"][:3]
    found["figures"]["services"] = services
    for part, now, before in zip(services, (50, 40, 20), (60, 35, 5), strict=True):
        part["figures"]["visits"] |= {"n": now, "value": now}
        part["previous"]["visits"] |= {"n": before, "value": before}
    shown = shown_results(found, Sentence(site.app.extensions["parvis"].catalogues.translate, "fr"))
    assert ["avant\u00a0: 60" in part.figures[0].details for part in shown.services] == [
        *(True, False, False)
    ]


def assert_departures_stand_beside_waits(site: ApiSite, found: FrozenResults) -> None:
    """Of five departures at a service nobody can tell: neither they, nor those of the next, nor changes."""
    services = found["figures"]["services"][:3]
    for part, now, before in zip(services, (12, 14, 5), (40, 12, 11), strict=True):
        part["figures"] = {name: figure | {"n": 50} for name, figure in part["figures"].items()}
        part["previous"] = {name: figure | {"n": 50} for name, figure in part["previous"].items()}
        part["figures"]["left_before_call"] |= {"n": now, "value": now}
        part["previous"]["left_before_call"] |= {"n": before, "value": before}
    shown = shown_results(found, Sentence(site.app.extensions["parvis"].catalogues.translate, "fr"))
    labels = [each.label for each in shown.services[1].figures]
    beside = labels.index("9 personnes sur 10 ont attendu au plus") + 1
    assert labels[beside] == "Partis avant d’être appelés"
    hidden = "moins de dix, ou non publié"
    assert [part.figures[beside].value for part in shown.services] == [hidden, "14", hidden]
    assert not shown.services[0].figures[beside].details


def test_results_are_the_approved_figures_of_ten_people_or_more(api: ApiSite):
    turn_on(api)
    for author in (ANNE, BORIS):
        add_account(api.database, author.id)
    target = TargetRequest("laon-accueil", 900, 80, date(2027, 1, 1), date(2026, 11, 20), "CLU")
    decide_target(api.database, HALL, SYSTEM, target)
    play_days(api.database, date(2026, 11, 16), 6)
    play_days(api.database, date(2027, 1, 11), 8, a_day=14)
    api.hands.now = datetime(2027, 4, 5, 9, tzinfo=UTC)
    report = begin_report(api.database, ANNE, [HALL], "2027-Q1", sites=LAON)["report"]
    freeze_report(api.database, ANNE, report, sites=LAON)
    assert "Nos résultats" not in read(api).text
    approve_report(api.database, BORIS, report, sites=LAON)
    page = read(api).text
    results = page[page.index("Nos résultats") :]
    assert "1<sup>er</sup> trimestre 2027" in results
    assert "4<sup>e</sup> trimestre 2026 (depuis le 16 novembre 2026" in results
    found = read_frozen_results(api.database, HALL)
    assert found is not None
    whole = found["figures"]["whole"]
    visits, before = whole["figures"]["visits"]["n"], whole["previous"]["visits"]["n"]
    assert f'<dd>{visits}<span class="before">trop peu de jours</span>' in results
    assert f'<span class="before">avant\u00a0: {before}</span>' in results
    shown = re.findall(r"<details><summary><bdi>(.*?)</bdi></summary>(.*?)</details>", results)
    counts = {each["name"]: each["figures"]["visits"]["n"] for each in found["figures"]["services"]}
    assert 0 < len(shown) < len(counts)
    assert all(counts[name] >= 10 and f"<dd>{counts[name]}<" in figures for name, figures in shown)
    assert "ne sont pas montrées" in results
    assert_nothing_small_is_left_over(api, found)
    assert_departures_stand_beside_waits(api, found)
    assert "Objectif décidé\u00a0: 80\u00a0% en 15" in dict(shown)["Accueil et renseignements"]


# --- open data ------------------------------------------------------------------------------------


DATA = f"/infos/{HALL}/donnees"


def turn_on(site: ApiSite, **more: Any) -> None:
    content = json.loads((HALLS / "installation.json").read_text(encoding="utf-8"))
    for each in content["sites"]:
        each.update({"has_public_page": True, **more} if each["slug"] == HALL else {})
    publish_installation(site.database, SYSTEM, json.dumps(content))


def read_figures(site: ApiSite, ending: str = "", **headers: str) -> Any:
    return site.app.test_client().get(DATA + ending, headers=headers)


def play(site: ApiSite) -> None:
    """December: many visits of one service, fourteen and three of two others; January: some of each."""
    day = date(2026, 12, 1)
    with site.database.transaction(HALL, SYSTEM) as transaction:
        played = PlayedDay(transaction, day, Random(3))
        for rank in range(1, 58):
            service = "laon-permis" if rank > 17 else "laon-associations" if rank > 3 else "laon-armes"
            played.visit(rank, service, played.local(9), "served")
    play_days(site.database, date(2027, 1, 11), 3, a_day=30)
    site.hands.now = datetime(2027, 2, 2, 9, tzinfo=UTC)


def test_months_that_are_over_are_given_without_figures_of_few(api: ApiSite):
    assert {read_figures(api, ending).status_code for ending in ("", ".json", ".csv")} == {404}
    turn_on(api, figures_licence="Licence Ouverte 2.0")
    play(api)
    answer = read_figures(api, ".json")
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Cache-Control"] == "public, max-age=3600"
    assert read_figures(api, ".json", **{"If-None-Match": answer.headers["ETag"]}).status_code == 304
    found = answer.get_json()
    assert found["licence"] == "Licence Ouverte 2.0"
    december, january = found["months"]
    assert (december["month"], january["month"]) == ("2026-12", "2027-01")
    assert (january["counted_days"], january["first_on"]) == (3, "2027-01-11")
    [visits] = [each for each in december["figures"] if each["indicator"] == "visits"]
    limits = dict.fromkeys(("low", "high", "n_days"))
    assert visits == {"indicator": "visits", "value": 57, "n": 57, "reason": None} | limits
    of_services = {
        service["service"]: next(each for each in service["figures"] if each["indicator"] == "visits")
        for service in december["services"]
    }
    assert of_services["laon-permis"]["value"] == 40
    [share] = [each for each in december["figures"] if each["indicator"] == "within_target"]
    assert share["n"] == 50
    assert {name for name, each in of_services.items() if each["reason"] == "few"} == {
        "laon-armes",
        "laon-associations",
    }
    figures = [
        each for month in found["months"] for part in (month, *month["services"]) for each in part["figures"]
    ]
    assert all(each["value"] is None or each["n"] >= 10 for each in figures)
    assert all((each["value"] is None) == (each["reason"] is not None) for each in figures)
    of_agents = {(each["indicator"], each["reason"]) for each in figures if each["indicator"] in OF_AGENTS}
    assert of_agents == {(name, "few_agents") for name in ("service_mean", "service_median", "recalled")}
    lines = list(csv.DictReader(io.StringIO(read_figures(api, ".csv").text)))
    assert len(lines) == len(figures)
    [line] = [
        each
        for each in lines
        if (each["month"], each["service"], each["indicator"]) == ("2026-12", "", "visits")
    ]
    assert (line["value"], line["n"], line["reason"]) == ("57", "57", "")


def test_the_files_have_the_interval_of_each_figure_in_their_last_columns(api: ApiSite):
    turn_on(api)
    play_days(api.database, date(2027, 1, 4), 26, a_day=30)
    api.hands.now = datetime(2027, 2, 2, 9, tzinfo=UTC)
    [month] = read_figures(api, ".json").get_json()["months"]
    [median] = [each for each in month["figures"] if each["indicator"] == "wait_median"]
    assert median["n_days"] >= 18
    assert median["low"] < median["value"] < median["high"]
    header, *lines = csv.reader(io.StringIO(read_figures(api, ".csv").text))
    assert header[-4:] == ["reason", "low", "high", "n_days"]
    [line] = [each for each in lines if each[4] == "" and each[6] == "wait_median"]
    assert line[-3:] == [str(median[name]) for name in ("low", "high", "n_days")]


def test_the_page_describes_each_field_and_says_that_no_licence_was_chosen(api: ApiSite):
    turn_on(api)
    page = read_figures(api).text
    assert "Aucune licence n’a été choisie" in page
    for name in ("counted_days", "wait_median", "few_agents"):
        assert f"{name}" in page
    assert "public_hall.data" not in page
    assert read_figures(api, ".json").get_json()["months"] == []
    turn_on(api, figures_licence="Licence Ouverte 2.0")
    assert "Licence Ouverte 2.0" in read_figures(api).text


def test_everything_needed_to_paint_the_page_arrives_in_one_round_trip():
    blocking = re.findall(r'<script src=|rel="stylesheet"', head())
    assert 3 <= len(blocking) <= CONNECTIONS - 1


def test_the_scripts_of_the_page_are_named_at_once_and_arrive_in_one_more_round_trip():
    named = re.search(r"\{% for each in \[(.*?)\] %\}", head())
    assert named is not None
    preloaded = set(re.findall(r'"([\w/]+)"', named[1])) | set(
        re.findall(r'rel="modulepreload" href="(/assets/[^"]+)"', head())
    )
    assert preloaded == imported("phone/phone")
    blocking = len(re.findall(r'<script src=|rel="stylesheet"', head()))
    assert len(preloaded) + blocking <= 2 * CONNECTIONS


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["name"]))
def test_the_page_and_its_script_have_the_same_sentences(case: dict[str, Any]):
    ticket = case["ticket"]
    assert part_of(ticket) == case["part"]
    assert as_json(ahead_sentence(ticket)) == case["ahead"]
    assert as_json(wait_sentence(ticket)) == case["wait"]
    assert as_json(away_sentence(ticket)) == case.get("away")
    assert as_json(closed_sentence(ticket)) == case.get("closed", ["phone.closed", {}])
    assert as_json(alert_words(ticket.get("alert"), "en", PREPARED)) == case.get("words", [])


def test_a_place_is_kept_to_an_opening_of_the_same_day_alone():
    today, tomorrow = date(2026, 11, 24), date(2026, 11, 25)
    said = [kept_sentence(opens_on, today)[0] for opens_on in (today, tomorrow, None)]
    assert said == ["phone.closed.keep", "phone.closed.only_today", "phone.closed.only_today"]


def as_json(said: object) -> Any:
    return json.loads(json.dumps(said))


@pytest.mark.parametrize(("years_later", "is_told"), [(0, True), (1, False)])
def test_a_loop_is_shown_while_its_test_is_valid(
    sqlite_url: str, tmp_path: Path, years_later: int, is_told: bool
):
    site = ApiSite(sqlite_url, tmp_path)
    site.hands.now += timedelta(weeks=52 * years_later)
    session = {"X-Counter-Session": site.open()}
    token = site.ticket()["token"]
    accepted(site.next(headers=session))
    page = site.app.test_client().get(f"/t/{token}").text
    assert ('<p class="loop" data-loop>' in page) is is_told
    assert ('<p class="loop" data-loop hidden>' in page) is not is_told
    site.close()


def test_a_phone_speaks_every_language_that_the_hall_offers_with_french_beside(
    sqlite_url: str, tmp_path: Path
):
    site = ApiSite(sqlite_url, tmp_path)
    token, phone = site.ticket()["token"], site.app.test_client()
    assert '<html lang="fr"' in phone.get(f"/t/{token}?lang=ar").text, "nobody has turned it on"
    content = json.loads((HALLS / "installation.json").read_text(encoding="utf-8"))
    content["offered_languages"] = [{"language": code} for code in VISITOR_LANGUAGES]
    publish_installation(site.database, SYSTEM, json.dumps(content))
    for code, row in VISITOR_LANGUAGES.items():
        for path in (f"/t/{token}", "/suivi", "/avis/merci"):
            page = phone.get(f"{path}?lang={code}")
            assert (
                page.status_code,
                f'<html lang="{base_of(code)}" dir="{row.direction}">' in page.text,
            ) == (
                200,
                True,
            )
        beside = re.search(r'data-text="service-french">([^<]*)<', phone.get(f"/t/{token}?lang={code}").text)
        assert beside is not None
        assert bool(beside[1]) == (code != "fr")
    site.close()


def test_the_public_page_says_why_tickets_are_stopped(api: ApiSite):
    turn_on(api)
    stop_tickets(api.database, HALL, SYSTEM, service=SERVICE, reason="outage")
    assert "plus de ticket aujourd’hui · Panne informatique" in read(api).text
