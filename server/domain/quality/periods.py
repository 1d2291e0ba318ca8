"""Periods of the figures: local dates, the first included, the end excluded."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from server.domain.refusals import Refusal


class PeriodKind(StrEnum):
    """How long a period is. Weeks are ISO weeks (Monday first)."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Period:
    """A day, ISO week, month, quarter or year: `starts_on` included, `ends_on` excluded."""

    kind: PeriodKind
    starts_on: date
    ends_on: date

    @property
    def name(self) -> str:
        """Its stable name: 2026-11-24, 2026-W48, 2026-11, 2026-Q4 or 2026."""
        if self.kind is PeriodKind.DAY:
            return self.starts_on.isoformat()
        if self.kind is PeriodKind.WEEK:
            year, week, _ = self.starts_on.isocalendar()
            return f"{year:04d}-W{week:02d}"
        if self.kind is PeriodKind.MONTH:
            return f"{self.starts_on:%Y-%m}"
        if self.kind is PeriodKind.YEAR:
            return f"{self.starts_on.year:04d}"
        return f"{self.starts_on.year:04d}-Q{(self.starts_on.month + 2) // 3}"

    @property
    def last_on(self) -> date:
        """Its last day (included)."""
        return self.ends_on - timedelta(days=1)

    def previous(self) -> "Period":
        """The period of the same kind just before."""
        return period_of(self.kind, self.starts_on - timedelta(days=1))

    def next(self) -> "Period":
        """The period of the same kind just after."""
        return period_of(self.kind, self.ends_on)


def period_of(kind: PeriodKind, day: date) -> Period:
    """The period of that kind which holds the local date `day`."""
    if kind is PeriodKind.DAY:
        return Period(kind, day, day + timedelta(days=1))
    if kind is PeriodKind.WEEK:
        monday = day - timedelta(days=day.weekday())
        return Period(kind, monday, monday + timedelta(days=7))
    if kind is PeriodKind.MONTH:
        first = day.replace(day=1)
        return Period(kind, first, _month_after(first, 1))
    if kind is PeriodKind.YEAR:
        first = day.replace(month=1, day=1)
        return Period(kind, first, _month_after(first, 12))
    first = day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
    return Period(kind, first, _month_after(first, 3))


def period_of_days(starts_on: date, ends_on: date) -> Period | None:
    """The period that these days (the end excluded) are; None where they are none."""
    periods = (period_of(kind, starts_on) for kind in PeriodKind)
    return next((each for each in periods if (each.starts_on, each.ends_on) == (starts_on, ends_on)), None)


_NAME = re.compile(r"(\d{4})(?:-(?:W(\d\d)|Q([1-4])|(\d\d)(?:-(\d\d))?))?", re.ASCII)


def parse_period(name: str) -> Period:
    """The period of a stable name. Refusal: `bad_period` for anything else than such a name."""
    match = _NAME.fullmatch(name)
    if match is None:
        raise Refusal("bad_period", period=name)
    year, week, quarter, month, day = match.groups()
    try:
        if week:
            return period_of(PeriodKind.WEEK, date.fromisocalendar(int(year), int(week), 1))
        if quarter:
            return period_of(PeriodKind.QUARTER, date(int(year), int(quarter) * 3, 1))
        if not month:
            return period_of(PeriodKind.YEAR, date(int(year), 1, 1))
        kind = PeriodKind.DAY if day else PeriodKind.MONTH
        return period_of(kind, date(int(year), int(month), int(day or 1)))
    except (ValueError, OverflowError) as error:
        raise Refusal("bad_period", period=name) from error


def _month_after(first: date, months: int) -> date:
    index = first.year * 12 + first.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)
