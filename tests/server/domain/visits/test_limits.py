"""Limits that a hall leaves out are those of docs/rules/transitions.md, and how many visits a link holds."""

import re
from dataclasses import asdict
from pathlib import Path

from server.domain.visits.verb_facts import (
    MOST_LINKED,
    JoiningVisit,
    Limits,
    links_before,
    visit_unlinked,
    visits_linked,
)

PROSE = Path(__file__).parents[4] / "docs/rules/transitions.md"


def test_the_usual_limits_are_those_of_the_prose():
    written = re.findall(r"^- `(\w+)` \([a-z]+; (\d+)[;)]", PROSE.read_text(encoding="utf-8"), re.MULTILINE)
    assert {name: int(value) for name, value in written} | {"park_return": "front"} == asdict(Limits())


def test_a_link_holds_ten_visits():
    assert MOST_LINKED == 10


def test_a_link_says_which_each_visit_had_before_and_has_after():
    joining = [JoiningVisit("v-1"), JoiningVisit("v-2", was="link-0")]
    linked = visits_linked("link-1", "v-1", joining, counter="3")
    assert links_before(linked.kind, linked.body) == {"v-1": (None, "link-1"), "v-2": ("link-0", "link-1")}
    alone = visit_unlinked("link-1", "v-2", counter="3")
    assert links_before(alone.kind, alone.body) == {"v-2": ("link-1", None)}
