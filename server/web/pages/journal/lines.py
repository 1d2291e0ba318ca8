"""Facts of a journal as lines for people: event, subject, author or place; the same lines as files."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time

from server.domain.alarms.alarms import AlarmKind
from server.domain.facts import OF_ALARMS, FactKind
from server.domain.hall.configuration import HallConfiguration
from server.domain.instants import from_text, to_text
from server.domain.texts import csv_sheet, csv_text, fold_text
from server.domain.visits.reentered import is_reentered
from server.language import day_text, locale_of
from server.usecases.alarms.record_alarms import label_of, sentence_of
from server.usecases.journal.read_journal import KnownFact
from server.usecases.people.directory import names_of_places
from server.web.rendering.viewer import Sentence, instant_text

_CODES: Mapping[str, tuple[str, ...]] = {
    "reason": (
        "journal.reason.",
        "console.pause.reason.",
        "console.cancel.reason.",
        "console.chosen.reason.",
    ),
    "outcome": ("journal.outcome.",),
    "urgency": ("console.declare_urgent.reason.",),
    "verdict": ("journal.verdict.",),
    "choice": ("journal.choice.",),
    "why": ("journal.reason.", "device_list.why."),
}
"""Fields of bodies that hold a code of a closed list, or words of the hall's own; a code has a sentence, of
the journal or of the page where it is chosen or shown.
"""
_KEYS: Mapping[str, str] = {str(kind): f"journal.fact.{kind.name.lower()}" for kind in FactKind}
_INSTANTS = ("until", "from", "resumes_at", "expires_at", "booked_at")
_PLACES = ("configured", "screen", "device", "printer")


@dataclass(frozen=True, slots=True)
class Line:
    """One fact in words."""

    fact: KnownFact
    what: str
    about: Sequence[str]
    author: str

    def holds(self, words: Sequence[str]) -> bool:
        """Whether the line contains every one of these words (`folded`)."""
        text = fold_text(" ".join([self.what, *self.about, self.author]))
        return all(word in text for word in words)


class JournalLines:
    """Makes lines in a language. `halls`: configurations by slug, for the names of today."""

    def __init__(self, halls: Mapping[str, HallConfiguration], zone: ZoneInfo, say: Sentence) -> None:
        self.halls, self.zone, self.say = halls, zone, say
        self.locale = locale_of(say.language)
        self.services = {each.id: each for hall in halls.values() for each in hall.services.values()}
        self.counters = {each.id: each for hall in halls.values() for each in hall.counters.values()}
        self.limits = names_of_places(halls.values(), say.language)
        self.places = {
            place.id: place.label
            for hall in halls.values()
            for listed in (hall.kiosks, hall.screens)
            for place in listed.values()
        }

    def line(self, fact: KnownFact) -> Line:
        """The line of a fact."""
        return Line(fact, self.what(fact), self.about(fact), self.author(fact))

    def by_day(self, facts: Iterable[KnownFact]) -> list[tuple[str, list[Line]]]:
        """The lines of facts under the local date they were recorded on, in words."""
        return [
            (str(format_date(on, "EEEE d MMMM y", locale=self.locale)), [self.line(fact) for fact in run])
            for on, run in groupby(facts, key=lambda each: each.recorded_at.astimezone(self.zone).date())
        ]

    def at(self, fact: KnownFact) -> str:
        """The local time it was recorded at, to the second."""
        return str(format_time(fact.recorded_at.astimezone(self.zone), "HH:mm:ss", locale=self.locale))

    def happened(self, fact: KnownFact) -> str | None:
        """When it happened, where that is more than a minute from when it was recorded."""
        apart_s = abs((fact.recorded_at - fact.happened_at).total_seconds())
        return self.instant(fact.happened_at) if apart_s >= 60 else None

    def what(self, fact: KnownFact) -> str:
        """What happened."""
        key = _KEYS.get(fact.kind)
        return self.say("journal.fact.unknown", kind=fact.kind) if key is None else self.say(key)

    def instant(self, at: datetime) -> str:
        """A local date and time."""
        return instant_text(at, self.say.language, self.zone)

    def author(self, fact: KnownFact) -> str:
        """The author of a fact, or its place."""
        if fact.author_kind == "person":
            return fact.names.accounts[fact.author]
        if fact.author_kind == "key":
            return self.say("journal.who.key", name=fact.names.keys[fact.author])
        if fact.author_kind == "device":
            return self.device(fact, fact.author)
        if fact.author_kind == "withheld":
            place = self.counter(fact.counter) if fact.counter else self.say("journal.who.withheld")
            return place[:1].upper() + place[1:]
        return self.say(f"journal.who.{fact.author_kind}")

    def device(self, fact: KnownFact, device: str) -> str:
        """The label of the kiosk or screen of a device; a general word where the device is
        unknown.
        """
        place = fact.names.devices.get(device)
        if place is None:
            return self.say("journal.who.device")
        label = self.places.get(place.configured, place.configured)
        return self.say(f"journal.who.{place.kind}", label=label)

    def counter(self, counter: str) -> str:
        """The label of a counter."""
        found = self.counters.get(counter)
        return found.label_in(self.say.language) if found else counter

    def service(self, service: str) -> str:
        """The name of a service."""
        found = self.services.get(service)
        return found.name(self.say.language) if found else service

    def about(self, fact: KnownFact) -> list[str]:
        """What a fact is about, the most telling first."""
        body = fact.body
        number = fact.number or body.get("number")
        parts = [self.say("journal.about.number", number=number)] if number else []
        parts += self._services(body)
        if fact.counter and fact.author_kind != "withheld":
            parts.append(self.counter(fact.counter))
        parts += [self._place(fact, body[key]) for key in _PLACES if self._names_place(fact, key)]
        parts += self._alarm(fact)
        parts += self._named(fact)
        parts += self._figures(body)
        parts += [self.coded(field, body[field]) for field in _CODES if isinstance(body.get(field), str)]
        parts += [
            self.say(f"journal.about.{key}", at=self.instant(from_text(body[key])))
            for key in _INSTANTS
            if isinstance(body.get(key), str)
        ]
        if fact.is_clock_suspect:
            parts.append(self.say("journal.about.clock_suspect"))
        if is_reentered(body):
            parts.append(self.say("journal.about.reentered"))
        return [part for part in parts if part]

    def _services(self, body: Mapping[str, Any]) -> list[str]:
        own, leg, following = body.get("service"), body.get("leg"), body.get("new_leg")
        parts = [self.service(own)] if isinstance(own, str) else []
        if isinstance(leg, dict) and "service" in leg:
            parts.append(self.service(leg["service"]))
        if isinstance(following, dict):
            parts.append(self.say("journal.about.towards", service=self.service(following["service"])))
        return parts

    def _names_place(self, fact: KnownFact, key: str) -> bool:
        value = fact.body.get(key)
        is_author = value == fact.author or (key == "device" and "configured" in fact.body)
        return isinstance(value, str) and not is_author

    def _place(self, fact: KnownFact, place: str) -> str:
        return self.places[place] if place in self.places else self.device(fact, place)

    def _alarm(self, fact: KnownFact) -> list[str]:
        """The sentence of an alarm, with the values of this fact, or of its latest fact with values."""
        alarm = fact.names.alarms.get(fact.body.get("id", "")) if fact.kind in OF_ALARMS else None
        hall = None if alarm is None else self.halls.get(alarm.slug)
        if alarm is None or hall is None:
            return []
        language, translate = self.say.language, self.say.translate
        kind = AlarmKind(alarm.kind)
        label = label_of(hall, kind, alarm.subject, language, translate)
        values = fact.body.get("values", alarm.values)
        return [sentence_of(kind, label, values, language, translate)]

    def _named(self, fact: KnownFact) -> list[str]:
        """Accounts with their roles, keys and notices, by their names of today."""
        body, details = fact.body, fact.names
        parts = []
        if "account" in body:
            parts.append(details.accounts.get(body["account"]) or self.say("journal.who.gone"))
        for grant in body.get("grants") or ():
            role, site = self.say(f"server.role.{grant['role']}"), grant["site"]
            where = self.say("journal.about.every_site") if site == "*" else site
            limits = [self.limits.get(each, each) for each in grant.get("limited_to", ())]
            parts.append(" · ".join([role, where, *limits]))
        if "key" in body:
            parts.append(details.keys.get(body["key"], ""))
        if "notice" in body:
            parts.append(details.titles.get(body["notice"], ""))
        parts += [body[key] for key in ("slug", "site") if isinstance(body.get(key), str)]
        if "is_on" in body:
            parts.append(self.say("journal.about.on" if body["is_on"] else "journal.about.off"))
        if fact.kind == FactKind.ALERT_RAISED:
            parts.append(self.say(f"server.alert.kind.{body['kind']}"))
            parts += [self.say("journal.about.drill")] if body.get("is_drill") else []
        return parts

    def _figures(self, body: Mapping[str, Any]) -> list[str]:
        parts = []
        if "revision" in body:
            parts.append(self.say("journal.about.revision", revision=body["revision"]))
        if "business_day" in body and "legs" in body:
            day = day_text(date.fromisoformat(body["business_day"]), self.say.language)
            parts.append(self.say("journal.about.closed", day=day, count=body["legs"]))
        if "share_percent" in body:
            minutes = body["wait_s"] // 60
            parts.append(self.say("journal.about.target", share=body["share_percent"], minutes=minutes))
            parts.append(body.get("decided_by") or "")
        if "from_on" in body:
            day = day_text(date.fromisoformat(body["from_on"]), self.say.language)
            parts.append(self.say("journal.about.from_on", day=day))
        if "indicator" in body:
            parts += [body["indicator"], body["period"], body["value"], body.get("source", "")]
        if "day" in body and "words" in body:
            day = day_text(date.fromisoformat(body["day"]), self.say.language)
            parts += [day, body["words"]]
        if "lost_facts" in body:
            parts.append(self.say("journal.about.lost", count=max(0, body["lost_facts"])))
        return parts

    def coded(self, field: str, code: str) -> str:
        """The sentence of a code in a field of a body; the hall's own words as they are."""
        keys = [prefix + code for prefix in _CODES[field]]
        return next((said for key in keys if (said := self.say(key)) != key), code)


def word_filter(words: str) -> Callable[[Line], bool] | None:
    """A filter for lines that contain the typed words; None without any."""
    typed = fold_text(words).split()
    return (lambda line: line.holds(typed)) if typed else None


COLUMNS = (
    *("position", "recorded_at", "happened_at", "kind", "number", "what", "about", "who", "fact", "hash"),
    "body",
)


def csv_of(pages: Iterable[Sequence[Line]], language: str, heads: Sequence[str]) -> Iterator[str]:
    """The lines of the sheet after the `heads` of COLUMNS; what a spreadsheet would calculate stays text."""
    yield csv_sheet([heads], language)
    for page in pages:
        for line in page:
            values = _values(line) | {"body": json.dumps(line.fact.body, ensure_ascii=False)}
            yield csv_text([[values[column] or "" for column in COLUMNS]], language)


def json_of(pages: Iterable[Sequence[Line]]) -> Iterator[str]:
    """One JSON document with an object for each fact, written while it is read."""
    yield '{"facts": ['
    separator = "\n"
    for page in pages:
        for line in page:
            yield separator + json.dumps(_values(line) | {"body": line.fact.body}, ensure_ascii=False)
            separator = ",\n"
    yield "\n]}\n"


def _values(line: Line) -> dict[str, object]:
    fact = line.fact
    return {
        "position": fact.position,
        "recorded_at": to_text(fact.recorded_at),
        "happened_at": to_text(fact.happened_at),
        "kind": fact.kind,
        "number": fact.number,
        "what": line.what,
        "about": " · ".join(line.about),
        "who": line.author,
        "fact": fact.id,
        "hash": fact.hash,
    }
