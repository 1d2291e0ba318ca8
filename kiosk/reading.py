"""What « Écouter » says of the view a kiosk shows: short sentences, each one spoken and kept by itself.

Pure: the menu, the ticket and the catalogue in, sentences out. Nothing of a request is ever spoken but what
it names: a service, a reason, a visit.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from kiosk.menu import (
    ROUNDING_S,
    MenuMessage,
    NextOpening,
    ServiceMessage,
    Translate,
    Wait,
    hour_text,
    opening_text,
    rounded_outwards,
)

type View = Literal[
    "start", "languages", "sheet", "needs", "appointment", "convocation", "notice", "ticket",
]  # fmt: skip
type Reason = Literal[
    "closed", "no_counter", "full", "too_late", "stopped", "appointment_only", "other",
    "unknown_appointment", "appointment_used", "appointment_cancelled", "appointment_other_day",
    "appointment_too_early",
]  # fmt: skip
type Need = Literal["step_free", "deaf", "blind", "slow", "interpreter"]
type Arrival = Literal["early", "on_time", "late", "walk_in"]
type Paper = Literal["pending", "printed", "no_paper", "unknown", "none"]

LONGEST_READING = 60
"""Sentences of one view; a screen full of services and papers has some thirty."""
_HAS_OPENING = ("closed", "full", "too_late")
NEEDS: tuple[Need, ...] = ("step_free", "deaf", "blind", "slow", "interpreter")
"""In the order of the kiosk's view."""
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
    `is_after_closing`: a call is expected only after the hall closes for the day.
    """

    number: str
    service: str
    ahead: int | None
    wait: Wait | None
    place: str = ""
    paper: Paper = "none"
    is_priority: bool = False
    has_code: bool = False
    appointment: ReadArrival | None = None
    is_after_closing: bool = False


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads views in the language of a menu."""

    menu: MenuMessage
    translate: Translate

    def start(self, *, folder: str | None = None, shown: Collection[str] = ()) -> list[str]:
        """The menu or an open folder; `shown` are the services of the page that is up (none: all)."""
        if folder is not None:
            services = self._service(folder)["children"]
            head = [self._service(folder)["name"], self._say("kiosk.folder.lede")]
        else:
            services, head = self.menu["services"], self._head()
        listed = [service for service in services if not shown or service["id"] in shown]
        has_appointments = folder is None and self.menu["is_open"] and self.menu["appointments"]
        if has_appointments:
            label = self._say("kiosk.appointment.have")
            head = [*head, self._say("kiosk.spoken.have_appointment", label=label)]
        read = [*head, *(text for service in listed for text in self._listed(service))]
        if listed and (folder is not None or self.menu["is_open"]):
            read.append(self._say("kiosk.spoken.choose"))
        if folder is None and self.menu["is_open"] and self.menu["priority_notice"]:
            read.append(self._say("kiosk.priority.notice"))
        return _sentences(read)

    def languages(self) -> list[str]:
        """The page of all languages."""
        return _sentences([self._say("kiosk.languages.title")])

    def sheet(self, service_id: str, *, excused: tuple[str, str] | None = None) -> list[str]:
        """A service: its wait, what to bring, what to press.

        `excused`: the service that asks for an appointment, and the code of why there is none.
        """
        service = self._service(service_id)
        reason = [] if excused is None else [self._reason(*excused)]
        read = [service["name"], *reason, *self._sheet_wait(service)]
        if service["bring"]:
            read += [self._say("kiosk.sheet.bring"), *service["bring"]]
        read.append(self._say("kiosk.spoken.take", label=self._say("kiosk.sheet.take")))
        if self.menu["priority_notice"]:
            read.append(self._say("kiosk.spoken.take_with_card"))
            if self.menu["priority_grounds"]:
                read.append(self._say("kiosk.priority.grounds", grounds=self.menu["priority_grounds"]))
        if self.menu["asks_needs"]:
            # the ellipsis of the label would end a sentence
            label = self._say("kiosk.needs.ask").rstrip("…")
            read.append(self._say("kiosk.spoken.ask_needs", label=label))
        return _sentences(read)

    def needs(self, chosen: Collection[Need] = ()) -> list[str]:
        """What may help, what of it is chosen, and how to go on."""
        labels = [(need, self._say(f"kiosk.needs.{need}")) for need in NEEDS]
        return _sentences(
            [
                self._say("kiosk.needs.title"),
                self._say("kiosk.needs.lede"),
                *(
                    self._say("kiosk.spoken.chosen", label=label) if need in chosen else label
                    for need, label in labels
                ),
                self._say("kiosk.spoken.needs_done", label=self._say("kiosk.needs.done")),
            ]
        )

    def appointment(self, *, is_unknown: bool = False) -> list[str]:
        """How to type a code, and what to do without one; what was typed is not said, it may be overheard.

        `is_unknown`: no appointment has the code that was typed.
        """
        wrong = [self._say(f"kiosk.notice.unknown_appointment.{part}") for part in ("title", "text")]
        return _sentences(
            [
                *(wrong if is_unknown else ()),
                self._say("kiosk.appointment.title"),
                self._say("kiosk.appointment.lede"),
                self._say("kiosk.spoken.code_done", label=self._say("kiosk.appointment.done")),
                self._say("kiosk.spoken.without_code", label=self._say("kiosk.appointment.without_code")),
            ]
        )

    def convocations(self, services: Sequence[str]) -> list[str]:
        """The services with convocations that are on the page that is up."""
        if not services:
            return _sentences([self._say("kiosk.convocation.service"), self._say("kiosk.convocation.none")])
        names = [self._service(service)["name"] for service in services]
        choose = self._say("kiosk.spoken.choose")
        return _sentences([self._say("kiosk.convocation.service"), *names, choose])

    def hours(self, service_id: str, hours: Sequence[datetime]) -> list[str]:
        """The hours (aware) at which convocations of a service are expected."""
        return _sentences(
            [
                self._service(service_id)["name"],
                self._say("kiosk.convocation.hour"),
                *(self._hour(hour) for hour in hours),
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
        service = self._service(service_id) if service_id is not None else None
        booking = service["booking"] if service and reason == "appointment_only" else None
        opening = self._opening(service["next_opening"]) if service and reason in _HAS_OPENING else ""
        times = {"at": self._hour(at), "day": self._day(at)} if at is not None else {"at": "", "day": ""}
        return _sentences(
            [
                service["name"] if service else "",
                self._say(f"kiosk.notice.{reason}.title"),
                booking or self._say(f"kiosk.notice.{reason}.text", **times),
                opening,
                *self._already(reason),
                *(self._exceptional(service) if service and reason == "appointment_only" else ()),
                self._sheet(sheet) if sheet else "",
            ]
        )

    def ticket(self, ticket: ReadTicket) -> list[str]:
        """The number, letter and digits one by one, who is before, what to do; the number once more."""
        number = self._say("kiosk.spoken.number", number=", ".join(ticket.number))
        arrival = [self._arrival(ticket.appointment)] if ticket.appointment else []
        read = [number, ticket.service, *arrival, *self._turn(ticket)]
        if ticket.is_priority:
            read.append(self._say("kiosk.ticket.priority"))
        if ticket.paper != "pending":
            may_scan = ticket.has_code and ticket.paper != "printed"
            read.append(self._say(f"kiosk.print.{ticket.paper}{'_scan' if may_scan else ''}"))
        return _sentences([*read, self._say("kiosk.ticket.watch"), number])

    def _turn(self, ticket: ReadTicket) -> Iterator[str]:
        if ticket.place:
            yield self._say("kiosk.spoken.called", place=ticket.place)
        elif ticket.ahead is not None:
            is_next = ticket.ahead == 0
            yield (
                self._say("kiosk.ticket.ahead_none")
                if is_next
                else self._say("kiosk.ticket.ahead", count=ticket.ahead)
            )
            if ticket.is_after_closing:
                yield self._say("kiosk.ticket.after_closing")
            elif ticket.wait is not None:
                yield self._wait(rounded_outwards(ticket.wait))

    def _already(self, reason: Reason) -> Iterator[str]:
        if reason == "appointment_only" and self.menu["appointments"]:
            label = self._say("kiosk.appointment.already")
            yield self._say("kiosk.spoken.have_appointment", label=label)

    def _exceptional(self, service: ServiceMessage) -> Iterator[str]:
        if service["exceptional"] is not None:
            yield self._say("kiosk.exceptional.title")
            yield from (reason["name"] for reason in service["exceptional"]["reasons"])
            yield self._say("kiosk.spoken.choose_reason")

    def _reason(self, service_id: str, code: str) -> str:
        way = self._service(service_id)["exceptional"]
        names = (each["name"] for each in way["reasons"] if each["id"] == code) if way else iter(())
        name = next(names, None)
        return "" if name is None else self._say("kiosk.exceptional.chosen", reason=name)

    def _sheet(self, paper: Paper) -> str:
        if paper == "none":
            return self._say("kiosk.spoken.sheet", label=self._say("kiosk.appointment_sheet.print"))
        return self._say(f"kiosk.appointment_sheet.paper.{paper}")

    def _arrival(self, come: ReadArrival) -> str:
        at = self._hour(come.booked_at)
        if come.arrival in ("early", "on_time"):
            return self._say(f"kiosk.arrival.{come.arrival}", at=at)
        late = self._say("kiosk.spoken.minutes", count=come.late_min)
        return self._say(f"kiosk.spoken.arrival.{come.arrival}", at=at, late=late)

    def _head(self) -> list[str]:
        if not self.menu["services"]:
            return [self._say("kiosk.start.title"), self._say("kiosk.start.no_service")]
        if self.menu["is_open"]:
            return [self._say("kiosk.start.title")]
        return [
            self._say("kiosk.start.closed_title"),
            self.menu["why_closed"] or "",
            self._opening(self.menu["next_opening"]),
            self._say(f"kiosk.start.{'keep_ticket' if self.menu['keeps_tickets'] else 'closed_lede'}"),
        ]

    def _listed(self, service: ServiceMessage) -> list[str]:
        state = service["state"]
        if service["children"] and state != "closed":
            return [service["name"]]
        if state != "open":
            return [
                service["name"],
                self._say(f"kiosk.service.{state}"),
                self._opening(service["next_opening"]),
            ]
        wait = service["wait"]
        if wait is not None and "none" in wait:
            return [service["name"], self._say("kiosk.wait.none")]
        if service["why_no_wait"] is not None:
            return [service["name"], self._say("kiosk.wait.after_closing")]
        waiting = service["waiting"]
        return [
            service["name"],
            self._say("kiosk.service.waiting", count=waiting) if waiting else "",
            self._wait(wait) if wait is not None else "",
        ]

    def _sheet_wait(self, service: ServiceMessage) -> Iterator[str]:
        wait, waiting = service["wait"], service["waiting"]
        if service["state"] == "no_counter":
            yield self._say("kiosk.sheet.no_counter")
        elif wait is not None and "none" in wait:
            yield self._say("kiosk.sheet.no_wait")
        elif service["why_no_wait"] is not None:
            yield self._say("kiosk.sheet.after_closing")
        elif wait is not None:
            yield self._say("kiosk.spoken.sheet_wait", wait=self._wait(wait))
        elif waiting:
            yield self._say("kiosk.service.waiting", count=waiting)

    def _wait(self, wait: dict[str, int] | dict[str, bool]) -> str:
        """« entre 25 minutes et 1 heure 15 minutes d’attente », from a range rounded to five minutes."""
        low, high = self._duration(wait["low_s"]), self._duration(wait["high_s"])
        if wait["low_s"] == 0:
            return self._say("kiosk.spoken.under", high=high)
        if wait["low_s"] == wait["high_s"]:
            return self._say("kiosk.spoken.about", duration=high)
        return self._say("kiosk.spoken.between", low=low, high=high)

    def _opening(self, opening: NextOpening | None) -> str:
        if opening is None:
            return ""
        at, now = (self._local(datetime.fromisoformat(each)) for each in (opening["at"], self.menu["now"]))
        return opening_text(self.translate, self.menu["language"], at, now, hours="kiosk.spoken.hour.")

    def _hour(self, at: datetime) -> str:
        return hour_text(self.translate, self.menu["language"], self._local(at), hours="kiosk.spoken.hour.")

    def _day(self, at: datetime) -> str:
        local = self._local(at)
        weekday = self._say(f"kiosk.weekday.{local.isoweekday()}")
        month = self._say(f"kiosk.month.{local.month}")
        return self._say("kiosk.spoken.day", weekday=weekday, day=local.day, month=month)

    def _local(self, at: datetime) -> datetime:
        return at.astimezone(ZoneInfo(self.menu["time_zone"]))

    def _duration(self, seconds: int) -> str:
        hours, minutes = divmod(-(-seconds // ROUNDING_S) * ROUNDING_S // 60, 60)
        words = [self._say("kiosk.spoken.hours", count=hours)] if hours else []
        return " ".join([*words, self._say("kiosk.spoken.minutes", count=minutes)] if minutes else words)

    def _service(self, service_id: str) -> ServiceMessage:
        for service in self.menu["services"]:
            for each in (service, *service["children"]):
                if each["id"] == service_id:
                    return each
        for service in self.menu["services"]:
            for each in (service, *service["children"]):
                way = each["exceptional"]
                if way is not None and way["received_by"]["id"] == service_id:
                    return way["received_by"]
        raise NotInTheMenu(service_id)

    def _say(self, key: str, **values: object) -> str:
        return self.translate(key, self.menu["language"], **values)


def _sentences(texts: list[str]) -> list[str]:
    """The texts cut at the ends of their sentences, empty ones left out."""
    cut = [sentence for text in texts for sentence in _SENTENCE_END.split(text.strip()) if sentence]
    return cut[:LONGEST_READING]
