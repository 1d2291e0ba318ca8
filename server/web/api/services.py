"""What the API’s views share: the services they are given, and headers of a request."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import request
from flask_limiter import Limiter
from limits import RateLimitItemPerMinute

from server.domain.alerts import AlertRules
from server.domain.author import Author
from server.domain.refusals import Refusal, existing
from server.settings import Settings
from server.store.engine.writes import WriteKey
from server.store.transactions.database import Database
from server.usecases.tickets.door import DoorCodes
from server.usecases.tickets.ticket_page import follow_address
from server.usecases.waits import Estimates
from server.web.access.callers import Caller
from server.web.access.guards import SharedCounts
from server.web.rendering.pdf import Papers

SCOPE = "kiosk_tickets"


class TicketQuota:
    """The tickets of each kiosk (device) in the last minute. `a_minute` 0: nothing is counted."""

    def __init__(self, limiter: Limiter, a_minute: int) -> None:
        self._counts = SharedCounts(limiter)
        self._most = RateLimitItemPerMinute(a_minute) if a_minute else None

    def is_spent(self, device: str) -> bool:
        """Whether a device has given its tickets of this minute."""
        most = self._most
        return most is not None and not self._counts.by(lambda by: by.test(most, SCOPE, device))

    def spend(self, device: str) -> None:
        """Counts a new ticket."""
        most = self._most
        if most is not None:
            self._counts.by(lambda by: by.hit(most, SCOPE, device))


@dataclass(frozen=True)
class Api:
    """What views need: the database, the estimates, the settings, sentences.

    A pause that lets others work, brakes on guessing short codes, on what one ticket may do and on telephone
    numbers, and how a
    hall's pages hear that messages to a counter (None: calls for help) have changed; what makes papers; where
    the voices of alerts lie; how many tickets a kiosk may give a minute; the codes at doors.
    """

    database: Database
    estimates: Estimates
    settings: Settings
    translate: Callable[..., str]
    breathe: Callable[[], None]
    slow_codes: Callable[[], None]
    slow_tickets: Callable[[], None]
    slow_numbers: Callable[[], None]
    messages_changed: Callable[[str, str | None], None]
    papers: Papers
    ticket_quota: TicketQuota
    door: DoorCodes
    alert_voices: Callable[[AlertRules], dict[str, str]] = lambda _: {}

    def follow_url(self, token: str, language: str) -> str | None:
        """Where a phone follows a ticket issued in a language; None without a public address."""
        return follow_address(self.settings.public_url, token, language)


def session_header() -> str | None:
    """The counter session a request comes from."""
    return request.headers.get("X-Counter-Session") or None


def own_session() -> str:
    """The counter session a verb of a counter comes from. Refusal: no_counter_session when none is named."""
    return existing(session_header(), "no_counter_session")


def place_header() -> str | None:
    """The counter of its session a request is made from, where that is not told by its path."""
    return request.headers.get("X-Counter") or None


def idempotency_key() -> str | None:
    """The header's text, None when there is none. Refusal: bad_request for one too long."""
    key = request.headers.get("Idempotency-Key")
    if key is not None and len(key) > 200:
        raise Refusal("bad_request", header="Idempotency-Key")
    return key or None


def write_key(author: Author) -> WriteKey | None:
    """The idempotency key of the request, None when it has none. Refusal: bad_request for one too long."""
    key = idempotency_key()
    if key is None:
        return None
    request_text = f"{request.method} {request.path}\n".encode() + request.get_data(cache=True)
    return WriteKey.of_author(author, key, request_text)


@dataclass(frozen=True, slots=True)
class HallCall:
    """Who calls, with the permission of the route in the hall of its address (id)."""

    caller: Caller
    hall: str

    @property
    def author(self) -> Author:
        """The author of what the call records."""
        return self.caller.author

    @property
    def key(self) -> WriteKey | None:
        """The idempotency key of the request: see `write_key`."""
        return write_key(self.author)
