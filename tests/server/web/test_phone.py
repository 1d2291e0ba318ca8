"""The phone of a visitor: its first page says what its script will say, and arrives quickly.

A browser keeps six connections to a server of HTTP/1.1. What is painted with must fit in the six of the
second round trip; what makes the page live in what is left of it and the third; the websocket is the fourth.
"""

import json
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from server.web.pages.hall.phone import (
    ahead_sentence,
    alert_words,
    closed_sentence,
    kept_sentence,
    part_of,
    wait_sentence,
)
from tests.server.web.api_site import ApiSite, accepted

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
