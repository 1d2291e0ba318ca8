"""Failures cost nothing at first, then ever more, never for good."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.people.sign_ins import PACES, Failures, browser_name, failed_again, has_just_begun

MINUTE = timedelta(minutes=1)
NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)
GAPS = st.lists(st.integers(min_value=0, max_value=3_000), max_size=60)


def test_the_paces_are_those_of_the_prose():
    prose = Path(__file__).parents[4] / "docs/rules/accounts.md"
    rows = re.findall(
        r"^\| a.* \| (\d+) \| (\d+) min \| (\d+) min \|$", prose.read_text("utf-8"), re.MULTILINE
    )
    minutes = [(p.free, p.longest // MINUTE, p.forgiven_after // MINUTE) for p in PACES.values()]
    assert sorted(minutes) == sorted(tuple(map(int, row)) for row in rows)
    assert len(rows) == 4


@pytest.mark.parametrize("kind", PACES)
def test_so_many_are_free_then_each_doubles_the_wait_to_the_longest(kind: str):
    pace, waits = PACES[kind], []
    failures: Failures | None = None
    for _ in range(pace.free + 12):
        failures = failed_again(failures, pace, NOW)
        waits.append(failures.wait_s(NOW))
    longest = int(pace.longest.total_seconds())
    assert waits[: pace.free] == [0] * pace.free
    assert waits[pace.free :] == [min(longest, 2 ** (n + 1)) for n in range(12)]


@pytest.mark.parametrize("kind", PACES)
@given(gaps=GAPS)
def test_no_wait_exceeds_the_longest_after_any_number_of_failures(kind: str, gaps: list[int]):
    pace, now = PACES[kind], NOW
    failures: Failures | None = None
    for gap in gaps:
        now += timedelta(seconds=gap)
        failures = failed_again(failures, pace, now)
        assert 0 <= failures.wait_s(now) <= pace.longest.total_seconds()
        assert failures.count >= 1
        assert failures.wait_s(now + pace.longest) == 0


def test_failures_are_forgotten_one_by_one_with_time():
    pace, failures = PACES["pair"], None
    for _ in range(pace.free + 1):
        failures = failed_again(failures, pace, NOW)
    assert failures is not None
    assert has_just_begun(failures, pace)
    later = failed_again(failures, pace, NOW + 2 * pace.forgiven_after)
    assert later.count == pace.free
    assert later.wait_s(later.failed_at) == 0
    assert failed_again(failures, pace, NOW + timedelta(days=2)).count == 1


def test_a_clock_set_back_forgives_nothing():
    pace = PACES["pair"]
    failures = failed_again(failed_again(None, pace, NOW), pace, NOW - timedelta(hours=3))
    assert failures.count == 2


CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {CHROME} Edg/142.0.0.0", "Edge, Windows"),
        (f"Mozilla/5.0 (Linux; Android 15; Pixel 9) {CHROME}", "Chrome, Android"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox, Linux"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1",
            "Safari, iPhone",
        ),
        ("curl/8.14", ""),
    ],
)
def test_a_browser_is_named_by_two_words(user_agent: str, name: str):
    assert browser_name(user_agent) == name
