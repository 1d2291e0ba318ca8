"""The pure modules of the screen's page, tested by Node's own runner; and what its styles promise."""

import re
from pathlib import Path

import pytest

from tests.harness.node_tests import assert_module_behaves

HERE = Path(__file__).parent
STYLES = (HERE.parents[1] / "signage/static/screen.css").read_text(encoding="utf-8")
ALERT = (HERE.parents[1] / "signage/static/alert.css").read_text(encoding="utf-8")


@pytest.mark.parametrize("script", sorted(HERE.glob("*.test.mjs")), ids=lambda path: path.name)
def test_the_screens_modules_keep_their_promises(script: Path) -> None:
    assert_module_behaves(script)


def test_nothing_on_the_screen_is_written_smaller_than_56_pixels() -> None:
    sizes = re.findall(r"font-size: calc\((\d+) \* var\(--u\)(?: \* var\(--s\))?\)", STYLES)
    sizes += re.findall(r"--(?:number|mark|word|stacked): (\d+)", STYLES)
    known = r"calc\((?:\d+|var\(--\w+\)) \* var\(--u\)(?: \* var\(--s\))?\)|inherit"  # --s is 1 or more
    others = re.findall(rf"font-size: (?!{known})[^;]+", STYLES)
    assert len(sizes) > 20
    assert min(map(int, sizes)) >= 56
    assert others == []


def test_motion_is_short() -> None:
    """The ring of a new call is the page's own (ring.js), once a second."""
    durations = re.findall(r"animation: (\w+) ([\w()-]+)[^;]*;", STYLES)
    assert durations == [("appear", "var(--ease)")]
    ease = re.search(r"--ease: (\d+)ms", STYLES)
    assert ease is not None
    assert int(ease[1]) < 200
    assert "transition" not in STYLES


def test_reduced_motion_is_respected() -> None:
    reduced = STYLES.split("@media (prefers-reduced-motion: reduce)")[1]
    assert "animation: none" in reduced


def test_an_alert_has_large_letters_and_no_motion_at_all() -> None:
    sizes = re.findall(r"font-size: calc\((\d+) \* var\(--u\)\)|--(?:title|text): (\d+)", ALERT)
    assert len(sizes) > 10
    assert min(int(one or other) for one, other in sizes) >= 56
    assert not re.search(r"animation|transition|@keyframes", ALERT)
