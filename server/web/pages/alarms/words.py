"""Instants of alarms in words: an hour of today, or the day with it."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_datetime, format_time

from server.domain.instants import from_text
from server.language import locale_of


@dataclass(frozen=True, slots=True)
class Moments:
    """Writes instants (RFC 3339) in a site's time zone and a language, as of `now`."""

    time_zone: str
    language: str
    now: datetime

    def __call__(self, instant: str) -> str:
        zone = ZoneInfo(self.time_zone)
        at, locale = from_text(instant).astimezone(zone), locale_of(self.language)
        if at.date() == self.now.astimezone(zone).date():
            return str(format_time(at, "HH:mm", locale=locale))
        return str(format_datetime(at, "d MMM HH:mm", locale=locale))
