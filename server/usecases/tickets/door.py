"""The code at the door: whoever reads it is there, and takes a ticket on their own phone.

The code is made from the time, the hall and the installation's key; nothing of it is stored. Who has read it
gets a pass for a quarter of an hour: it names one press, so that a phone gets one ticket however often it
sends. Rules: docs/rules/told-before.md.
"""

import hmac
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cached_property
from hashlib import sha256
from typing import TypedDict

from hardware.json_types import InstantText
from server.domain.instants import to_text
from server.domain.refusals import Refusal
from server.domain.waits.estimate import Quote
from server.ids import SHORT_CODE_LETTERS, new_pseudonym
from server.language import Translate
from server.store.transactions.database import Database
from server.usecases.hall_view import find_service
from server.usecases.tickets.issued_ticket import IssuedTicket
from server.usecases.tickets.issuing import TicketRequest, issue_ticket
from server.usecases.tickets.ticket_page import VISITOR
from server.usecases.waits import Estimates
from signage.notice_parts import code_to_scan

CODE_LENGTH = 6
STEP_S = 180
"""Seconds for which a code is shown; it is taken for as long again, so that nobody is too late by a walk."""
PASS_KEPT = timedelta(minutes=15)
"""How long somebody who has read the code may choose a service."""


class DoorWords(TypedDict):
    """What a screen at the door says in a language."""

    language: str
    title: str
    hint: str


class DoorCode(TypedDict):
    """The code that a screen at the door shows now, with its words in each language of the hall."""

    code: str
    address: str
    """Where a phone opens it, as people type it."""
    picture: str
    """The address as a QR code, a data URL."""
    changes_at: InstantText
    words: list[DoorWords]


class DoorCodes:
    """Makes and checks codes and passes. `key` is called once, for the first of them."""

    def __init__(self, key: Callable[[], bytes]) -> None:
        self._read = key

    @cached_property
    def _key(self) -> bytes:
        return self._read()

    def code(self, hall: str, now: datetime) -> str:
        """The code of a hall (id) at an instant."""
        return self._code(hall, int(now.timestamp()) // STEP_S)

    def is_right(self, hall: str, typed: str, now: datetime) -> bool:
        """Whether somebody typed the code of now, or the one before it."""
        letters = "".join(each for each in typed.upper() if each.isalnum()).encode()
        step = int(now.timestamp()) // STEP_S
        return any(hmac.compare_digest(letters, self._code(hall, each).encode()) for each in (step, step - 1))

    def new_pass(self, hall: str, now: datetime) -> str:
        """A pass for one press in a hall (id), from now on."""
        named = f"door-{new_pseudonym()}.{int((now + PASS_KEPT).timestamp())}"
        return f"{named}.{self._mac(hall, named).hex()}"

    def press_of(self, hall: str, passed: str, now: datetime) -> str | None:
        """The press that a pass of a hall (id) is for; None where it is none, or too old."""
        named, _, proof = passed.rpartition(".")
        if not hmac.compare_digest(proof.encode(), self._mac(hall, named).hex().encode()):
            return None
        press, _, ends = named.rpartition(".")
        return press if now.timestamp() < int(ends) else None

    def _code(self, hall: str, step: int) -> str:
        drawn, letters = int.from_bytes(self._mac(hall, f"code {step}")), ""
        for _ in range(CODE_LENGTH):
            drawn, letter = divmod(drawn, len(SHORT_CODE_LETTERS))
            letters += SHORT_CODE_LETTERS[letter]
        return letters

    def _mac(self, hall: str, text: str) -> bytes:
        return hmac.new(self._key, f"parvis door {hall} {text}".encode(), sha256).digest()[:16]


def read_door_code(
    database: Database, codes: DoorCodes, hall: str, *, public_url: str, translate: Translate
) -> DoorCode:
    """The code for a screen at the door of a hall (id). Refusal: no_door_code where the hall gives none."""
    configuration = database.configuration(hall)
    if not configuration.told_before.has_door_code or not public_url:
        raise Refusal("no_door_code")
    now = database.clock.now()
    code = codes.code(hall, now)
    address = f"{public_url.rstrip('/')}/porte/{configuration.hall}"
    changes_at = datetime.fromtimestamp((int(now.timestamp()) // STEP_S + 1) * STEP_S, now.tzinfo)
    return {
        "code": code,
        "address": address.partition("//")[2],
        "picture": code_to_scan(f"{address}?c={code}"),
        "changes_at": to_text(changes_at),
        "words": [
            {
                "language": each,
                "title": translate("door.screen.title", each),
                "hint": translate("door.screen.hint", each),
            }
            for each in configuration.languages
        ],
    }


def take_door_ticket(
    database: Database, estimates: Estimates, hall: str, *, press: str, service: str, language: str
) -> IssuedTicket:
    """The ticket of a press at the door; the same press gives the same one.

    Refusals: unknown_service also for one that no kiosk shows, those of issuing.
    """
    if not find_service(database.configuration(hall), service).is_on_kiosk:
        raise Refusal("unknown_service", service=service)
    request = TicketRequest(service, press, language, channel="phone")

    def quote(of: str, leg_class: str, ahead: int) -> Quote | None:
        return estimates.quote(hall, of, leg_class, ahead)

    return issue_ticket(database, hall, VISITOR, request, quote=quote)
