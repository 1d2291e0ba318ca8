"""Hours of the counters of a replayed log: those planned in it, else usual ones, of the days before."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from server.domain.simulation.logs import LoggedDuty
from server.domain.waits.usual_hours import (
    LEARNT_FROM,
    HoursToday,
    OnDuty,
    Spans,
    on_duty,
    second_of_day,
    usual_hours,
)

FEWEST_COUNTERS = 3
"""With fewer counters no usual hours are learnt, as where fewer than three agents work."""


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

    def today(self, local: datetime, present: Iterable[LoggedDuty]) -> HoursToday:
        """What is expected at an instant while these counters are on duty; learnt once a day."""
        day = local.date()
        if day != self.day:
            self._learn(day)
        since_s = {each.counter: second_of_day(each.opened_at.astimezone(each.zone)) for each in present}
        left_s = {counter: left_s for counter, (on, left_s) in self.left_s.items() if on == day}
        return HoursToday(self.usual, second_of_day(local), since_s, left_s)

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
