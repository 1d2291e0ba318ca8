"""Read appointments from an iCalendar text (RFC 5545): each event taken or refused by itself.

Of an event only its UID, its beginning, whether it was called off and which service it is for are looked at;
no text of it goes any further (docs/rules/appointments.md).
"""

import hashlib
import re
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import Calendar, Component
from icalendar.prop import vDDDTypes

from server.domain.appointments.files import (
    MOST_LINES,
    CancelledLine,
    FileLine,
    ReadLine,
    RefusedLine,
    instant_in,
    is_external_id,
    without_doubles,
)
from server.domain.hall.configuration import HallConfiguration
from server.domain.refusals import Refusal

MOST_CHARACTERS = 900_000
LOOKED_AT = frozenset(
    {"UID", "STATUS", "DTSTART", "RRULE", "RDATE", "RECURRENCE-ID", "CATEGORIES", "SUMMARY"}
)
RECURRING = ("RRULE", "RDATE", "RECURRENCE-ID")

_FOLD = re.compile(r"\r?\n[ \t]")
_ZONE = re.compile(
    r"^BEGIN[^\n]*VTIMEZONE.*?(?:^END[^\n]*VTIMEZONE[^\n]*\n?|\Z)", re.MULTILINE | re.DOTALL | re.IGNORECASE
)
_EVENT = re.compile(r"^BEGIN[^\n]*VEVENT", re.MULTILINE | re.IGNORECASE)
_WORD = re.compile(r"\w+")


def read_calendar_file(text: str, configuration: HallConfiguration) -> list[ReadLine]:
    """The events of an iCalendar text, numbered from 1, as appointments of a hall.

    Refusals of the whole text: malformed_calendar when it is none or is cut off, too_large beyond 900,000
    characters or 5,000 events.
    """
    if len(text) > MOST_CHARACTERS:
        raise Refusal("too_large")
    whole = _without_zones(text)
    calendars = _parsed(whole)
    events = [(calendar, each) for calendar in calendars for each in calendar.subcomponents]
    if not calendars or sum(each.name == "VEVENT" for _, each in events) != len(_EVENT.findall(whole)):
        raise Refusal("malformed_calendar")  # cut off, or an event inside another: none may get lost
    if len(events) > MOST_LINES:
        raise Refusal("too_large")
    reader = _Events(configuration)
    read = (reader.line(at, event, calendar) for at, (calendar, event) in enumerate(events, 1))
    return list(without_doubles(read))


def _without_zones(text: str) -> str:
    """The text unfolded and without its own definitions of time zones, which are rules a server would run."""
    return _ZONE.sub("", _FOLD.sub("", text.removeprefix("\ufeff")))


def _parsed(text: str) -> list[Component]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that the name of a zone was guessed from a longer one
        try:
            found = Calendar.from_ical(text, multiple=True)
        except (ValueError, KeyError, IndexError) as error:
            raise Refusal("malformed_calendar") from error
    if any(each.name != "VCALENDAR" for each in found):
        raise Refusal("malformed_calendar")
    return list(found)


class _Events:
    def __init__(self, configuration: HallConfiguration) -> None:
        self.zone = ZoneInfo(configuration.site.time_zone)
        self.names: dict[str, set[str]] = {}
        for service in configuration.services.values():
            for name in (service.id, *service.names.values()) if not service.is_retired else ():
                self.names.setdefault(_words(name), set()).add(service.id)

    def line(self, at: int, event: Component, calendar: Component) -> ReadLine:
        """What an event asks for."""
        external_id = _external_id(event)
        try:
            self._check(event, external_id)
            if _upper(event, "STATUS") == "CANCELLED" or _upper(calendar, "METHOD") == "CANCEL":
                return CancelledLine(at, external_id)
            return FileLine(at, external_id, self.service(event), self.begins_at(event))
        except Refusal as refusal:
            return RefusedLine(at, refusal.code, external_id)

    def _check(self, event: Component, external_id: str) -> None:
        if event.name != "VEVENT":
            raise Refusal("not_an_event")
        if any(event.get(name) is not None for name in RECURRING):
            raise Refusal("recurring_event")
        broken = {str(name or "") for name, _ in event.errors} - {"DTSTART"}
        if not external_id or isinstance(event.get("STATUS"), list) or broken & {"", *LOOKED_AT}:
            raise Refusal("malformed_event")

    def begins_at(self, event: Component) -> datetime:
        """The instant an event begins; an hour without a zone is the site's.

        Refusals: all_day_event, unknown_time_zone, malformed_hour.
        """
        start = event.get("DTSTART")
        if not isinstance(start, vDDDTypes):
            raise Refusal("malformed_hour")
        written = start.dt
        if not isinstance(written, datetime):
            raise Refusal("all_day_event")
        if written.tzinfo is not None:
            return instant_in(written.tzinfo, written.replace(tzinfo=None)).astimezone(UTC)
        if "TZID" in start.params:
            raise Refusal("unknown_time_zone")
        return instant_in(self.zone, written)

    def service(self, event: Component) -> str:
        """The service an event is for: a category that is its id or name, else named in the summary.

        Refusals: unknown_service, ambiguous_service.
        """
        named = [self.names.get(_words(category), set()) for category in _categories(event)]
        found = set[str]().union(*named) or self._named_in(_words(str(event.get("SUMMARY", ""))))
        if len(found) > 1:
            raise Refusal("ambiguous_service")
        if not found:
            raise Refusal("unknown_service")
        return found.pop()

    def _named_in(self, summary: str) -> set[str]:
        inside = [name for name in self.names if name and f" {name} " in f" {summary} "]
        longest = [one for one in inside if not any(one != other and one in other for other in inside)]
        return set[str]().union(*(self.names[name] for name in longest))


def _words(text: str) -> str:
    """A text by its words alone, so that case, punctuation and kinds of spaces do not matter."""
    return " ".join(_WORD.findall(text.casefold()))


def _upper(component: Component, name: str) -> str:
    return str(component.get(name, "")).strip().upper()


def _external_id(event: Component) -> str:
    """The UID, or one made of it where it is too long or has other signs; "" without one."""
    uid = event.get("UID")
    text = "" if uid is None or isinstance(uid, list) else str(uid).strip()
    if not text or is_external_id(text):
        return text
    return f"uid-{hashlib.sha256(text.encode()).hexdigest()[:40]}"


def _categories(event: Component) -> Iterator[str]:
    found: Any = event.get("CATEGORIES", [])
    for each in found if isinstance(found, list) else [found]:
        yield from (str(category) for category in getattr(each, "cats", []))
