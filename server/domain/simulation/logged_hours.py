"""Hours of the counters of a replayed log: those planned in it, else usual ones, of the days before."""

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from server.domain.simulation.logs import LoggedDuty
from server.domain.waits.usual_hours import (
    LEARNT_FROM,
    Absence,
    OnDuty,
    Spans,
    absences_ahead,
    back_in_s,
    on_duty,
    second_of_day,
    usual_hours,
)

FEWEST_COUNTERS = 3
"""With fewer counters no usual hours are learnt, as where fewer than three agents work."""


@dataclass(frozen=True, slots=True)
class HoursToday:
    """The hours of counters on a day, planned or usual, at an instant (seconds of the local day).

    `left_s`: when those that were there today left last.
    """

    usual: Mapping[str, Spans]
    now_s: int
    left_s: Mapping[str, int]

    def absences(self, duties: Iterable[LoggedDuty]) -> tuple[Absence, ...]:
        """Those of an agent who holds these counters: of the first whose hours are known."""
        for duty in duties:
            if duty.counter in self.usual:
                since_s = second_of_day(duty.opened_at.astimezone(duty.zone))
                return self._ahead(duty.counter, since_s)
        return ()

    def after(self, counter: str, in_s: float) -> tuple[Absence, ...]:
        """Those of a counter that comes back in a while."""
        return self._ahead(counter, self.now_s + in_s)

    def _ahead(self, counter: str, since_s: float) -> tuple[Absence, ...]:
        ends_s = max(spans[-1][1] for spans in self.usual.values())
        return absences_ahead(self.usual[counter], self.now_s, since_s=since_s, hall_ends_s=ends_s)

    def back_in_s(self, present: Container[str]) -> Iterator[tuple[str, float]]:
        """Seconds until each counter that is not present is expected."""
        for counter, spans in self.usual.items():
            if counter not in present:
                in_s = back_in_s(spans, self.now_s, self.left_s.get(counter))
                if in_s is not None:
                    yield counter, in_s


@dataclass(slots=True)
class HoursOfLog:
    """What is known of the hours of a hall's counters: those that were, and those planned."""

    planned: list[tuple[LoggedDuty, OnDuty]] = field(default_factory=list)
    seen: list[OnDuty] = field(default_factory=list)
    last: dict[str, LoggedDuty] = field(default_factory=dict)
    day: date | None = None
    usual: dict[str, Spans] = field(default_factory=dict)
    left_s: dict[str, tuple[date, int]] = field(default_factory=dict)

    def plan(self, duty: LoggedDuty, planned: tuple[datetime, datetime]) -> None:
        """The planned hours of a counter are known before."""
        self.planned.append((duty, on_duty(duty.counter, *planned, duty.zone)))

    def close(self, duty: LoggedDuty) -> None:
        """A counter is not on duty any more."""
        if duty.closed_at is not None:
            self.seen.append(on_duty(duty.counter, duty.opened_at, duty.closed_at, duty.zone))
            local = duty.closed_at.astimezone(duty.zone)
            self.left_s[duty.counter] = (local.date(), second_of_day(local))

    def today(self, local: datetime) -> HoursToday:
        """What is expected at an instant; learnt once a day."""
        day = local.date()
        if day != self.day:
            self._learn(day)
        left_s = {counter: left_s for counter, (on, left_s) in self.left_s.items() if on == day}
        return HoursToday(self.usual, second_of_day(local), left_s)

    def _learn(self, day: date) -> None:
        self.day = day
        self.seen = [each for each in self.seen if each.day >= day - LEARNT_FROM]
        is_enough = len({each.counter for each in self.seen}) >= FEWEST_COUNTERS
        self.usual = usual_hours(self.seen, day) if is_enough else {}
        spans: dict[str, list[tuple[int, int]]] = {}
        for duty, planned in self.planned:
            if planned.day == day:
                spans.setdefault(duty.counter, []).append((planned.starts_s, planned.ends_s))
                self.last.setdefault(duty.counter, duty)
        self.usual |= {counter: sorted(each) for counter, each in spans.items()}
