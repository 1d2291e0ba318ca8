"""What the committee’s page concludes from figures: departures beside waits, verdicts, reports of before."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from server.domain.quality.periods import parse_period
from server.domain.quality.rollup import roll_up
from server.domain.reports.figures import (
    CountedDays,
    ReportTarget,
    days_of,
    hold_changes,
    part_days,
    report_part,
    worst_hours,
)
from server.domain.reports.reports import ReportState
from server.store.reports import ReportRow
from server.usecases.reports.reports import ReadReport
from server.web.pages.reports.papers import sheet_page
from server.web.pages.reports.sheet import proposed_sentences, report_sheet
from server.web.pages.reports.wording import ReportWording
from server.web.rendering.viewer import Sentence
from tests.harness.sentences import TRANSLATE
from tests.server.domain.quality.indicator_legs import leg

FRENCH = Sentence(TRANSLATE, "fr")
TARGET: ReportTarget = {"wait_s": 900, "share_percent": 80, "is_decided": True, "changed": False}
MAY, JUNE = parse_period("2026-05"), parse_period("2026-06")


def open_dates(first: date, count: int) -> list[date]:
    found = [first + timedelta(days=n) for n in range(40)]
    return [day for day in found if day.weekday() < 5][:count]


def played(dates: Sequence[date], *, are_discouraged: bool = False) -> CountedDays:
    """Days of forty visits that wait up to 40 minutes; half of those past 20 leave at 4 if discouraged."""
    chance, days = Random(4), {}
    for day in dates:
        legs = []
        for n in range(40):
            waited = chance.triangular(0, 40, 12)
            leaves = are_discouraged and waited > 20 and n % 2 == 0
            how: dict[str, Any] = (
                {"ended": 4, "end_reason": "abandoned"}
                if leaves
                else {"called": waited, "ended": waited + 5, "end_reason": "served"}
            )
            legs.append(leg(f"{day}-{n}", business_day=day, **how))
        days[day] = roll_up(legs, time_zone=ZoneInfo("Europe/Paris"))
    return CountedDays(days, is_new=False)


def report_of(now: CountedDays, before: CountedDays) -> ReadReport:
    """A draft of June against May."""
    periods = part_days([now]), part_days([before])
    whole = report_part("", "", periods, TARGET)
    hold_changes([whole])
    content: Any = {
        "schema": 2,
        "as_of": "2026-07-01T08:00:00Z",
        "time_zone": "Europe/Paris",
        "period": days_of(JUNE, [now], date(2026, 7, 1)),
        "previous": days_of(MAY, [before], date(2026, 7, 1)),
        "whole": whole,
        "halls": [{"name": "Laon", "facts": 1, "whole": whole, "services": [], "partial": ""}],
        "services": [whole | {"name": "Titres"}],
        "hours": worst_hours(periods[0]),
        "not_issued": {},
    }
    at = datetime(2026, 7, 1, tzinfo=UTC)
    row = ReportRow("r", ["h"], JUNE.name, ReportState.DRAFT, ["", "", ""], None, None, at, "", at)
    return ReadReport(row, JUNE, content, content, [], is_intact=True)


@pytest.fixture(scope="module")
def discouraged() -> ReadReport:
    june, may = open_dates(date(2026, 6, 1), 22), open_dates(date(2026, 5, 4), 17)
    return report_of(played(june, are_discouraged=True), played(may))


def text_of(page: str) -> str:
    return page.replace("\u00a0", " ")


def test_a_nine_in_ten_wait_that_fell_because_people_left_stands_beside_their_rise(discouraged: ReadReport):
    tiles = {each.label: each for each in report_sheet(discouraged, FRENCH).tiles}
    names = list(tiles)
    left, p90 = tiles["Partis avant d’être appelés"], tiles["9 personnes sur 10 ont attendu au plus"]
    assert names.index(left.label) == names.index(p90.label) + 1
    assert any(each.startswith("a baissé") for each in p90.details)
    assert any(each.startswith("a augmenté") for each in left.details)
    page = text_of(sheet_page(discouraged, ReportWording(FRENCH)))
    assert page.count("Partis avant l’appel") == 1
    assert "départs avant l’appel" in page
    assert "sont parties avant l’appel" in proposed_sentences(discouraged.figures, ReportWording(FRENCH))[1]


def test_no_difference_stands_on_the_page_without_its_interval_and_sentence(discouraged: ReadReport):
    sheet = report_sheet(discouraged, FRENCH)
    visits = text_of(" ".join(sheet.tiles[0].details))
    assert "ne se distingue pas du hasard : 0,0/jour (" in visits
    assert "avant : 680" in visits
    [line] = sheet.lines
    assert text_of(line.cells[0][0]) == "880 ≈"
    assert text_of(line.cells[2][0]).endswith("min ↓")
    assert sheet.legend == "↑ a augmenté · ↓ a baissé · ≈ ne se distingue pas du hasard"
    assert text_of(sheet.open_days) == "22 jours d’accueil, contre 17."
    first = text_of(proposed_sentences(discouraged.figures, ReportWording(FRENCH))[0])
    assert first.startswith("880 visites : juin 2026. Par jour d’accueil, face à mai 2026 : ne se distingue")


def test_under_eight_days_the_page_says_that_they_are_too_few():
    june, may = open_dates(date(2026, 6, 1), 22), open_dates(date(2026, 5, 4), 3)
    sheet = report_sheet(report_of(played(june), played(may)), FRENCH)
    assert all("trop peu de jours" in each.details for each in sheet.tiles)
    assert not any(
        each.startswith(("a augmenté", "a baissé")) for tile in sheet.tiles for each in tile.details
    )


def test_a_target_in_the_interval_is_said_to_be_open(discouraged: ReadReport):
    share = discouraged.figures["whole"]["figures"]["within_target"]
    kept = dict(share)
    share.update({"value": 79.0, "interval": {"low": 74.0, "high": 84.0, "n_days": 22}})
    said = text_of(report_sheet(discouraged, FRENCH).target)
    share.update(kept)  # type: ignore[typeddict-item]
    assert said == "80 % en 15 min – on ne peut pas dire (74 à 84 %)"


def test_a_report_frozen_before_there_were_intervals_says_what_it_said(discouraged: ReadReport):
    whole: Any = dict(discouraged.figures["whole"])
    del whole["changes"], whole["open_days"]
    for figures in ("figures", "previous"):
        whole[figures] = {
            name: {key: value for key, value in figure.items() if key != "interval"}
            for name, figure in whole[figures].items()
        }
    hours: Any = [
        {key: each[key] for key in ("hour", "wait_p90_s", "n")} for each in discouraged.figures["hours"]
    ]
    content: Any = {**discouraged.figures, "whole": whole, "services": [whole], "hours": hours}
    old = ReadReport(discouraged.row, JUNE, content, content, [], is_intact=True)
    sheet = report_sheet(old, FRENCH)
    assert sheet.tiles[0].details == ["avant\u00a0: 680"]
    assert sheet.lines[0].cells[0] == ("880", ["avant\u00a0: 680"])
    assert sheet.target.endswith(("– atteint", "– non atteint"))
    assert (sheet.legend, sheet.open_days) == ("", "")
    assert "départ" not in " ".join(sheet.hours)
