"""What a kiosk says of the view it shows: sentences made here, of what the request only names."""

from collections.abc import Callable
from dataclasses import dataclass

from kiosk.menu import Wait
from kiosk.reading import NotInTheMenu, Paper, Reader, ReadTicket, Reason, View
from server.domain.refusals import Refusal
from server.store.database import Database
from server.usecases.estimate_waits import Estimates
from server.usecases.read_menu import read_menu
from server.usecases.read_ticket import ticket_of_visit


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedReading:
    """The view of a kiosk: `service` is the one on its sheet or notice, or the open folder.

    `shown` are the services of the page that is up, `visit` the ticket's.
    """

    view: View
    language: str
    service: str | None = None
    shown: tuple[str, ...] = ()
    reason: Reason = "other"
    visit: str | None = None
    paper: Paper = "none"
    is_priority: bool = False
    has_code: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """Sentences and the language they are in: French where the hall does not speak the one asked for."""

    language: str
    sentences: list[str]


def read_aloud(
    database: Database,
    estimates: Estimates,
    hall: str,
    wanted: WantedReading,
    *,
    translate: Callable[..., str],
) -> Reading:
    """The sentences of a view. Refusals: unknown_hall, unknown_service, unknown_visit."""
    menu = read_menu(database, estimates, hall, language=wanted.language, translate=translate)
    reader = Reader(menu, translate)
    try:
        sentences = _read(reader, wanted, lambda: _ticket(database, estimates, hall, wanted))
    except NotInTheMenu as error:
        raise Refusal("unknown_service", service=str(error.args[0])) from error
    return Reading(menu["language"], sentences)


def _read(reader: Reader, wanted: WantedReading, ticket: Callable[[], ReadTicket]) -> list[str]:
    match wanted.view:
        case "start":
            return reader.start(folder=wanted.service, shown=wanted.shown)
        case "languages":
            return reader.languages()
        case "sheet":
            return reader.sheet(wanted.service or "")
        case "notice":
            return reader.notice(wanted.service or "", wanted.reason)
        case "ticket":
            return reader.ticket(ticket())


def _ticket(database: Database, estimates: Estimates, hall: str, wanted: WantedReading) -> ReadTicket:
    language = wanted.language
    found = ticket_of_visit(database, estimates, wanted.visit or "", (language,)).get(language)
    configuration = database.configuration(hall)
    if found is None or found["hall"]["slug"] != configuration.hall:
        raise Refusal("unknown_visit", visit=wanted.visit)
    wait, call = found["wait"], found["call"]
    return ReadTicket(
        number=found["number"],
        service=found["service"]["name"],
        ahead=found["ahead"],
        wait=None if wait is None else Wait(wait["low_s"], wait["high_s"]),
        place=call["counter"]["label"] if call else "",
        paper=wanted.paper,
        is_priority=wanted.is_priority,
        has_code=wanted.has_code,
    )
