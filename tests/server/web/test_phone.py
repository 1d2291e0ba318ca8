"""On a slow network the phone's page is there after two round trips, and live after four.

A browser keeps six connections to a server of HTTP/1.1. What is painted with must fit in the six of the
second round trip; what makes the page live in what is left of it and the third; the websocket is the fourth.
"""

import re
from pathlib import Path

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
