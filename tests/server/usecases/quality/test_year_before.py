"""A year before by the school holidays of a site: explorer and API take the same days; changes show."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from statistics import mean
from typing import Any

import pytest

from server.domain.author import SYSTEM
from server.domain.quality.doubt import change_of, days_of
from server.domain.quality.indicators import INDICATORS
from server.domain.quality.selection import Selection
from server.store.transactions.database import Database
from server.usecases.configuration.publication import publish_installation
from server.usecases.quality.indicators import Days, read_indicators, span_before
from server.usecases.quality.kept_answers import digest_of_figures
from server.usecases.quality.periods import explore_figures
from tests.harness.sql import all_rows
from tests.server.usecases.quality.figures_history import HALLS, Hands, database_with_hall, play_days

OCTOBER = (date(2026, 10, 19), date(2026, 10, 31))
LAST_YEAR, THIS_YEAR = ("2025-10-18", "2025-10-26"), ("2026-10-24", "2026-11-01")
"""The holidays of this autumn are a week later than those of the last."""


def publish_holidays(database: Database, *holidays: tuple[str, str]) -> None:
    document: dict[str, Any] = json.loads((HALLS / "installation.json").read_bytes())
    for site in document["sites"]:
        site["school_holidays"] = [
            {"name": "Toussaint", "starts_on": first, "last_on": last} for first, last in holidays
        ]
    publish_installation(database, SYSTEM, json.dumps(document).encode())


@pytest.fixture
def database(tmp_path: Path, migrated_sqlite: Path) -> Iterator[Database]:
    """Laon in two weeks of October 2026, and in those of a year before but their first day."""
    place = tmp_path / "parvis.db"
    place.write_bytes(migrated_sqlite.read_bytes())
    found = database_with_hall(f"sqlite:///{place}", Hands())
    play_days(found, date(2025, 10, 14), 18, a_day=12)
    play_days(found, OCTOBER[0], 12, a_day=12)
    publish_holidays(found, LAST_YEAR, THIS_YEAR)
    yield found
    found.close()


PAIRS = {
    **{date(2026, 10, day): date(2025, 10, day + 8) for day in range(19, 24)},  # class: 19–23 with 27–31
    **{date(2026, 10, day): date(2025, 10, day - 6) for day in range(26, 31)},  # holidays: 26–30 with 20–24
}
"""Written by hand from a calendar of the wall."""


def test_the_api_takes_the_days_of_the_calendar_on_the_wall(database: Database):
    answer = read_indicators(database, "laon", days=OCTOBER, before="year", sentence=str)
    told = answer["year_before"]
    assert told["pairs"] == {f"{day}": f"{before}" for day, before in PAIRS.items()}
    assert told["within"] == {f"2026-10-{day}": "Toussaint" for day in range(26, 31)}
    assert told["unmatched"] == told["left_out"] == []
    rows = all_rows(database, "SELECT business_day, COUNT(*) AS visits FROM visit GROUP BY business_day")
    counted = {date.fromisoformat(str(row["business_day"])): int(row["visits"]) for row in rows}
    now, before = (mean(counted[day] for day in days) for days in (PAIRS.keys(), PAIRS.values()))
    [visits] = [each for each in answer["rows"][0]["figures"] if each["indicator"] == "visits"]
    assert visits["change"]["difference"] == pytest.approx(now - before)


def test_the_explorer_and_the_api_say_the_same_change(database: Database):
    answer = read_indicators(database, "laon", days=OCTOBER, before="year", sentence=str)
    found = explore_figures(database, ["laon"], OCTOBER, "year", selection=Selection())
    assert found.years["laon"].pairs == PAIRS
    pair = found.together_compared()
    assert pair is not None
    now, before = (days_of(each.open_days().values()) for each in pair)
    said = {each["indicator"]: each["change"] for each in answer["rows"][0]["figures"] if "change" in each}
    assert "wait_median" in said
    for name, change in said.items():
        expected = change_of(INDICATORS[name], before, now)
        assert (change["difference"], change["low"], change["high"], change["direction"]) == (
            expected.difference,
            expected.low,
            expected.high,
            expected.direction,
        ), name


def test_a_view_that_is_kept_knows_of_other_school_holidays(database: Database):
    def digest() -> str:
        span = span_before(database, ["laon"], OCTOBER, "year")
        assert span is not None
        return digest_of_figures(database, ["laon"], [Days(*OCTOBER), Days(*span)])

    first = digest()
    publish_holidays(database, LAST_YEAR, (THIS_YEAR[0], "2026-11-08"))
    assert digest() != first


def test_a_period_of_400_days_reaches_the_days_that_moved_out_of_it(database: Database):
    days = (date(2025, 9, 26), date(2026, 10, 31))
    assert days[1] - days[0] == timedelta(days=400)
    publish_holidays(database, ("2024-09-14", "2024-09-22"), ("2025-09-27", "2025-10-05"), THIS_YEAR)
    span = span_before(database, ["laon"], days, "year")
    assert span is not None
    assert span[1] - span[0] > timedelta(days=400)
    found = explore_figures(database, ["laon"], days, "year", selection=Selection())
    assert found.span_before == span
