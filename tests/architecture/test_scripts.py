"""Scripts of pages: short enough to be read at once, with names that say what they hold."""

import re
from pathlib import Path

from tests.harness.programs import PROJECT
from tests.harness.sources import PACKAGES

MOST_LINES = 400


BARE = re.compile(r"\b(?:const|let|function) (told|wanted|asked|seen|shown|known|beside|who|looked)\b")
"""A participle alone names neither a thing nor an action."""


def scripts() -> list[Path]:
    return [path for root in PACKAGES for path in (PROJECT / root).rglob("static/**/*.js")]


def test_no_script_of_a_page_has_more_than_four_hundred_lines():
    assert len(scripts()) > 100
    lines = {str(path.relative_to(PROJECT)): len(path.read_text("utf-8").splitlines()) for path in scripts()}
    assert {path: count for path, count in lines.items() if count > MOST_LINES} == {}


def test_no_name_in_a_script_is_a_bare_participle():
    found = {str(path.relative_to(PROJECT)): BARE.findall(path.read_text("utf-8")) for path in scripts()}
    assert {path: names for path, names in found.items() if names} == {}


def test_a_bare_name_is_found():
    assert BARE.findall("const told = 1;") == ["told"]
    assert BARE.findall("let toldAt = wanted; const { seen: order } = state;") == []
