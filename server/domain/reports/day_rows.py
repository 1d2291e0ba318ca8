"""The days of a report as rows: what somebody needs to count its figures, intervals and changes again.

A row is a service on a day of a hall, or an hour of a day of all halls together. Nothing tells one visitor:
a row has the waits of its day in the order of their length. Pure.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from server.domain.quality.figures import Ranked
from server.domain.quality.indicators import INDICATORS, figures_of
from server.domain.quality.rollup import Rollup, as_counts
from server.domain.reports.figures import INDICATORS_OF_REPORT, CountedDays, hour_of

_COUNTED = tuple(name for name in INDICATORS_OF_REPORT if INDICATORS[name].unit != "s")
ROW_COLUMNS = (
    *("hall", "service", "service_name", "period", "day", "weekday", "hour", "waits"),
    *(
        column
        for name in _COUNTED
        for column in ((f"{name}_count", f"{name}_n") if INDICATORS[name].unit == "percent" else (name,))
    ),
)
"""The columns of `journees.csv`. `weekday`: Monday 1, empty on a day without a leg; `waits`: seconds."""

type Row = Sequence[str | int | None]


def service_rows(
    hall: str, period: str, days: Mapping[date, Rollup], names: Mapping[str, str]
) -> Iterator[Row]:
    """The rows of a hall (slug) in a period: of each day, the services that counted something."""
    for day in sorted(days):
        for service in days[day].services():
            part = days[day].of_service(service)
            yield [hall, service, names.get(service, service), period, *_counts(day, "", part)]


def hour_rows(period: str, halls: Sequence[CountedDays]) -> Iterator[Row]:
    """The hours of each day of all halls together, in local time."""
    for day in sorted({day for hall in halls for day in hall.days}):
        hours: dict[int, Rollup] = {}
        for hall in halls:
            for hour, part in hall.days.get(day, Rollup()).split(hour_of).items():
                hours.setdefault(hour, Rollup()).add(part)
        for hour, part in sorted(hours.items()):
            yield ["", "", "", period, *_counts(day, str(hour), part)]


def _counts(day: date, hour: str, part: Rollup) -> Iterator[str | int | None]:
    yield day.isoformat()
    yield day.isoweekday() if part.cells else ""
    yield hour
    waits = as_counts(part.total().waits)
    yield " ".join(str(second) for second in sorted(waits) for _ in range(waits[second]))
    for figure in figures_of(part, _COUNTED):
        yield figure.n if figure.count is None else figure.count
        if figure.count is not None:
            yield figure.n


def method_of(indicator: str) -> str:
    """How the days make up an indicator, and so its interval: a word that `verifier.py` reads."""
    sampled = INDICATORS[indicator].measure.sampled
    return f"quantile {sampled.part}" if isinstance(sampled, Ranked) else sampled or ""
