"""Instants as pages write them, in a place’s time zone."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_time

from server.documents.installation import SitePart
from server.domain.instants import from_text
from server.language import locale_of


def instant_text(at: datetime, language: str, zone: ZoneInfo) -> str:
    """A local date and time: "26 nov. 2026, 14:05"."""
    local, locale = at.astimezone(zone), locale_of(language)
    day = format_date(local.date(), "medium", locale=locale)
    return f"{day}, {format_time(local.time(), 'HH:mm', locale=locale)}"


def zone_of(parts: Mapping[str, SitePart], sites: Collection[str] | None) -> ZoneInfo:
    """The zone of the first of the reader's sites (slugs; None: all), else of the first; Paris before any."""
    own = [each for slug, each in parts.items() if sites is None or slug in sites]
    return ZoneInfo(next((each.time_zone for each in [*own, *parts.values()]), "Europe/Paris"))


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
