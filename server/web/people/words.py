"""How these pages write an instant."""

from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time


def instant_text(at: datetime, language: str, zone: ZoneInfo) -> str:
    """A local date and time: "26 nov. 2026, 14:05"."""
    local, locale = at.astimezone(zone), "en_GB" if language == "en" else language
    day = format_date(local.date(), "medium", locale=locale)
    return f"{day}, {format_time(local.time(), 'HH:mm', locale=locale)}"
