"""The figures of a report: those of a period against the period before, as JSON values that can be frozen.

No figure here tells about one agent (docs/rules/reports.md). Pure.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, NotRequired, TypedDict, cast

from server.domain.quality import doubt
from server.domain.quality.doubt import Change, Days, Direction, Interval, change_of, interval_of
from server.domain.quality.indicators import INDICATORS, figures_of
from server.domain.quality.periods import Period, parse_period
from server.domain.quality.rollup import CellKey, Rollup, sum_of
from server.domain.quality.targets import Target
from server.domain.refusals import Refusal

INDICATORS_OF_REPORT = tuple(name for name, each in INDICATORS.items() if each.readers.in_reports)
"""Indicators of a report. None of them shows how long an agent took."""
COMPARED = (
    *("visits", "wait_median", "wait_p90", "left_before_call", "within_target", "not_issued", "no_shows"),
    *("appointments_missed", "office_on_time"),
)
"""The indicators of which a report says whether they changed since the period before."""
FEWEST = 10
"""A figure of fewer people is marked, and its share is not compared with a target."""
WORST_HOURS = 3

type PartialBecause = Literal["", "running", "begun_inside", "empty"]


class ReportInterval(TypedDict):
    """The 95 % interval of a figure, of a number per open day (docs/rules/indicators.md, « Doubt »)."""

    low: float
    high: float
    n_days: int


class ReportFigure(TypedDict):
    """A value of an indicator in its unit, null where nobody was counted; `n`, `count` as in `Figure`.

    `interval`: null where there is none; missing in reports that were frozen before there were intervals.
    """

    value: float | None
    n: int
    count: int | None
    interval: NotRequired[ReportInterval | None]


class ReportChange(TypedDict):
    """The difference to the period before with its interval, as in `server.domain.quality.doubt.Change`."""

    difference: float | None
    low: float | None
    high: float | None
    n_days: int
    p: float | None
    direction: Direction


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

    `target` is null for a part with services of several targets. `changes`: those of `COMPARED`; of all in a
    report that stand out, one in ten at most is expected to be chance. `open_days`: days with visits in the
    period, and in the one before. Both are missing in reports that were frozen before there were intervals.
    """

    key: str
    name: str
    figures: ReportFigures
    previous: ReportFigures
    target: ReportTarget | None
    changes: NotRequired[dict[str, ReportChange]]
    open_days: NotRequired[list[int]]


class ReportHour(TypedDict):
    """A local hour of waits: its 9-in-10 wait in seconds, and how many waits began in it.

    `left`: how many of these visitors left before the call. It is missing, with `interval`, in reports that
    were frozen before there were intervals.
    """

    hour: int
    wait_p90_s: int
    n: int
    left: NotRequired[int]
    interval: NotRequired[ReportInterval | None]


class ReportDays(TypedDict):
    """A period: its name, and on how many local days something was counted, from the first to the last.

    `partial`: why figures are not those of the whole period, empty when they are.
    """

    name: str
    counted_days: int
    first_on: str | None
    last_on: str | None
    partial: PartialBecause


class ReportHall(ReportDays):
    """A hall of a report with its name and days. `facts`, `head`: its journal when the figures were read."""

    hall: str
    slug: str
    site: str
    site_name: str
    facts: int
    head: str
    whole: ReportPart
    services: list[ReportPart]


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


@dataclass(frozen=True, slots=True)
class PartDays:
    """The rollups of a part on each counted day, and on the days on which its hall had visits (`open`)."""

    every: Sequence[Rollup]
    open: Sequence[Rollup]

    def of_services(self, services: Collection[str]) -> "PartDays":
        """Of some services only, on the same days."""
        return PartDays(*([_of_services(day, services) for day in days] for days in (self.every, self.open)))

    def services(self) -> set[str]:
        """Every service that counted something."""
        return {service for day in self.every for service in day.services()}


def part_days(halls: Iterable[CountedDays]) -> PartDays:
    """The days of halls, those of one date together: they are alike, so that doubt counts them as one."""
    dates: dict[date, list[Rollup]] = {}
    for hall in halls:
        for day, rollup in hall.days.items():
            dates.setdefault(day, []).append(rollup)
    every = [sum_of(dates[day]) for day in sorted(dates)]
    return PartDays(every, doubt.open_days(every))


def report_figures(days: PartDays, sampled: Days | None = None) -> ReportFigures:
    """The figures of a report over days, by indicator, each with its interval. `sampled`: the open days."""
    open_days = sampled or doubt.days_of(days.open)
    return {
        each.indicator: {
            "value": each.value,
            "n": each.n,
            "count": each.count,
            "interval": _interval(interval_of(INDICATORS[each.indicator], open_days)),
        }
        for each in figures_of(sum_of(days.every), INDICATORS_OF_REPORT)
    }


def _interval(found: Interval | None) -> ReportInterval | None:
    return None if found is None else {"low": found.low, "high": found.high, "n_days": found.n_days}


def report_part(
    key: str, name: str, periods: tuple[PartDays, PartDays], target: ReportTarget | None
) -> ReportPart:
    """A part with its figures of a period and of the one before, and how they changed."""
    now, before = periods
    after, first = doubt.days_of(now.open), doubt.days_of(before.open)
    return {
        "key": key,
        "name": name,
        "figures": report_figures(now, after),
        "previous": report_figures(before, first),
        "target": target,
        "changes": {each: _change(change_of(INDICATORS[each], first, after)) for each in COMPARED},
        "open_days": [len(now.open), len(before.open)],
    }


def _change(found: Change) -> ReportChange:
    return cast(ReportChange, found._asdict())


def hold_changes(parts: Sequence[ReportPart]) -> None:
    """Leaves standing those changes of a report that hold among all of them."""
    places = [(part["changes"], name) for part in parts for name in part["changes"]]
    for (changes, name), found in zip(
        places, doubt.held([Change(**each[at]) for each, at in places]), strict=True
    ):
        changes[name] = _change(found)


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


type Verdict = Literal["reached", "missed", "cannot_say", "few", "none"]


def verdict(part: ReportPart) -> Verdict:
    """Whether the share within the target reached the decided share.

    `cannot_say`: the target lies in the interval; `few`: of fewer than ten people; `none`: nothing decided,
    or nothing counted. A report that was frozen before there were intervals keeps its verdict.
    """
    target, share = part["target"], part["figures"]["within_target"]
    if target is None or target["share_percent"] is None or share["value"] is None:
        return "none"
    if share["n"] < FEWEST:
        return "few"
    if "interval" not in share:
        return "reached" if share["value"] >= target["share_percent"] else "missed"
    interval = Interval(**share["interval"]) if share["interval"] else None
    found = doubt.verdict_of(interval, share["value"], target["share_percent"])
    return "reached" if found == "met" else found or "none"


def worst_hours(days: PartDays) -> list[ReportHour]:
    """The hours with the longest 9-in-10 waits, the worst first, of those with ten waits or more."""
    hours: list[ReportHour] = []
    for hour, part in sum_of(days.every).split(hour_of).items():
        found, left = figures_of(part, ["wait_p90", "left_before_call"])
        if found.value is not None and found.n >= FEWEST:
            hours.append({"hour": hour, "wait_p90_s": int(found.value), "n": found.n, "left": left.n})
    worst = sorted(hours, key=lambda each: (-each["wait_p90_s"], each["hour"]))[:WORST_HOURS]
    for each in worst:
        of_hour = [day.split(hour_of).get(each["hour"], Rollup()) for day in days.open]
        each["interval"] = _interval(interval_of(INDICATORS["wait_p90"], of_hour))
    return worst


def hour_of(key: CellKey) -> int:
    """The local hour in which the waits of a cell begin."""
    return key.half_hour // 2


def merged_services(halls: Sequence[ReportHall], periods: tuple[PartDays, PartDays]) -> list[ReportPart]:
    """The services of several halls, those of one name together, in the halls' order.

    `periods`: the days of all halls in the period and in the one before.
    """
    now, before = periods
    named: dict[str, list[ReportPart]] = {}
    for hall in halls:
        for service in hall["services"]:
            named.setdefault(service["name"], []).append(service)
    found = []
    for name, parts in named.items():
        keys = {each["key"] for each in parts}
        of_name = now.of_services(keys), before.of_services(keys)
        found.append(
            report_part(parts[0]["key"], name, of_name, shared_target([each["target"] for each in parts]))
        )
    return found


def _of_services(rollup: Rollup, services: Iterable[str]) -> Rollup:
    parts = [rollup.of_service(service) for service in services]
    return parts[0] if len(parts) == 1 else sum_of(parts)


def report_period(name: str) -> Period:
    """The month, quarter or year of a name. Refusal: bad_report_period for anything else."""
    try:
        period = parse_period(name)
    except Refusal as refusal:
        raise Refusal("bad_report_period") from refusal
    if period.kind not in ("month", "quarter", "year"):
        raise Refusal("bad_report_period")
    return period
