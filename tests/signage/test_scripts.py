"""The pure modules of the screen's page, tested by Node's own runner; and what its styles promise."""

import re
from pathlib import Path

import pytest

from tests.harness.node import assert_module_behaves

HERE = Path(__file__).parent
SCRIPTS = HERE.parents[1] / "signage/static"
STYLES = (SCRIPTS / "screen.css").read_text(encoding="utf-8")
ALERT = (SCRIPTS / "alert.css").read_text(encoding="utf-8")


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
