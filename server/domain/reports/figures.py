"""The figures of a report: those of a period against the period before, as JSON values that can be frozen.

No figure here tells about one agent (docs/rules/reports.md). Pure.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypedDict

from server.domain.quality.figures import not_issued_by_reason
from server.domain.quality.indicators import INDICATORS, figures_of
from server.domain.quality.periods import Period, parse_period
from server.domain.quality.rollup import Rollup, sum_of
from server.domain.quality.targets import Target
from server.domain.refusals import Refusal

INDICATORS_OF_REPORT = tuple(name for name, each in INDICATORS.items() if each.readers.in_reports)
"""Indicators of a report. None of them shows how long an agent took."""
FEWEST = 10
"""A figure of fewer people is marked, and its share is not compared with a target."""
WORST_HOURS = 3

type PartialBecause = Literal["", "running", "begun_inside", "empty"]


class ReportFigure(TypedDict):
    """A value of an indicator in its unit, null where nobody was counted; `n`, `count` as in `Figure`."""

    value: float | None
    n: int
    count: int | None


type ReportFigures = dict[str, ReportFigure]
"""The figures of a part, by the name of their indicator."""


class ReportTarget(TypedDict):
    """The target that applied on the last counted day of the period.

    `is_decided` false: the wait of the hall's document, without a share. `changed`: another one applied on
    the first day.
    """

    wait_s: int
    share_percent: int | None
    is_decided: bool
    changed: bool


class ReportPart(TypedDict):
    """The figures of the whole, of a hall or of a service, in the period and in the one before it.

    `target` is null for a part with services of several targets.
    """

    key: str
    name: str
    figures: ReportFigures
    previous: ReportFigures
    target: ReportTarget | None


class ReportHour(TypedDict):
    """A local hour of waits: its 9-in-10 wait in seconds, and how many waits began in it."""

    hour: int
    wait_p90_s: int
    n: int


class ReportHall(TypedDict):
    """A hall of a report. `facts`, `head`: its journal when the figures were read.

    `partial`: why its figures are not those of the whole period, empty when they are.
    """

    hall: str
    slug: str
    name: str
    site: str
    site_name: str
    facts: int
    head: str
    counted_days: int
    first_on: str | None
    last_on: str | None
    partial: PartialBecause
    whole: ReportPart
    services: list[ReportPart]


class ReportDays(TypedDict):
    """A period: its name, and on how many local days something was counted, from the first to the last."""

    name: str
    counted_days: int
    first_on: str | None
    last_on: str | None
    partial: PartialBecause


class ReportContent(TypedDict):
    """The figures of a report of one hall or several. `as_of`: when they were read, in RFC 3339.

    `services`: those of all halls together, in the halls' order; `hours`: the worst ones, the worst first.
    """

    schema: int
    as_of: str
    time_zone: str
    period: ReportDays
    previous: ReportDays
    whole: ReportPart
    halls: list[ReportHall]
    services: list[ReportPart]
    hours: list[ReportHour]
    not_issued: dict[str, int]


@dataclass(frozen=True, slots=True)
class CountedDays:
    """The rollups of a hall's days in a period. `is_new`: nothing was counted before the period."""

    days: Mapping[date, Rollup]
    is_new: bool

    def whole(self) -> Rollup:
        """All days together."""
        return sum_of(self.days.values())


def report_figures(rollup: Rollup) -> ReportFigures:
    """The figures of a report over a rollup, by indicator."""
    return {
        each.indicator: {"value": each.value, "n": each.n, "count": each.count}
        for each in figures_of(rollup, INDICATORS_OF_REPORT)
    }


def days_of(period: Period, counted: Iterable[CountedDays], today: date) -> ReportDays:
    """The days of a period on which a hall at least counted something, and whether it is complete."""
    each = list(counted)
    days = sorted({day for hall in each for day in hall.days})
    return {
        "name": period.name,
        "counted_days": len(days),
        "first_on": days[0].isoformat() if days else None,
        "last_on": days[-1].isoformat() if days else None,
        "partial": partial_because(period, days, today, is_new=all(hall.is_new for hall in each)),
    }


def partial_because(period: Period, days: Sequence[date], today: date, *, is_new: bool) -> PartialBecause:
    """Why figures of these days are not those of the whole period; empty when they are.

    `running`: it is not over; `begun_inside`: nothing was counted before it (`is_new`), nor on its first day;
    `empty`: nothing was counted.
    """
    if period.ends_on > today and period.starts_on <= today:
        return "running"
    if not days:
        return "empty"
    return "begun_inside" if is_new and days[0] != period.starts_on else ""


def report_target(now: Target | None, first: Target | None, document_wait_s: int) -> ReportTarget:
    """The target of a service at the end of a period; `first`: the one at its beginning."""
    changed = (now and (now.wait_s, now.share_percent)) != (first and (first.wait_s, first.share_percent))
    if now is None:
        return {"wait_s": document_wait_s, "share_percent": None, "is_decided": False, "changed": changed}
    return {"wait_s": now.wait_s, "share_percent": now.share_percent, "is_decided": True, "changed": changed}


def shared_target(targets: Sequence[ReportTarget | None]) -> ReportTarget | None:
    """The target that all of these services have; None when they differ."""
    first = targets[0] if targets else None
    return first if all(each == first for each in targets) else None


type Verdict = Literal["reached", "missed", "few", "none"]


def verdict(part: ReportPart) -> Verdict:
    """Whether the share within the target reached the decided share.

    `few`: of fewer than ten people; `none`: nothing decided, or nothing counted.
    """
    target, share = part["target"], part["figures"]["within_target"]
    if target is None or target["share_percent"] is None or share["value"] is None:
        return "none"
    if share["n"] < FEWEST:
        return "few"
    return "reached" if share["value"] >= target["share_percent"] else "missed"


def worst_hours(rollup: Rollup) -> list[ReportHour]:
    """The hours with the longest 9-in-10 waits, the worst first, of those with ten waits or more."""
    hours: list[ReportHour] = []
    for hour, part in rollup.split(lambda key: key.half_hour // 2).items():
        found = figures_of(part, ["wait_p90"])[0]
        if found.value is not None and found.n >= FEWEST:
            hours.append({"hour": hour, "wait_p90_s": int(found.value), "n": found.n})
    return sorted(hours, key=lambda each: (-each["wait_p90_s"], each["hour"]))[:WORST_HOURS]


def reasons_not_issued(rollup: Rollup) -> dict[str, int]:
    """Tickets not issued by reason, the most frequent first."""
    return not_issued_by_reason(rollup)


type Line = tuple[str, str]
"""Where a figure stands: the hall's slug ("" for all), and the service ("" for all)."""


@dataclass(frozen=True, slots=True)
class Correction:
    """A figure that facts recorded after the freezing have changed: what was frozen, what it would be now."""

    hall: str
    service: str
    name: str
    indicator: str
    frozen: float | None
    now: float | None


def corrections(frozen: ReportContent, now: ReportContent) -> list[Correction]:
    """The figures of the period that would be others now. Nothing of what is frozen changes."""
    before, after = _lines(frozen), _lines(now)
    found: list[Correction] = []
    for line in [*before, *(line for line in after if line not in before)]:
        old, new = before.get(line), after.get(line)
        name = (old or new or ("", {}))[0]
        for indicator in INDICATORS_OF_REPORT:
            was, is_now = _value(old, indicator), _value(new, indicator)
            if was != is_now:
                found.append(Correction(*line, name, indicator, was, is_now))
    return found


def _lines(content: ReportContent) -> dict[Line, tuple[str, ReportFigures]]:
    """Every part but the sums of halls where there is one hall only."""
    lines: dict[Line, tuple[str, ReportFigures]] = {}
    if len(content["halls"]) > 1:
        lines["", ""] = content["whole"]["name"], content["whole"]["figures"]
    for hall in content["halls"]:
        lines[hall["slug"], ""] = hall["name"], hall["whole"]["figures"]
        for service in hall["services"]:
            lines[hall["slug"], service["key"]] = service["name"], service["figures"]
    return lines


def _value(line: tuple[str, ReportFigures] | None, indicator: str) -> float | None:
    figure = line[1].get(indicator) if line else None
    return None if figure is None else figure["value"]


def merged_services(halls: Sequence[ReportHall], periods: tuple[Rollup, Rollup]) -> list[ReportPart]:
    """The services of several halls, those of one name together, in the halls' order.

    `periods`: the rollups of all halls in the period and in the one before.
    """
    named: dict[str, list[ReportPart]] = {}
    for hall in halls:
        for service in hall["services"]:
            named.setdefault(service["name"], []).append(service)
    found: list[ReportPart] = []
    for name, parts in named.items():
        now, before = (_of_services(rollup, {each["key"] for each in parts}) for rollup in periods)
        found.append(
            {
                "key": parts[0]["key"],
                "name": name,
                "figures": report_figures(now),
                "previous": report_figures(before),
                "target": shared_target([each["target"] for each in parts]),
            }
        )
    return found


def _of_services(rollup: Rollup, services: Iterable[str]) -> Rollup:
    whole = Rollup()
    for service in services:
        whole.add(rollup.of_service(service))
    return whole


def report_period(name: str) -> Period:
    """The month, quarter or year of a name. Refusal: bad_report_period for anything else."""
    try:
        period = parse_period(name)
    except Refusal as refusal:
        raise Refusal("bad_report_period") from refusal
    if period.kind not in ("month", "quarter", "year"):
        raise Refusal("bad_report_period")
    return period
