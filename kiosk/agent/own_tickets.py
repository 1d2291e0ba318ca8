"""What the kiosk gives while its server is away: the menu, the answer to a press, the paper.

All of it comes from the provision: what this kiosk needs for seven days. Nobody knows how many people wait.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from hardware.document import PrintDocument
from hardware.escpos_printer import PROFILES, render
from hardware.languages import Language
from kiosk.agent.agent_clock import AgentClock
from kiosk.agent.kept_files import KeptFiles
from kiosk.agent.press_journal import OwnSeries, Press
from kiosk.agent.words import FRENCH, date_and_hour, translate
from kiosk.menu import MenuHall, MenuOpening, MenuService, build_menu, state_of
from kiosk.ticket_layout import TicketContent, TicketLanguage, lay_out_ticket

_PRESS_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
NEEDS_MOST = 12


class Provision:
    """A provision as the server sent it."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document

    @property
    def mark(self) -> str:
        """It changes with what the provision says."""
        return str(self._document["provision"])

    @property
    def kiosk(self) -> str:
        """The id of the kiosk that it is for."""
        return str(self._document["kiosk"])

    @property
    def series(self) -> OwnSeries | None:
        """The numbers of this kiosk; None: it gives no ticket by itself."""
        found = self._document.get("own_series")
        return None if found is None else OwnSeries(found["prefix"], found["first"], found["last"])

    def day_of(self, now: datetime) -> date | None:
        """The business day that an instant is in; None: the provision does not reach so far."""
        for each in self._document["days"]:
            if datetime.fromisoformat(each["from"]) <= now < datetime.fromisoformat(each["until"]):
                return date.fromisoformat(each["on"])
        return None

    def menu(self, language: str, now: datetime) -> dict[str, Any]:
        """The menu without waits, in one of its languages, or in French."""
        codes = [each["code"] for each in self._document["languages"]]
        spoken = language if language in codes else FRENCH
        services = self._services(spoken)
        return dict(build_menu(self._hall(), services, language=spoken, translate=translate, now=now))

    def state_of(self, service: str, now: datetime) -> str:
        """Whether a ticket of a service may be taken, as a menu says it; `unknown_service`."""
        found = next((each for each in _leaves(self._services(FRENCH)) if each.service == service), None)
        return "unknown_service" if found is None else state_of(found, now)

    def answer(self, press: Press) -> dict[str, Any]:
        """The answer to a press that got its number here."""
        service = str(press.body["service"])
        found = next((each for each in _leaves(self._services(FRENCH)) if each.service == service), None)
        return {
            "visit": press.id,
            "number": press.number,
            "service": service,
            "service_names": {} if found is None else dict(found.name),
            "issued_at": press.pressed_at,
            "ahead": None,
            "wait": None,
            "why_no_wait": "unplugged",
            "token": None,
            "follow_url": None,
            "short_code": None,
            "print": _print_state(press) if self._document.get("paper") else None,
            "unplugged": True,
        }

    def paper(self, press: Press, fonts_dir: Path) -> bytes:
        """What the printer is sent for a press. ValueError, OSError: it cannot be drawn."""
        profile = PROFILES[self._document["paper"]["profile"]]
        document = self._laid_out(press, profile.width_dots)
        return render(document, profile, fonts_dir)

    @property
    def has_printer(self) -> bool:
        """Whether the kiosk prints."""
        return self._document.get("paper") is not None

    def _laid_out(self, press: Press, width_dots: int) -> PrintDocument:
        ticket = self._document["ticket"]
        content = TicketContent(
            site=ticket["site"],
            hall=ticket["hall"],
            number=press.number or "",
            people_ahead=None,
            wait_min=None,
            short_code="",
            logo=ticket.get("logo"),
            is_priority=bool(press.body.get("priority")),
            is_demonstration=bool(self._document.get("demonstration")),
        )
        chosen = str(press.body.get("language", FRENCH))
        spoken = dict.fromkeys((FRENCH, chosen))
        return lay_out_ticket(
            content,
            tuple(self._words(press, each) for each in spoken),
            translate=translate,
            width_dots=width_dots,
        )

    def _words(self, press: Press, language: str) -> TicketLanguage:
        names = self.answer(press)["service_names"]
        local = datetime.fromisoformat(press.pressed_at).astimezone(self._zone)
        day, hour = date_and_hour(local, language)
        service = names.get(language) or names.get(FRENCH) or str(press.body["service"])
        return TicketLanguage(language, service, day, hour, direction=self._directions.get(language, "ltr"))

    @property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self._document["time_zone"])

    @property
    def _directions(self) -> dict[str, Any]:
        return {each["code"]: each["dir"] for each in self._document["languages"]}

    def _hall(self) -> MenuHall:
        known = self._document
        name = known["hall"]["name"]
        return MenuHall(
            slug=known["hall"]["slug"],
            name=name if isinstance(name, dict) else {FRENCH: name},
            time_zone=self._zone,
            languages=[Language(each["code"], each["name"], each["dir"]) for each in known["languages"]],
            read_languages=[each["code"] for each in known["languages"] if each.get("is_read")],
            asks_priority=known["asks_priority"],
            asks_needs=known["asks_needs"],
            priority_grounds=known["priority_grounds"],
            has_loop=known["has_loop"],
            is_demonstration=known["demonstration"],
        )

    def _services(self, language: str) -> list[MenuService]:
        return [_service(each, language) for each in self._document["services"]]


def _service(item: Mapping[str, Any], language: str) -> MenuService:
    """A service: somebody will serve it, as far as its hours say."""
    papers = item.get("bring") or {}
    french = papers.get(FRENCH, [])
    said = papers.get(language, french)
    return MenuService(
        service=item["id"],
        name=item["name"],
        icon=item["icon"],
        subtitle=item.get("subtitle") or None,
        mode=item["mode"],
        openings=[
            MenuOpening(*(datetime.fromisoformat(each[name]) for name in MenuOpening.__slots__))
            for each in item.get("openings", ())
        ],
        counters=1,
        bring=[{FRENCH: text, language: text} for text in said],
        children=[_service(each, language) for each in item.get("children", ())],
    )


def _leaves(services: Sequence[MenuService]) -> Iterator[MenuService]:
    for each in services:
        if each.children:
            yield from _leaves(each.children)
        else:
            yield each


def _print_state(press: Press) -> dict[str, Any]:
    verdict = None if press.verdict == "printing" else press.verdict
    return {"job": press.id, "state": "done" if verdict else "queued", "verdict": verdict}


def sound_press(body: Any) -> dict[str, Any] | None:
    """A press as the page sends one for a ticket; None: it is something else, or needs the server."""
    if not isinstance(body, dict) or not isinstance(body.get("service"), str):
        return None
    if not isinstance(body.get("press_id"), str) or not _PRESS_ID.fullmatch(body["press_id"]):
        return None
    if body.get("appointment_code") is not None or body.get("exceptional_reason") is not None:
        return None
    needs = body.get("needs", [])
    is_sound = (
        isinstance(needs, list)
        and len(needs) <= NEEDS_MOST
        and all(isinstance(each, str) and len(each) <= 32 for each in needs)
    )
    if not is_sound:
        return None
    return {
        "press_id": body["press_id"],
        "service": body["service"][:64],
        "language": str(body.get("language", FRENCH))[:8],
        "priority": body.get("priority") is True,
        "needs": needs,
    }


def provision_in(kept: KeptFiles) -> Provision | None:
    """The provision that the agent keeps; None: it never got one."""
    found = kept.read("provision")
    return None if found is None else Provision(found)


def can_issue(kept: KeptFiles, clock: AgentClock) -> Provision | None:
    """The provision of a kiosk that gives tickets by itself now; None: it does not."""
    found = provision_in(kept)
    if found is None or found.series is None or found.day_of(clock.now()) is None:
        return None
    return found
