"""The form of « What if »: the weekday and the change that an address asks for, or what is wrong in it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time

from flask import request

from server.domain.calling.rules import RuleName
from server.domain.hall.configuration import HallConfiguration, Service
from server.domain.hours.calendars import Span
from server.domain.languages import text_in
from server.domain.simulation.moved_arrivals import (
    AppointmentQuota,
    DemandWhileClosed,
    closings,
    hours_within,
)
from server.domain.simulation.what_if import BreakMoved, Change, OneCounterMore, OtherRule, OtherServices
from server.usecases.hours.hours_words import clock_words, hours_in_words
from server.web.access.callers import database
from server.web.pages.quality.wording import weekday_name
from server.web.rendering.viewer import Sentence

KINDS = ("guichet", "pause", "profil", "regle", "rendez-vous")
USUAL = {"quoi": KINDS[0], "de": "09:00", "a": "12:00", "debut": "12:00", "quota": "2"}
FIELDS = (
    *("jour", "quoi", "comme", "service", "quota", "de", "a", "midi"),
    *("guichet", "debut", "place", "profil", "regle"),
)
MOST_APPOINTMENTS = 20
"""A half hour, for one service."""
_HOUR = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_WHOLE = re.compile(r"[0-9]{1,3}")


@dataclass(frozen=True, slots=True)
class Asked:
    """The form: its fields as texts, the weekday and the change where they are right, else the problems."""

    fields: Mapping[str, str]
    weekday: int
    change: Change | None
    problems: Mapping[str, str]


def counters_of(hall: HallConfiguration, language: str) -> list[tuple[str, str]]:
    """The counters of a hall that are in use, with their labels."""
    return [(each.id, each.label_in(language)) for each in hall.counters.values() if not each.is_retired]


def profiles_of(hall: HallConfiguration, language: str) -> list[tuple[str, str]]:
    """The profiles of a hall with their names."""
    return [(each, text_in(names, language)) for each, names in hall.profile_names.items()]


def walk_ins_of(hall: HallConfiguration) -> list[Service]:
    return [each for each in hall.services.values() if each.may_walk_in and not each.is_retired]


def open_weekdays(hall: HallConfiguration) -> list[int]:
    return [day for day in range(7) if hall.calendar.weekly.get(day)]


def read_form(hall: HallConfiguration, words: Sentence) -> Asked:
    """The form of the address; nothing is asked where it names no change."""
    fields = {name: request.args.get(name, "").strip()[:64] or USUAL.get(name, "") for name in FIELDS}
    problems: dict[str, str] = {}
    opened = open_weekdays(hall)
    tomorrow = (hall.site.local_day(database().clock.now()).weekday() + 1) % 7
    if not request.args.get("quoi"):
        usual = min(opened, key=lambda day: (day - tomorrow) % 7, default=0)
        return Asked(fields | {"jour": str(usual + 1), "regle": str(hall.rule)}, usual, None, problems)
    weekday = int(fields["jour"]) - 1 if fields["jour"] in [str(day + 1) for day in opened] else -1
    if weekday < 0:
        problems["jour"] = words("what_if.refused.weekday")
    form = _Form(hall, fields, weekday, problems, words)
    change = form.change()
    return Asked(fields, weekday, None if problems else change, problems)


def change_in_words(hall: HallConfiguration, asked: Asked, words: Sentence) -> str:
    """What the form asks for, in a few words."""
    language, fields = words.language, asked.fields
    names = dict([*counters_of(hall, language), *profiles_of(hall, language)])
    hours = {
        field: clock_words(time.fromisoformat(fields[field]), language, words)
        for field in ("de", "a", "debut")
        if _HOUR.fullmatch(fields[field])
    }
    service = hall.services.get(fields["service"])
    return words(
        f"what_if.change.{fields['quoi']}",
        day=weekday_name(asked.weekday, language),
        like=names.get(fields["comme"], ""),
        first=hours.get("de", ""),
        last=hours.get("a", ""),
        counter=names.get(fields["guichet" if fields["quoi"] == "pause" else "place"], ""),
        begins=hours.get("debut", ""),
        profile=names.get(fields["profil"], ""),
        rule=words(f"document_words.choice.rule.{fields['regle']}") if fields["quoi"] == "regle" else "",
        n=fields["quota"],
        service=service.name(language) if service else "",
    )


@dataclass(frozen=True, slots=True)
class _Form:
    """Reads the fields of the chosen change; each wrong one has its problem."""

    hall: HallConfiguration
    fields: Mapping[str, str]
    weekday: int
    problems: dict[str, str]
    words: Sentence

    def change(self) -> Change | None:
        match self.fields["quoi"]:
            case "guichet":
                services = self._services("comme", is_any=True)
                opened = self._hours()
                if opened is None:
                    return None
                return OneCounterMore(services, opened.opens, opened.closes, self._demand(opened))
            case "rendez-vous":
                opened, each = self._hours(), self._whole("quota", 1, MOST_APPOINTMENTS)
                named = self.fields["service"]
                service = next((one for one in walk_ins_of(self.hall) if one.id == named), None)
                if service is None:
                    self._refuse("service", "nothing")
                if opened is None or service is None:
                    return None
                spans = hours_within(self.hall.calendar.weekly.get(self.weekday, ()), opened)
                return AppointmentQuota(service.id, each, spans, service.target_appointment_s)
            case "pause":
                counter, starts = self._counter("guichet"), self._hour("debut")
                return BreakMoved(counter, starts) if starts else None
            case "profil":
                return OtherServices(self._counter("place"), self._services("profil"))
            case "regle" if self.fields["regle"] in tuple(RuleName):
                return OtherRule(RuleName(self.fields["regle"]))
            case "regle":
                self._refuse("regle", "rule")
            case _:
                self._refuse("quoi", "kind")
        return None

    def _refuse(self, field: str, why: str, **values: str) -> None:
        self.problems.setdefault(field, self.words(f"what_if.refused.{why}", **values))

    def _demand(self, opened: Span) -> DemandWhileClosed | None:
        """Who would come while the hall closes, where the counter is open then."""
        share, spans = self._whole("midi", 0, 100), self.hall.calendar.weekly.get(self.weekday, ())
        if share and not hours_within(closings(spans), opened):
            self._refuse("midi", "not_closed")
        return DemandWhileClosed(share / 100, spans) if share else None

    def _whole(self, field: str, least: int, most: int) -> int:
        """A whole number between these; an empty field is the least."""
        text = self.fields[field] or str(least)
        if not _WHOLE.fullmatch(text) or not least <= int(text) <= most:
            self._refuse(field, "number", least=str(least), most=str(most))
            return least
        return int(text)

    def _counter(self, field: str) -> str:
        if self.fields[field] not in dict(counters_of(self.hall, self.words.language)):
            self._refuse(field, "counter" if self.fields[field] else "nothing")
        return self.fields[field]

    def _services(self, field: str, *, is_any: bool = False) -> tuple[str, ...]:
        """The services of a profile; where `is_any`, also those of a counter."""
        named = self.hall.counters.get(self.fields[field])
        if is_any and named is not None and not named.is_retired:
            return named.services
        profile = self.hall.profiles.get(self.fields[field])
        if profile is None:
            is_named = is_any and self.fields[field]
            self._refuse(field, "counter" if is_named else "nothing" if is_any else "profile")
            return ()
        queues = (self.hall.queues[each] for each in profile.queues if each in self.hall.queues)
        return tuple(service for queue in queues for service in queue.services)

    def _hours(self) -> Span | None:
        starts, ends = self._hour("de"), self._hour("a")
        if starts and ends and ends <= starts:
            self._refuse("a", "reversed")
        return Span(starts, ends) if starts and ends else None

    def _hour(self, field: str) -> time | None:
        """An hour at which the hall is open, from its first opening to its last closing that day."""
        if not _HOUR.fullmatch(self.fields[field]):
            self._refuse(field, "hour")
            return None
        at = time.fromisoformat(self.fields[field])
        spans = self.hall.calendar.weekly.get(self.weekday, ())
        if spans and not (spans[0].opens <= at and (spans[-1].closes == time() or at <= spans[-1].closes)):
            hours = hours_in_words(spans, self.words.language, self.words)
            self._refuse(field, "outside", hours=hours)
        return at
