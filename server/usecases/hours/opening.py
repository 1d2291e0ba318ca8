"""Whether a service receives now, kept until the next instant at which the answer changes."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from server.domain.hall.configuration import HallConfiguration
from server.domain.hours.calendars import Calendar, Opening, business_day, opening_at


@dataclass(frozen=True, slots=True)
class OpeningNow:
    """The opening of a service and the business day, valid up to `until`."""

    opening: Opening
    on: date
    until: datetime


_openings: dict[int, tuple[Calendar, OpeningNow, datetime]] = {}
_MOST_KEPT = 1000


def opening_now(configuration: HallConfiguration, service: str, now: datetime) -> OpeningNow:
    """The opening of a service at an instant."""
    calendar = configuration.calendar_of(service)
    cached = _openings.get(id(calendar))
    if cached is not None and cached[0] is calendar and cached[2] <= now < cached[1].until:
        return cached[1]
    found = _read(calendar, now)
    if len(_openings) >= _MOST_KEPT:
        _openings.clear()
    _openings[id(calendar)] = (calendar, found, now)
    return found


def _read(calendar: Calendar, now: datetime) -> OpeningNow:
    opening = opening_at(calendar, now)
    zone = ZoneInfo(calendar.time_zone)
    on = business_day(calendar, now)
    midnight = datetime.combine(on + timedelta(days=1), time(0), zone).astimezone(UTC)
    changes = [midnight]
    if opening.half_day is not None:
        margin = timedelta(seconds=calendar.last_ticket_margin_s)
        changes += [opening.half_day.closes_at, opening.half_day.closes_at - margin]
    if opening.next_opens_at is not None:
        changes.append(opening.next_opens_at)
    return OpeningNow(opening, on, min(change for change in changes if change > now))


def end_of_next_day(configuration: HallConfiguration, on: date) -> datetime:
    """Until when a visitor's token and language are kept: the end of the next day, local time."""
    return _end_of_next_day(configuration.site.time_zone, on)


@lru_cache(maxsize=64)
def _end_of_next_day(time_zone: str, on: date) -> datetime:
    return datetime.combine(on + timedelta(days=2), time(0), ZoneInfo(time_zone)).astimezone(UTC)
