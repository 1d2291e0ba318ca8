"""What the kiosk gives while its server is away: the menu, the answer to a press, the paper.

All of it comes from the provision: what this kiosk needs for seven days. Nobody knows how many people wait.
"""

import re
from collections.abc import Mapping
from dataclasses import fields
from datetime import date, datetime
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

from hardware.escpos_printer import PROFILES, render
from hardware.languages import Language
from kiosk.agent.agent_clock import AgentClock
from kiosk.agent.kept_files import KeptFiles
from kiosk.agent.press_journal import OwnSeries, Press
from kiosk.agent.words import FRENCH, date_and_hour, translate
from kiosk.menu import MenuHall, MenuOpening, MenuService, build_menu, leaves, state_of
from kiosk.reading import NEEDS
from kiosk.ticket_layout import TicketContent, TicketLanguage, lay_out_ticket

_PRESS_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
_LANGUAGE = re.compile(r"[A-Za-z-]{1,16}")


class Provision:
    """A provision as the server sent it. `mark` changes with what it says; `kiosk`: whose it is, by id.

    `series`: the numbers of this kiosk; None: it gives no ticket by itself. `profile`: what its printer
    understands; None: it prints nothing.
    """

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        self.mark, self.kiosk = str(document["provision"]), str(document["kiosk"])
        series = document["own_series"]
        self.series = None if series is None else OwnSeries(**series)
        self.profile = PROFILES.get(document["profile"])

    def day_of(self, now: datetime) -> date | None:
        """The business day that an instant is in; None: the provision does not reach so far."""
        begins_at, ends_at = (
            datetime.fromisoformat(self._document[each]) for each in ("begins_at", "ends_at")
        )
        return now.astimezone(self._hall.time_zone).date() if begins_at <= now < ends_at else None

    def menu(self, language: str, now: datetime) -> dict[str, Any]:
        """The menu without waits, in one of its languages, or in French."""
        hall = self._hall
        spoken = language if any(each.code == language for each in hall.languages) else FRENCH
        return dict(build_menu(hall, self._services, language=spoken, translate=translate, now=now))

    def state_of(self, service: str, now: datetime) -> str:
        """Whether a ticket of a service may be taken, as a menu says it; `unknown_service`."""
        found = self._find(service)
        return "unknown_service" if found is None else state_of(found, now)

    def answer(self, press: Press) -> dict[str, Any]:
        """The answer to a press that got its number here."""
        service = str(press.body["service"])
        found = self._find(service)
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
            "print": None if self.profile is None else _print_state(press),
            "unplugged": True,
        }

    def paper(self, press: Press, fonts_dir: Path) -> bytes:
        """What the printer is sent for a press. ValueError, OSError: it cannot be drawn."""
        assert self.profile is not None
        hall = self._hall
        content = TicketContent(
            site=self._document["site"],
            hall=hall.name[FRENCH],
            number=press.number or "",
            people_ahead=None,
            wait_min=None,
            short_code="",
            logo=self._document["logo"],
            is_priority=press.body["priority"],
            is_demonstration=hall.is_demonstration,
        )
        languages = tuple(
            self._words(press, each) for each in dict.fromkeys((FRENCH, press.body["language"]))
        )
        width_dots = self.profile.width_dots
        document = lay_out_ticket(content, languages, translate=translate, width_dots=width_dots)
        return render(document, self.profile, fonts_dir)

    def _words(self, press: Press, language: str) -> TicketLanguage:
        hall, names = self._hall, self.answer(press)["service_names"]
        day, hour = date_and_hour(
            datetime.fromisoformat(press.pressed_at).astimezone(hall.time_zone), language
        )
        service = names.get(language) or names.get(FRENCH) or press.body["service"]
        directions = {each.code: each.direction for each in hall.languages}
        return TicketLanguage(language, service, day, hour, direction=directions.get(language, "ltr"))

    @property
    def _hall(self) -> MenuHall:
        said = self._document["hall"]
        languages = [_made(Language, each) for each in said["languages"]]
        return _made(MenuHall, said, time_zone=ZoneInfo(said["time_zone"]), languages=languages)

    @property
    def _services(self) -> list[MenuService]:
        return [_service(each) for each in self._document["services"]]

    def _find(self, service: str) -> MenuService | None:
        return next((each for each in leaves(self._services) if each.service == service), None)


def _service(said: Mapping[str, Any]) -> MenuService:
    openings = [
        _made(MenuOpening, {name: datetime.fromisoformat(at) for name, at in each.items()})
        for each in said["openings"]
    ]
    return _made(MenuService, said, openings=openings, children=[_service(each) for each in said["children"]])


def _made[Made](kind: type[Made], said: Mapping[str, Any], **other: object) -> Made:
    """A value of the menu, of what the server said of it: a later release may say more."""
    names = {each.name for each in fields(cast(Any, kind))}
    return kind(**{name: value for name, value in said.items() if name in names} | other)


def _print_state(press: Press) -> dict[str, Any]:
    verdict = None if press.verdict == "printing" else press.verdict
    return {"job": press.id, "state": "done" if verdict else "queued", "verdict": verdict}


def sound_press(body: Any) -> dict[str, Any] | None:
    """A press as the page sends one for a ticket; None: it is something else, or needs the server.

    What the server would not take is left out: a ticket that was given here is always merged.
    """
    if not isinstance(body, dict) or not isinstance(body.get("service"), str):
        return None
    if not isinstance(body.get("press_id"), str) or not _PRESS_ID.fullmatch(body["press_id"]):
        return None
    if body.get("appointment_code") is not None or body.get("exceptional_reason") is not None:
        return None
    language, needs = body.get("language"), body.get("needs")
    return {
        "press_id": body["press_id"],
        "service": body["service"][:64],
        "language": language if isinstance(language, str) and _LANGUAGE.fullmatch(language) else FRENCH,
        "priority": body.get("priority") is True,
        "needs": [each for each in NEEDS if each in needs] if isinstance(needs, list) else [],
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
