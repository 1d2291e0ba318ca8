"""What « Écouter » says of the view a kiosk shows: short sentences, each one spoken and kept by itself.

Pure: the menu, the ticket and the catalogue in, sentences out. Nothing of a request is ever spoken but what
it names: a service, a reason, a visit.
"""

import re
from collections.abc import Collection, Iterator
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
    opening_text,
    rounded_outwards,
)

type View = Literal["start", "languages", "sheet", "notice", "ticket"]
type Reason = Literal["closed", "no_counter", "full", "too_late", "stopped", "appointment_only", "other"]
type Paper = Literal["pending", "printed", "no_paper", "unknown", "none"]

LONGEST_READING = 60
"""Sentences of one view; a screen full of services and papers has some thirty."""
_HAS_OPENING = ("closed", "full", "too_late")
_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+")


class NotInTheMenu(LookupError):
    """The service is not one of those the kiosk shows."""


@dataclass(frozen=True, slots=True)
class ReadTicket:
    """A ticket as the kiosk shows it: how many wait before it (None: no longer waiting) and how long.

    `place` is the counter that calls it, empty while nobody does; `has_code` that a phone can scan a code.
    """

    number: str
    service: str
    ahead: int | None
    wait: Wait | None
    place: str = ""
    paper: Paper = "none"
    is_priority: bool = False
    has_code: bool = False


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
        read = [*head, *(text for service in listed for text in self._listed(service))]
        if listed and (folder is not None or self.menu["is_open"]):
            read.append(self._say("kiosk.spoken.choose"))
        if folder is None and self.menu["is_open"] and self.menu["priority_notice"]:
            read.append(self._say("kiosk.priority.notice"))
        return _sentences(read)

    def languages(self) -> list[str]:
        """The page of all languages."""
        return _sentences([self._say("kiosk.languages.title")])

    def sheet(self, service_id: str) -> list[str]:
        """A service: its wait, what to bring, what to press."""
        service = self._service(service_id)
        read = [service["name"], *self._sheet_wait(service)]
        if service["bring"]:
            read += [self._say("kiosk.sheet.bring"), *service["bring"]]
        read.append(self._say("kiosk.spoken.take", label=self._say("kiosk.sheet.take")))
        if self.menu["priority_notice"]:
            read.append(self._say("kiosk.spoken.take_with_card"))
        return _sentences(read)

    def notice(self, service_id: str, reason: Reason) -> list[str]:
        """Why no ticket is given, and what to do."""
        service = self._service(service_id)
        booking = service["booking"] if reason == "appointment_only" else None
        opening = self._opening(service["next_opening"]) if reason in _HAS_OPENING else ""
        return _sentences(
            [
                service["name"],
                self._say(f"kiosk.notice.{reason}.title"),
                booking or self._say(f"kiosk.notice.{reason}.text"),
                opening,
            ]
        )

    def ticket(self, ticket: ReadTicket) -> list[str]:
        """The number, letter and digits one by one, who is before, what to do; the number once more."""
        number = self._say("kiosk.spoken.number", number=", ".join(ticket.number))
        read = [number, ticket.service, *self._turn(ticket)]
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
            if ticket.wait is not None:
                yield self._wait(rounded_outwards(ticket.wait))

    def _head(self) -> list[str]:
        if not self.menu["services"]:
            return [self._say("kiosk.start.title"), self._say("kiosk.start.no_service")]
        if self.menu["is_open"]:
            return [self._say("kiosk.start.title")]
        return [
            self._say("kiosk.start.closed_title"),
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
        zone = ZoneInfo(self.menu["time_zone"])
        at, now = (
            datetime.fromisoformat(each).astimezone(zone) for each in (opening["at"], self.menu["now"])
        )
        return opening_text(self.translate, self.menu["language"], at, now, hours="kiosk.spoken.hour.")

    def _duration(self, seconds: int) -> str:
        hours, minutes = divmod(-(-seconds // ROUNDING_S) * ROUNDING_S // 60, 60)
        words = [self._say("kiosk.spoken.hours", count=hours)] if hours else []
        return " ".join([*words, self._say("kiosk.spoken.minutes", count=minutes)] if minutes else words)

    def _service(self, service_id: str) -> ServiceMessage:
        for service in self.menu["services"]:
            for each in (service, *service["children"]):
                if each["id"] == service_id:
                    return each
        raise NotInTheMenu(service_id)

    def _say(self, key: str, **values: object) -> str:
        return self.translate(key, self.menu["language"], **values)


def _sentences(texts: list[str]) -> list[str]:
    """The texts cut at the ends of their sentences, empty ones left out."""
    cut = [sentence for text in texts for sentence in _SENTENCE_END.split(text.strip()) if sentence]
    return cut[:LONGEST_READING]
