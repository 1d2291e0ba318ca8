"""What a kiosk says of the view it shows: sentences made here, of what the request only names."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from kiosk.menu import ExpectedWait
from kiosk.reading import Need as ReadNeed
from kiosk.reading import NotInTheMenu, Paper, ReadArrival, ReadTicket, Reason, View, ViewReader
from kiosk.reading_focus import focused
from server.domain.refusals import Refusal
from server.store.transactions.database import Database
from server.usecases.answers import AFTER_CLOSING, Answer
from server.usecases.appointments.read_appointments import read_convocations
from server.usecases.tickets.read_menu import read_menu
from server.usecases.tickets.read_ticket import ticket_of_visit
from server.usecases.waits.estimate_waits import Estimates


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedReading:
    """The view of a kiosk: `service` is the one on its sheet or notice, or the open folder.

    `shown` are the services of the page that is up, `hours` its hours of convocations, `needs` those chosen,
    `visit` the ticket's, `at` the hour in a notice of appointments; `exceptional_reason` why the sheet is
    that of another service than `wanted`, which asks for an appointment. `kiosk`: whose view it is, None
    where the whole menu is shown. `focus`: the key of the one control to say, None for the whole view.
    """

    view: View
    language: str
    kiosk: str | None = None
    service: str | None = None
    shown: tuple[str, ...] = ()
    hours: tuple[datetime, ...] = ()
    needs: tuple[ReadNeed, ...] = ()
    at: datetime | None = None
    reason: Reason = "other"
    visit: str | None = None
    paper: Paper = "none"
    is_priority: bool = False
    has_code: bool = False
    has_sheet: bool = False
    wanted: str | None = None
    exceptional_reason: str | None = None
    appointment: ReadArrival | None = None
    focus: str | None = None


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
    menu = read_menu(
        database, estimates, hall, language=wanted.language, translate=translate, kiosk=wanted.kiosk
    )
    reader = ViewReader(menu, translate)
    try:
        if wanted.focus is not None:
            within, needs = wanted.service, wanted.needs
            sentences = focused(reader, wanted.focus, view=wanted.view, within=within, needs=needs)
        elif wanted.view == "convocation":
            told = read_convocations(database, hall, wanted.kiosk)
            sentences = _convocations(reader, wanted, told["services"])
        else:
            sentences = _read(reader, wanted, lambda: _ticket(database, estimates, hall, wanted))
    except NotInTheMenu as error:
        raise Refusal("unknown_service", service=str(error.args[0])) from error
    return Reading(menu["language"], sentences)


def _read(reader: ViewReader, wanted: WantedReading, ticket: Callable[[], ReadTicket]) -> list[str]:
    match wanted.view:
        case "start":
            return reader.start(folder=wanted.service, shown=wanted.shown)
        case "languages":
            return reader.languages()
        case "sheet":
            given = wanted.wanted, wanted.exceptional_reason
            excused = (given[0], given[1]) if given[0] and given[1] else None
            return reader.sheet(wanted.service or "", excused=excused)
        case "notice":
            return reader.notice(
                wanted.service, wanted.reason, wanted.at, sheet=wanted.paper if wanted.has_sheet else None
            )
        case "needs":
            return reader.needs(wanted.needs)
        case "appointment":
            return reader.appointment(is_unknown=wanted.reason == "unknown_appointment")
        case "ticket":
            return reader.ticket(ticket())
        case view:
            raise ValueError(view)


def _convocations(reader: ViewReader, wanted: WantedReading, expected: list[Answer]) -> list[str]:
    """Only what is expected is read, of it only what is on the page that is up."""
    hours = {each["service"]: [datetime.fromisoformat(hour) for hour in each["hours"]] for each in expected}
    if wanted.service is None:
        return reader.convocations(list(hours), wanted.shown)
    return reader.hours(wanted.service, hours.get(wanted.service, []), wanted.hours)


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
        wait=None if wait is None else ExpectedWait(wait["low_s"], wait["high_s"]),
        place=call["counter"]["label"] if call else "",
        paper=wanted.paper,
        is_priority=wanted.is_priority,
        has_code=wanted.has_code,
        appointment=wanted.appointment,
        is_after_closing=found["why_no_wait"] == AFTER_CLOSING,
    )
