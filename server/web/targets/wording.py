"""Targets, their days and what was measured, in the words of a page."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from server.domain.indicator_rollup import Within, waits_within
from server.domain.targets import TargetSpan
from server.usecases.read_targets import MeasuredMonth, ServiceTargets
from server.web.local_time import instant_text
from server.web.quality.wording import minutes, number, period_text, short_day, whole_percent

LADDER_S = tuple(60 * each for each in (5, 10, 15, 20, 30, 45, 60))
"""The waits of which the page tells the share that was within."""
FEWEST_WAITS = 10
"""Below, a share says nothing and is not given (docs/rules/targets.md)."""


@dataclass(frozen=True, slots=True)
class ServiceRow:
    """A service: its id, name, and targets in words; `is_own`: that of the hall's document applies."""

    id: str
    name: str
    now: str
    since: str
    is_own: bool
    to_come: Sequence[str]
    is_retired: bool


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """A target that was decided; `state`: now, to_come, over or replaced."""

    id: str
    service: str
    target: str
    days: str
    state: str
    decided: str
    recorded: str


@dataclass(frozen=True, slots=True)
class Measured:
    """Months as columns (name, how many waited), and a row a wait: words, cells, whether it is the target."""

    columns: Sequence[tuple[str, str]]
    rows: Sequence[tuple[str, Sequence[str], bool]]
    has_few: bool


class Wording:
    """Writes for one page: `words(key, **values)` is a sentence in its language."""

    def __init__(self, words: Callable[..., str], language: str, time_zone: str) -> None:
        self.words, self.language, self.zone = words, language, ZoneInfo(time_zone)

    def row(self, of: ServiceTargets) -> ServiceRow:
        """A service of the table at the top."""
        now, service = of.now, of.service
        wait = self.words("waiting_targets.own", minutes=minutes(service.target_s))
        return ServiceRow(
            service.id,
            service.name(self.language),
            wait if now is None else self._target(now),
            ""
            if now is None
            else self.words("waiting_targets.since", day=self._day(now.target.applies_from_on)),
            now is None,
            [
                self.words(
                    "waiting_targets.from", target=self._target(e), day=self._day(e.target.applies_from_on)
                )
                for e in of.to_come
            ],
            service.is_retired,
        )

    def history(self, services: Sequence[ServiceTargets]) -> list[HistoryRow]:
        """Every target decided for some services, the one recorded last at the front."""
        found = [(span, each) for each in services for span in each.spans]
        found.sort(key=lambda pair: (pair[0].target.recorded_at, pair[0].target.id), reverse=True)
        return [self._past(span, each) for span, each in found]

    def _past(self, span: TargetSpan, of: ServiceTargets) -> HistoryRow:
        target = span.target
        day, first = self._day(target.decided_on), self._day(target.applies_from_on)
        days = self.words("waiting_targets.from_day", day=first)
        if span.ends_on is not None:
            days = self.words("waiting_targets.days", first=first, last=self._day(span.ends_on))
        return HistoryRow(
            target.id,
            of.service.name(self.language),
            self._target(span),
            days,
            _state(span, of),
            self.words("waiting_targets.decided_by", by=target.decided_by, day=day),
            self._instant(target.recorded_at),
        )

    def decided(self, services: Sequence[ServiceTargets], target: str) -> str:
        """What was decided just now, and what it replaces; nothing where no target has this id."""
        for each in services:
            found = next((span for span in each.spans if span.target.id == target), None)
            if found is not None:
                return self._said(found, each)
        return ""

    def _said(self, span: TargetSpan, of: ServiceTargets) -> str:
        first, name = span.target.applies_from_on, of.service.name(self.language)
        values = {"service": name, "target": self._target(span), "day": self._day(first)}
        said = self.words("waiting_targets.decided", **values)
        earlier = [e for e in of.spans if e.target.applies_from_on == first]
        before = earlier[: earlier.index(span)]
        if before:
            other = before[-1]
            values = {"target": self._target(other), "by": other.target.decided_by}
            said += " " + self.words("waiting_targets.replaces", **values)
        if span.is_replaced:
            said += " " + self.words("waiting_targets.replaced_since")
        return said

    def measured(self, months: Sequence[MeasuredMonth], target_s: int, typed: str) -> Measured:
        """The share within each wait of the ladder, the target's and the one typed, month by month."""
        waits = {*LADDER_S, target_s}
        if typed.isascii() and typed.isdigit() and 0 < len(typed) < 4:
            waits.add(60 * int(typed))
        columns = []
        for month in months:
            name = period_text(month.period, self.language)
            n = waits_within(month.tally, 0).n
            told = self.words("waiting_targets.measured.running", month=name) if month.is_running else name
            columns.append((told, self.words("waiting_targets.measured.n", count=n)))
        rows = []
        for wait_s in sorted(waits - {0}):
            cells = [self._share(waits_within(month.tally, wait_s)) for month in months]
            rows.append(
                (self.words("waiting_targets.minutes", minutes=minutes(wait_s)), cells, wait_s == target_s)
            )
        few = any(waits_within(month.tally, 0).n < FEWEST_WAITS for month in months)
        return Measured(columns, rows, few)

    def _share(self, within: Within) -> str:
        if within.percent is None or within.n < FEWEST_WAITS:
            return "–"
        return self.words(
            "waiting_targets.percent", percent=number(whole_percent(within.percent), self.language)
        )

    def _target(self, span: TargetSpan) -> str:
        values = {"percent": span.target.share_percent, "minutes": minutes(span.target.wait_s)}
        return self.words("waiting_targets.target", **values)

    def _day(self, day: date) -> str:
        return short_day(day, self.language)

    def _instant(self, at: datetime) -> str:
        return instant_text(at, self.language, self.zone)


def _state(span: TargetSpan, of: ServiceTargets) -> str:
    if span.is_replaced:
        return "replaced"
    if span.applies(of.on):
        return "now"
    return "to_come" if span.target.applies_from_on > of.on else "over"
