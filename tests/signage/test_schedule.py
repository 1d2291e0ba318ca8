"""What the schedule promises: never nothing, shares, turns, windows; and what a screen's other modules do."""

import json
import random
import re
import subprocess
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.harness.counts import count
from tests.harness.node import assert_module_behaves
from tests.harness.programs import program
from tests.signage.reference_schedule import Shown, schedule_of, shown

HOUR_MS = 3_600_000
BEGINS = 1_795_600_000_000
"""An instant of November 2026, in milliseconds."""

QUEUES = ("a", "b")


@st.composite
def windows(draw: st.DrawFn) -> list[list[int]] | None:
    if draw(st.booleans()):
        return None
    edges = draw(st.lists(st.integers(0, 4 * HOUR_MS), min_size=0, max_size=4, unique=True).map(sorted))
    return [[BEGINS + a, BEGINS + b] for a, b in zip(edges[::2], edges[1::2], strict=False)]


@st.composite
def items(draw: st.DrawFn, name: str, *, longest_ms: int, always: bool) -> dict[str, Any]:
    when = st.none() | st.fixed_dictionaries(
        {"queue": st.sampled_from(QUEUES), "more_than": st.integers(0, 20)}
    )
    return {
        "id": name,
        "ms": draw(st.integers(1_000, longest_ms)),
        "is_legal": draw(st.booleans()),
        "windows": None if always else draw(windows()),
        "when": None if always else draw(when),
    }


@st.composite
def programmes(
    draw: st.DrawFn, *, longest_ms: int = 180_000, always: bool = False, most: int = 12
) -> dict[str, Any]:
    """A programme; `always` leaves out windows and conditions."""
    number = draw(st.integers(0, most))
    return {
        "legal_share": draw(st.sampled_from([0, 0.05, 0.1, 0.2, 0.333, 0.5])),
        "items": [draw(items(f"i{n}", longest_ms=longest_ms, always=always)) for n in range(number)],
        "hours": None if always else draw(windows()),
    }


@st.composite
def moments(draw: st.DrawFn) -> dict[str, Any]:
    """The input of the schedule."""
    at = BEGINS + draw(st.integers(-HOUR_MS, 5 * HOUR_MS))
    return {
        "at": at,
        "turn": at - draw(st.just(0) | st.integers(0, HOUR_MS)),
        "waiting": draw(st.dictionaries(st.sampled_from(QUEUES), st.integers(0, 25))),
        "skipped": draw(st.lists(st.sampled_from([f"i{n}" for n in range(12)]), max_size=3)),
    }


# --- what the schedule promises ---------------------------------------------------------------


HERE = Path(__file__).parent
VECTORS = json.loads((HERE / "vectors/schedule.json").read_text(encoding="utf-8"))["cases"]


def schedule_at(programme: dict[str, Any], moment: dict[str, Any]) -> dict[str, Any]:
    found = shown(
        schedule_of(programme),
        at=moment["at"],
        turn=moment["turn"],
        waiting=moment["waiting"],
        skipped=frozenset(moment.get("skipped", ())),
    )
    names = ("item", "position_ms", "until_turn", "until_at", "is_resting")
    return {name: getattr(found, name) for name in names}


def played(programme: dict[str, Any], *, begins: int, ms: int) -> list[tuple[str | None, int]]:
    """The items of an uncovered screen for some time: (item, milliseconds), in order."""
    schedule, found, at = schedule_of(programme), [], begins
    while at < begins + ms:
        now = shown(schedule, at=at, turn=at, waiting={})
        ends = min(now.until_turn, now.until_at or now.until_turn, begins + ms)
        found.append((now.item, ends - at))
        at = ends
    return found


@pytest.mark.parametrize("case", VECTORS, ids=lambda case: case["about"])
def test_the_schedule_keeps_the_shared_vectors(case: dict[str, Any]) -> None:
    for moment in case["moments"]:
        assert schedule_at(case["programme"], moment) == moment["shown"], moment


@given(programme=programmes(), moment=moments())
def test_there_is_always_something_to_show_and_only_what_may_be_shown(
    programme: dict[str, Any], moment: dict[str, Any]
) -> None:
    found = schedule_at(programme, moment)
    at, waiting = moment["at"], moment["waiting"]
    may = {
        item["id"]
        for item in programme["items"]
        if (item["windows"] is None or any(a <= at < b for a, b in item["windows"]))
        and (item["when"] is None or waiting.get(item["when"]["queue"], 0) > item["when"]["more_than"])
        and item["id"] not in moment["skipped"]
    }
    assert (found["item"] in may) if may else (found["item"] is None)
    assert found["position_ms"] >= 0
    assert found["until_turn"] > moment["turn"]
    assert found["until_at"] is None or found["until_at"] > at
    hours = programme["hours"]
    assert found["is_resting"] == (hours is not None and not any(a <= at < b for a, b in hours))


@given(programme=programmes(), moment=moments(), later=st.integers(0, 10 * HOUR_MS))
def test_nothing_changes_before_the_given_end_and_a_covered_screen_continues_where_it_was(
    programme: dict[str, Any], moment: dict[str, Any], later: int
) -> None:
    first = schedule_at(programme, moment)
    left = first["until_turn"] - moment["turn"]
    runs = later % left
    until = first["until_at"] or moment["at"] + runs + later + 1
    covered = min(later, max(until - moment["at"] - runs - 1, 0))
    if moment["at"] + runs + covered >= until:
        return
    moved = moment | {"at": moment["at"] + runs + covered, "turn": moment["turn"] + runs}
    again = schedule_at(programme, moved)
    assert again["item"] == first["item"]
    assert again["until_turn"] == first["until_turn"]
    assert again["position_ms"] == first["position_ms"] + runs


@given(programme=programmes(always=True), begins=st.integers(0, 24 * HOUR_MS).map(BEGINS.__add__))
def test_legal_notices_have_their_share_of_every_hour_in_equal_parts_and_never_two_in_a_row(
    programme: dict[str, Any], begins: int
) -> None:
    """No item lasts more than three minutes: every hour holds twenty."""
    legal = {item["id"] for item in programme["items"] if item["is_legal"]}
    others = {item["id"] for item in programme["items"]} - legal
    share = programme["legal_share"]
    if not (legal and others and share):
        return
    line = played(programme, begins=begins, ms=HOUR_MS)
    legal_ms = sum(ms for item, ms in line if item in legal)
    assert abs(legal_ms / HOUR_MS - share) <= 0.05
    assert not any(before in legal and after in legal for (before, _), (after, _) in pairwise(line))
    times = Counter(item for item, _ in line if item in legal)
    assert max(times[item] for item in legal) - min(times[item] for item in legal) <= 2


@given(programme=programmes(always=True))
def test_every_item_is_shown_whole_in_its_turn(programme: dict[str, Any]) -> None:
    stated = {item["id"]: item["ms"] for item in programme["items"]}
    line = played(programme, begins=BEGINS, ms=3 * HOUR_MS)[1:-1]
    assert all(ms >= stated[item] for item, ms in line if item is not None)
    others = [item for item in stated if item not in {i["id"] for i in programme["items"] if i["is_legal"]}]
    found = [item for item, _ in line if item in others]
    where = {item: n for n, item in enumerate(others)}
    assert all(
        where[after] == (where[before] + 1) % len(others) or programme["legal_share"] == 0
        for before, after in pairwise(found)
    )


@given(
    programme=programmes(), at=st.integers(0, 3 * HOUR_MS).map(BEGINS.__add__), since=st.integers(0, HOUR_MS)
)
def test_screens_started_at_different_instants_show_the_same(
    programme: dict[str, Any], at: int, since: int
) -> None:
    """One screen has followed since it started; the other asks for the first time now."""
    schedule, clock = schedule_of(programme), at - since
    follows: Shown | None = None
    while clock <= at:
        follows = shown(schedule, at=clock, turn=clock, waiting={})
        clock = min(follows.until_turn, follows.until_at or follows.until_turn)
    starts = shown(schedule, at=at, turn=at, waiting={})
    assert follows is not None
    assert (follows.item, follows.until_turn) == (starts.item, starts.until_turn)


def test_a_change_of_the_queue_moves_no_other_item() -> None:
    items = [
        {"id": "x", "ms": 10_000, "is_legal": False, "windows": None, "when": None},
        {
            "id": "papers",
            "ms": 20_000,
            "is_legal": False,
            "windows": None,
            "when": {"queue": "b", "more_than": 10},
        },
        {"id": "y", "ms": 10_000, "is_legal": False, "windows": None, "when": None},
    ]
    programme = {"legal_share": 0, "items": items, "hours": None}
    for turn in range(0, 80_000, 500):
        few = schedule_at(programme, {"at": turn, "turn": turn, "waiting": {"b": 10}})
        many = schedule_at(programme, {"at": turn, "turn": turn, "waiting": {"b": 11}})
        assert few["item"] == {"papers": "x"}.get(many["item"], many["item"])
        assert few["until_turn"] in (many["until_turn"], many["until_turn"] + 20_000)


def test_both_languages_give_the_same_on_random_schedules(tmp_path: Path) -> None:
    """Drawn by Python's own generator: thousands in a second, the same on every run of small counts."""
    draw = random.Random(20261125 if count(small=1, large=0) else None)
    cases = [random_case(draw) for _ in range(count(small=300, large=10_000))]
    for case in cases:
        for moment in case["moments"]:
            moment["shown"] = schedule_at(case["programme"], moment)
    place = tmp_path / "cases.json"
    place.write_text(json.dumps({"cases": cases}), encoding="utf-8")
    done = subprocess.run(
        [program("node"), str(HERE / "compare_schedules.mjs"), str(place)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.strip() == f"{len(cases)} schedules agree"


def random_case(draw: random.Random) -> dict[str, Any]:
    def some_windows() -> list[list[int]] | None:
        if draw.random() < 0.5:
            return None
        edges = sorted(draw.sample(range(0, 4 * HOUR_MS, 1_000), 2 * draw.randint(0, 2)))
        return [[BEGINS + a, BEGINS + b] for a, b in zip(edges[::2], edges[1::2], strict=True)]

    items = [
        {
            "id": f"i{n}",
            "ms": draw.choice([5_000, 12_000, draw.randint(1, 200_000)]),
            "is_legal": draw.random() < 0.3,
            "windows": some_windows(),
            "when": draw.choice([None, {"queue": draw.choice(QUEUES), "more_than": draw.randint(0, 20)}]),
        }
        for n in range(draw.randint(0, 14))
    ]
    share = draw.choice([0, 0.05, 0.2, 0.5, round(draw.random() * 0.6, 4), draw.random()])
    programme = {"legal_share": share, "items": items, "hours": some_windows()}
    return {"programme": programme, "moments": [random_moment(draw) for _ in range(4)]}


def random_moment(draw: random.Random) -> dict[str, Any]:
    at = BEGINS + draw.randint(-HOUR_MS, 5 * HOUR_MS)
    return {
        "at": at,
        "turn": at - draw.choice([0, draw.randint(0, HOUR_MS), 2 * at]),
        "waiting": {queue: draw.randint(0, 25) for queue in QUEUES if draw.random() < 0.7},
        "skipped": draw.sample([f"i{n}" for n in range(14)], draw.choice([0, 0, 2])),
    }


# --- the pure modules of the screen's page, tested by Node's own runner -----------------------


SCRIPTS = HERE.parents[1] / "signage/static"
STYLES = (SCRIPTS / "screen.css").read_text(encoding="utf-8")
ALERT = (SCRIPTS / "alert.css").read_text(encoding="utf-8")


@pytest.mark.parametrize("script", sorted(HERE.glob("*.test.mjs")), ids=lambda path: path.name)
def test_the_screens_modules_keep_their_promises(script: Path) -> None:
    assert_module_behaves(script)


def test_nothing_on_the_screen_is_written_smaller_than_56_pixels() -> None:
    """Sizes that follow from the room are measured in a browser (tests/pages/screen/test_screen_fits.py)."""
    sizes = re.findall(r"font-size: calc\((\d+) \* var\(--u\)(?: \* var\(--s\))?\)", STYLES)
    of_the_room = r"(?:calc|max)\([^;]*var\(--u\)[^;]*\)|inherit"
    others = re.findall(rf"font-size: (?!{of_the_room})[^;]+", STYLES)
    assert len(sizes) > 10
    assert min(map(int, sizes)) >= 56
    assert others == []


def test_motion_is_short() -> None:
    """Slides fade by a script; the ring of a new call is the page's own (ring.js), once a second."""
    assert not re.search(r"animation|transition|@keyframes", STYLES)
    fade = re.search(r"CHANGE_MS = (\d+);", (SCRIPTS / "slide_change.js").read_text(encoding="utf-8"))
    assert fade is not None
    assert int(fade[1]) < 200


def test_reduced_motion_is_respected() -> None:
    """Also by what fades when it is turned on; the rest a browser tests (test_screen_changes.py)."""
    reduced = STYLES.split("@media (prefers-reduced-motion: reduce)")[1]
    assert ".slide-leaving { display: none; }" in reduced
    assert "opacity: 1 !important" in reduced


def test_an_alert_has_large_letters_and_no_motion_at_all() -> None:
    sizes = re.findall(r"font-size: calc\((\d+) \* var\(--u\)\)|--(?:title|text): (\d+)", ALERT)
    assert len(sizes) > 10
    assert min(int(one or other) for one, other in sizes) >= 56
    assert not re.search(r"animation|transition|@keyframes", ALERT)
