"""How pages write an instant, and in whose zone."""

from collections.abc import Collection, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time

from server.documents.installation import SitePart
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
