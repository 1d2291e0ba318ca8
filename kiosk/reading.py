"""What « Écouter » says about the view of a kiosk: short sentences, each spoken and cached separately.

Pure: the menu, the ticket and the catalogue in, sentences out. Of a request only what it names is spoken: a
service, a reason, a visit.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from hardware.json_types import SaidWait
from kiosk.menu import ExpectedWait, Translate, hour_text, opening_text, worded_wait
from kiosk.menu_messages import MenuMessage, NextOpening, ServiceOfMenu

type View = Literal[
    "start", "languages", "sheet", "needs", "appointment", "convocation", "notice", "ticket",
    "information", "information_text", "away", "referral", "together", "escort", "film",
]  # fmt: skip
type Reason = Literal[
    "closed", "no_counter", "full", "too_late", "stopped", "appointment_only", "other",
    "unknown_appointment", "appointment_used", "appointment_cancelled", "appointment_other_day",
    "appointment_too_early", "scanned_ticket", "scanned_other",
]  # fmt: skip
type Need = Literal["step_free", "deaf", "blind", "cannot_read", "slow", "interpreter"]
type Arrival = Literal["early", "on_time", "late", "walk_in"]
type Paper = Literal["pending", "printed", "elsewhere", "no_paper", "unknown", "none"]

LONGEST_READING = 60
"""Sentences of one view; a screen full of services and papers has some thirty."""
_HAS_OPENING = ("closed", "full", "too_late")
NEEDS: tuple[Need, ...] = ("step_free", "deaf", "blind", "cannot_read", "slow", "interpreter")
"""In the order of the kiosk's view."""
WRONG_CODES: tuple[Reason, ...] = ("unknown_appointment", "scanned_ticket", "scanned_other")
_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+")


class NotInTheMenu(LookupError):
    """The service is not one of those the kiosk shows."""


@dataclass(frozen=True, slots=True)
class ReadArrival:
    """What coming early or late for an appointment changed; `booked_at` aware, `late_min` whole minutes."""

    arrival: Arrival
    booked_at: datetime
    late_min: int = 0


@dataclass(frozen=True, slots=True)
class ReadTicket:
    """A ticket as the kiosk shows it: how many wait before it (None: no longer waiting) and how long.

    `place` is the counter that calls it, empty while nobody does; `has_code` that a phone can scan a code.
    `together`: all numbers of the tickets it is linked to, its own included; ahead and wait are theirs then.
    `is_covered`: the kiosk asks whose number it is. `is_fetched`: an agent comes for the visitor.
    `paper_within_s`: seconds until the paper is out at most, None: soon. `is_after_closing`: a call is
    expected only after the hall closes for the day.
    """

    number: str
    service: str
    ahead: int | None
    wait: ExpectedWait | None
    place: str = ""
    paper: Paper = "none"
    is_priority: bool = False
    has_code: bool = False
    is_covered: bool = False
    is_fetched: bool = False
    paper_within_s: int | None = None
    appointment: ReadArrival | None = None
    is_after_closing: bool = False
    together: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ViewReader:
    """Reads views in the language of a menu. `other_printer`: the name of the kiosk's backup printer.

    `keys_at`: where the kiosk's keys are, in the words of the site; "" where they are not declared.
    """

    menu: MenuMessage
    translate: Translate
    other_printer: str = ""
    keys_at: str = ""

    def keys(self) -> list[str]:
        """Where the keys are, then what each does."""
        where = self.say("kiosk.spoken.keys.at", place=self.keys_at) if self.keys_at else ""
        return sentences([where or self.say("kiosk.spoken.keys.here"), self.say("kiosk.spoken.keys")])

    def choice(self, place: int, count: int, label: str) -> str:
        """« 3 sur 7 : … » of a choice."""
        return self.say("kiosk.spoken.choice", place=place, total=count, label=label)

    def title(self, view: Literal["languages", "away", "escort"]) -> list[str]:
        """A view of one sentence, or whether an agent comes. « away » is kept for when no server answers."""
        answers = [self.say("kiosk.escort.yes"), self.say("kiosk.escort.no")] if view == "escort" else []
        return sentences([self.say(f"kiosk.{view}.title"), *self.numbered(answers)])

    def sheet(self, service_id: str, *, excused: tuple[str, str] | None = None) -> list[str]:
        """A service: its wait, what to bring, what to press.

        `excused`: the service that asks for an appointment, and the code of why there is none.
        """
        service = self.service_of(service_id)
        reason = [] if excused is None else [self._reason(*excused)]
        read = [service["name"], *reason, *self._sheet_wait(service)]
        if service["bring"]:
            read += [self.say("kiosk.sheet.bring"), *service["bring"]]
        answers = [self.say("kiosk.spoken.take", label=self.say("kiosk.sheet.take"))]
        grounds = self.menu["priority_grounds"]
        if self.menu["priority_notice"]:
            card = self.say("kiosk.spoken.take_with_card")
            more = self.say("kiosk.priority.grounds", grounds=grounds) if grounds else ""
            answers.append(f"{card} {more}".strip())
        if self.menu["asks_needs"]:
            # the ellipsis of the label would end a sentence
            label = self.say("kiosk.needs.ask").rstrip("…")
            answers.append(self.say("kiosk.spoken.ask_needs", label=label))
        if service["film"] is not None:
            answers.append(self.say("kiosk.film.show"))
        return sentences([*read, *self.numbered(answers)])

    def information(self, titles: Sequence[str]) -> list[str]:
        """The list of the hall’s notices: their titles, numbered, those of the page that is up."""
        if not titles:
            return sentences([self.say("kiosk.information.title"), self.say("kiosk.information.none")])
        return sentences(
            [
                self.say("kiosk.information.title"),
                *self.numbered(titles),
                self.say("kiosk.spoken.choose_information"),
            ]
        )

    def needs(self, chosen: Collection[Need] = ()) -> list[str]:
        """What may help, what of it is chosen, and how to go on."""
        labels = [(need, self.say(f"kiosk.needs.{need}")) for need in NEEDS]
        return sentences(
            [
                self.say("kiosk.needs.title"),
                self.say("kiosk.needs.lede"),
                *self.numbered(
                    self.say("kiosk.spoken.chosen", label=label) if need in chosen else label
                    for need, label in labels
                ),
                self.say("kiosk.spoken.needs_done", label=self.say("kiosk.needs.done")),
            ]
        )

    def appointment(self, wrong: Reason = "other") -> list[str]:
        """How to type a code, and what to do without one. The typed code is not spoken: others may hear it.

        `wrong`: what is wrong with the code that was typed or read, one of `WRONG_CODES`; else it is new.
        """
        parts = ("title", "text") if wrong in WRONG_CODES else ()
        return sentences(
            [
                *(self.say(f"kiosk.notice.{wrong}.{part}") for part in parts),
                self.say("kiosk.appointment.title"),
                self.say("kiosk.appointment.lede"),
                self.say("kiosk.spoken.code_done", label=self.say("kiosk.appointment.done")),
                self.say("kiosk.spoken.without_code", label=self.say("kiosk.appointment.without_code")),
            ]
        )

    def convocations(self, services: Sequence[str], shown: Collection[str] = ()) -> list[str]:
        """The services with convocations; `shown` are those of the page that is up (none: all)."""
        if not services:
            return sentences([self.say("kiosk.convocation.service"), self.say("kiosk.convocation.none")])
        numbered = self.numbered(self.service_of(service)["name"] for service in services)
        names = [
            name for name, service in zip(numbered, services, strict=True) if not shown or service in shown
        ]
        choose = self.say("kiosk.spoken.choose")
        return sentences([self.say("kiosk.convocation.service"), *names, choose])

    def hours(
        self, service_id: str, hours: Sequence[datetime], shown: Collection[datetime] = ()
    ) -> list[str]:
        """The hours (aware) at which convocations of a service are expected, `shown` as in `convocations`."""
        numbered = zip(self.numbered(self.hour(hour) for hour in hours), hours, strict=True)
        return sentences(
            [
                self.service_of(service_id)["name"],
                self.say("kiosk.convocation.hour"),
                *(said for said, hour in numbered if not shown or hour in shown),
            ]
        )

    def notice(
        self,
        service_id: str | None,
        reason: Reason,
        at: datetime | None = None,
        *,
        sheet: Paper | None = None,
    ) -> list[str]:
        """Why no ticket is given, and what to do; `at` is the hour of an appointment or when to be back.

        `sheet`: what became of the paper on how to book, "none" while it is offered, None where it is not.
        """
        service = self.service_of(service_id) if service_id is not None else None
        booking = service["booking"] if service and reason == "appointment_only" else None
        opening = self.opening_said(service["next_opening"]) if service and reason in _HAS_OPENING else ""
        times = {"at": self.hour(at), "day": self._day(at)} if at is not None else {"at": "", "day": ""}
        return sentences(
            [
                service["name"] if service else "",
                self.say(f"kiosk.notice.{reason}.title"),
                booking or self.say(f"kiosk.notice.{reason}.text", **times),
                opening,
                (service["why_stopped"] or "") if service and reason == "stopped" else "",
                *(self._instead(service) if service and reason == "appointment_only" else ()),
                self._sheet(sheet) if sheet else "",
            ]
        )

    def ticket(self, ticket: ReadTicket) -> list[str]:
        """The number (letter, then each digit), how many wait before, what to do, the number again."""
        if ticket.is_covered:
            answers = self.numbered([self.say("kiosk.action.mine"), self.say("kiosk.action.not_mine")])
            return sentences([self.say("kiosk.ticket.whose"), *answers])
        numbers = [
            self.say("kiosk.spoken.number", number=", ".join(each))
            for each in ticket.together or (ticket.number,)
        ]
        arrival = [self._arrival(ticket.appointment)] if ticket.appointment else []
        read = [*numbers, "" if ticket.together else ticket.service, *arrival, *self._say_turn(ticket)]
        if ticket.is_priority:
            read.append(self.say("kiosk.ticket.priority"))
        if ticket.paper != "pending":
            may_scan = ticket.has_code and ticket.paper not in ("printed", "elsewhere")
            key = f"kiosk.print.{ticket.paper}{'_scan' if may_scan else ''}"
            read.append(self.say(key, printer=self.other_printer))
        elif ticket.paper_within_s is not None:
            read.append(self._paper_time(ticket.paper_within_s))
        watch = "kiosk.together.watch" if ticket.together else "kiosk.ticket.watch"
        what_next = "kiosk.spoken.fetched" if ticket.is_fetched else watch
        return sentences([*read, self.say(what_next), *numbers])

    def _paper_time(self, within_s: int) -> str:
        """As the kiosk writes it: rounded up to ten seconds, from a minute on to minutes."""
        if within_s < 60:
            return self.say("kiosk.print.pending_seconds", count=-(-within_s // 10) * 10)
        return self.say("kiosk.print.pending_minutes", count=-(-within_s // 60))

    def _say_turn(self, ticket: ReadTicket) -> Iterator[str]:
        if ticket.place:
            yield self.say("kiosk.spoken.called", place=ticket.place)
        elif ticket.ahead is not None:
            is_next = ticket.ahead == 0
            yield self.say(f"kiosk.ticket.ahead{'_none' if is_next else ''}", count=ticket.ahead)
            if ticket.is_after_closing:
                yield self.say("kiosk.ticket.after_closing")
            elif ticket.wait is not None:
                yield self.wait_said(worded_wait(ticket.wait))

    def _instead(self, service: ServiceOfMenu) -> Iterator[str]:
        """The choices for a service that needs an appointment."""
        if self.menu["appointments"]:
            label = self.say("kiosk.appointment.already")
            yield self.say("kiosk.spoken.have_appointment", label=label)
        if service["exceptional"] is not None:
            yield self.say("kiosk.exceptional.title")
            yield from self.numbered(each["name"] for each in service["exceptional"]["reasons"])
            yield self.say("kiosk.spoken.choose_reason")

    def numbered(self, labels: Iterable[str]) -> list[str]:
        """The labels, each with its place."""
        listed = list(labels)
        return [self.choice(place, len(listed), label) for place, label in enumerate(listed, 1)]

    def _reason(self, service_id: str, code: str) -> str:
        way = self.service_of(service_id)["exceptional"]
        names = (each["name"] for each in way["reasons"] if each["id"] == code) if way else iter(())
        name = next(names, None)
        return "" if name is None else self.say("kiosk.exceptional.chosen", reason=name)

    def _sheet(self, paper: Paper) -> str:
        if paper == "none":
            return self.say("kiosk.spoken.sheet", label=self.say("kiosk.appointment_sheet.print"))
        return self.say(f"kiosk.appointment_sheet.paper.{paper}", printer=self.other_printer)

    def _arrival(self, come: ReadArrival) -> str:
        at = self.hour(come.booked_at)
        if come.arrival in ("early", "on_time"):
            return self.say(f"kiosk.arrival.{come.arrival}", at=at)
        late = self._duration(come.late_min * 60)
        return self.say(f"kiosk.spoken.arrival.{come.arrival}", at=at, late=late)

    def _sheet_wait(self, service: ServiceOfMenu) -> Iterator[str]:
        wait, waiting = service["wait"], service["waiting"]
        if service["state"] == "no_counter":
            yield self.say("kiosk.sheet.no_counter")
        elif wait is not None and "none" in wait:
            yield self.say("kiosk.sheet.no_wait")
        elif service["why_no_wait"] is not None:
            yield self.say("kiosk.sheet.after_closing")
        elif wait is not None:
            yield self.say("kiosk.spoken.sheet_wait", wait=self.wait_said(wait))
        elif waiting:
            yield self.say("kiosk.service.waiting", count=waiting)

    def wait_said(self, wait: SaidWait) -> str:
        """« entre 25 minutes et 45 minutes d’attente », as the kiosk writes it."""
        low, high = self._duration(wait["low_s"]), self._duration(wait["high_s"])
        match wait["said"]:
            case "under":
                return self.say("kiosk.spoken.under", high=high)
            case "over":
                return self.say("kiosk.spoken.over", low=low)
            case "about":
                return self.say("kiosk.spoken.about", duration=high)
            case "between":
                return self.say("kiosk.spoken.between", low=low, high=high)

    def opening_said(self, opening: NextOpening | None) -> str:
        """« Ouvre lundi à 9 heures »; empty where nothing is known."""
        if opening is None:
            return ""
        at, now = (self._local(datetime.fromisoformat(each)) for each in (opening["at"], self.menu["now"]))
        return opening_text(self.translate, self.menu["language"], at, now, hours="kiosk.spoken.hour.")

    def hour(self, at: datetime) -> str:
        return hour_text(self.translate, self.menu["language"], self._local(at), hours="kiosk.spoken.hour.")

    def _day(self, at: datetime) -> str:
        local = self._local(at)
        weekday = self.say(f"kiosk.weekday.{local.isoweekday()}")
        month = self.say(f"kiosk.month.{local.month}")
        return self.say("kiosk.spoken.day", weekday=weekday, day=local.day, month=month)

    def _local(self, at: datetime) -> datetime:
        return at.astimezone(ZoneInfo(self.menu["time_zone"]))

    def _duration(self, seconds: int) -> str:
        hours, minutes = divmod(-(-seconds // 60), 60)
        words = [self.say("kiosk.spoken.hours", count=hours)] if hours else []
        return " ".join([*words, self.say("kiosk.spoken.minutes", count=minutes)] if minutes else words)

    def service_of(self, service_id: str) -> ServiceOfMenu:
        """A service by its id, those that receive without an appointment after all others."""
        shown = [each for service in self.menu["services"] for each in (service, *service["children"])]
        receiving = [way["received_by"] for each in shown if (way := each["exceptional"]) is not None]
        found = next((each for each in (*shown, *receiving) if each["id"] == service_id), None)
        if found is None:
            raise NotInTheMenu(service_id)
        return found

    def say(self, key: str, **values: object) -> str:
        return self.translate(key, self.menu["language"], **values)


def sentences(texts: Sequence[str]) -> list[str]:
    """The texts cut at the ends of their sentences, empty ones left out."""
    cut = [sentence for text in texts for sentence in _SENTENCE_END.split(text.strip()) if sentence]
    return cut[:LONGEST_READING]
