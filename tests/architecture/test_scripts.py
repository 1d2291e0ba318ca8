"""Scripts of pages: short enough to be read at once."""

from tests.harness.programs import PROJECT
from tests.harness.sources import PACKAGES

MOST_LINES = 400


def test_no_script_of_a_page_has_more_than_four_hundred_lines():
    scripts = [path for root in PACKAGES for path in (PROJECT / root).rglob("static/**/*.js")]
    assert len(scripts) > 100
    lines = {str(path.relative_to(PROJECT)): len(path.read_text("utf-8").splitlines()) for path in scripts}
    assert {path: count for path, count in lines.items() if count > MOST_LINES} == {}
