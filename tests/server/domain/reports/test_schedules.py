from datetime import date

import pytest

from server.domain.quality.periods import PeriodKind
from server.domain.refusals import Refusal
from server.domain.reports.reports import ScheduleRequest, check_schedule, due_period, next_due

LONG_AGO = date(2025, 1, 1)


@pytest.mark.parametrize(
    ("kind", "today", "due", "following"),
    [
        (PeriodKind.MONTH, date(2026, 11, 4), "2026-09", date(2026, 11, 5)),
        (PeriodKind.MONTH, date(2026, 11, 5), "2026-10", date(2026, 12, 5)),
        (PeriodKind.QUARTER, date(2026, 12, 31), "2026-Q3", date(2027, 1, 5)),
        (PeriodKind.QUARTER, date(2027, 1, 5), "2026-Q4", date(2027, 4, 5)),
        (PeriodKind.YEAR, date(2027, 1, 4), "2025", date(2027, 1, 5)),
        (PeriodKind.YEAR, date(2027, 1, 5), "2026", date(2028, 1, 5)),
    ],
)
def test_a_report_is_due_on_a_day_of_the_month_after_its_period(
    kind: PeriodKind, today: date, due: str, following: date
):
    found = due_period(kind, 5, today, LONG_AGO)
    assert found is not None
    assert (found.name, next_due(kind, 5, today)) == (due, following)


def test_what_was_due_before_the_plan_is_not_sent():
    assert due_period(PeriodKind.MONTH, 5, date(2026, 11, 20), date(2026, 11, 6)) is None
    assert due_period(PeriodKind.MONTH, 5, date(2026, 11, 20), date(2026, 11, 5)) is not None


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"kind": "week"}, "bad_schedule_kind"),
        ({"day": 0}, "bad_schedule_day"),
        ({"day": 29}, "bad_schedule_day"),
        ({"addresses": ["anne@example.org", "anne"]}, "bad_schedule_address"),
        ({"addresses": []}, "schedule_recipients_missing"),
        ({"addresses": [f"a{n}@example.org" for n in range(31)]}, "schedule_recipients_missing"),
    ],
)
def test_a_bad_plan_is_refused(changed: dict[str, object], code: str):
    good: dict[str, object] = {
        "halls": ["laon"],
        "kind": "month",
        "day": 5,
        "language": "fr",
        "accounts": [],
        "addresses": ["anne@example.org"],
    }
    check_schedule(ScheduleRequest(**good))  # type: ignore[arg-type]  # the fields of this test
    with pytest.raises(Refusal, match=code):
        check_schedule(ScheduleRequest(**(good | changed)))  # type: ignore[arg-type]  # likewise
