"""Instants: aware UTC inside, integer microseconds since the Unix epoch in rows.

RFC 3339 text in facts and messages.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def to_micros(instant: datetime) -> int:
    """The microseconds since 1970-01-01T00:00:00Z of an aware instant, exact (no float)."""
    return (instant - EPOCH) // _MICROSECOND


def from_micros(micros: int) -> datetime:
    """The aware UTC instant of a count of microseconds since 1970-01-01T00:00:00Z."""
    return EPOCH + timedelta(microseconds=micros)


def midnight(day: date, zone: tzinfo) -> datetime:
    """When a local day begins."""
    return datetime.combine(day, time(), zone)


def to_text(instant: datetime) -> str:
    """The RFC 3339 text of an aware instant, in UTC, always with six decimals.

    So that texts sort as instants do.
    """
    return instant.astimezone(UTC).isoformat(timespec="microseconds")


def text_or_none(instant: datetime | None) -> str | None:
    """The RFC 3339 text of an aware instant; None for None."""
    return None if instant is None else to_text(instant)


def from_text(text: str) -> datetime:
    """The aware UTC instant of an RFC 3339 text. Raises ValueError when it has no offset."""
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError(f"an instant needs an offset: {text!r}")
    return instant.astimezone(UTC)


def micros_to_text(micros: int | None) -> str | None:
    """The RFC 3339 text of an instant kept in a row, or None."""
    return None if micros is None else to_text(from_micros(micros))


def text_to_micros(text: str | None) -> int | None:
    """The microseconds of an instant kept in a fact, or None."""
    return None if text is None else to_micros(from_text(text))


def half_hour(instant: datetime, zone: tzinfo) -> int:
    """The half hour of the local day that an instant falls in: 0 from midnight on, 47 the last."""
    local = instant.astimezone(zone)
    return 2 * local.hour + local.minute // 30


@dataclass(slots=True)
class Budget:
    """At most `most` in a period of `period_s` seconds, which begins with the first one."""

    most: int
    period_s: float
    used: int = 0
    begun_at_s: float = float("-inf")

    def take(self, now_s: float) -> bool:
        """Counts one more; whether it is within the budget. `now_s`: of a clock that never goes back."""
        if self.is_over(now_s):
            self.begun_at_s, self.used = now_s, 0
        self.used += 1
        return self.used <= self.most

    def is_over(self, now_s: float) -> bool:
        """Whether the period has ended, so that nothing is counted any more."""
        return now_s - self.begun_at_s >= self.period_s
