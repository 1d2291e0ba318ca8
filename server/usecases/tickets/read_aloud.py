"""The sentences that a kiosk says of the view it shows. The request only names what is on it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from kiosk.menu import ExpectedWait
from kiosk.reading import Need as ReadNeed
from kiosk.reading import NotInTheMenu, Paper, ReadArrival, ReadTicket, Reason, View, ViewReader
from kiosk.reading_focus import read_focus
from server.documents.hyphens import SOFT_HYPHEN
from server.domain.languages import FRENCH
from server.domain.notices.public import language_to_read
from server.domain.refusals import Refusal
from server.store.transactions.database import Database
from server.usecases.answers import AFTER_CLOSING
from server.usecases.appointments.read_appointments import HoursOfService, read_convocations
from server.usecases.notices.public.blocks import NoticeText, PublicNotice, PublicNotices
from server.usecases.notices.public.read_public_notices import read_public_notices
from server.usecases.notices.public.spoken_notice import spoken_notice
from server.usecases.tickets.read_menu import read_menu
from server.usecases.tickets.ticket_page import ticket_of_visit
from server.usecases.waits import Estimates

NOTICE_KEY = "notice-"
"""How the key of a button begins that opens a public notice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingRequest:
    """The view of a kiosk to read aloud; a field is None or empty where the view has no such thing.

    `service`: the one on its sheet or notice, or the open folder. `services_on_page`, `hours` (convocations)
    and `needs` (chosen): those on the page. `visit`: the ticket's. `at`: the hour of an appointment.
    `exceptional_reason`: why the sheet is not that of `wanted_service`, which needs an appointment.
    `notice` and `notice_language`: the public notice on it. `kiosk`: the kiosk, None for the whole menu.
    `focus`: the key of one control, None for the whole view.
    """

    view: View
    language: str
    kiosk: str | None = None
    service: str | None = None
    services_on_page: tuple[str, ...] = ()
    hours: tuple[datetime, ...] = ()
    needs: tuple[ReadNeed, ...] = ()
    at: datetime | None = None
    reason: Reason = "other"
    visit: str | None = None
    notice: str | None = None
    notice_language: str = FRENCH
    paper: Paper = "none"
    is_priority: bool = False
    has_code: bool = False
    is_covered: bool = False
    paper_within_s: int | None = None
    has_sheet: bool = False
    wanted_service: str | None = None
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
    request: ReadingRequest,
    *,
    translate: Callable[..., str],
) -> Reading:
    """The sentences of a view. Refusals: unknown_hall, unknown_notice, unknown_service, unknown_visit."""
    menu = read_menu(
        database, estimates, hall, language=request.language, translate=translate, kiosk=request.kiosk
    )
    backup = database.configuration(hall).backup_of(request.kiosk or "")
    reader = ViewReader(menu, translate, other_printer="" if backup is None else backup.label)
    try:
        if request.focus is not None and request.focus.startswith(NOTICE_KEY):
            found = read_public_notices(database, hall, translate)
            pressed = request.focus.removeprefix(NOTICE_KEY)
            sentences = _titles(found, [pressed], menu["language"])
        elif request.focus is not None:
            within, needs = request.service, request.needs
            sentences = read_focus(reader, request.focus, view=request.view, within=within, needs=needs)
        elif request.view == "information_text":
            return _notice(read_public_notices(database, hall, translate), request)
        elif request.view == "information":
            found = read_public_notices(database, hall, translate)
            titles = _titles(found, request.services_on_page, menu["language"])
            sentences = reader.information(titles)
        elif request.view == "convocation":
            answer = read_convocations(database, hall, request.kiosk)
            sentences = _convocations(reader, request, answer["services"])
        else:
            sentences = _read(reader, request, lambda: _ticket(database, estimates, hall, request))
    except NotInTheMenu as error:
        raise Refusal("unknown_service", service=str(error.args[0])) from error
    return Reading(menu["language"], sentences)


def _read(reader: ViewReader, request: ReadingRequest, ticket: Callable[[], ReadTicket]) -> list[str]:
    match request.view:
        case "start":
            return reader.start(folder=request.service, shown=request.services_on_page)
        case "languages":
            return reader.languages()
        case "sheet":
            given = request.wanted_service, request.exceptional_reason
            excused = (given[0], given[1]) if given[0] and given[1] else None
            return reader.sheet(request.service or "", excused=excused)
        case "notice":
            return reader.notice(
                request.service,
                request.reason,
                request.at,
                sheet=request.paper if request.has_sheet else None,
            )
        case "needs":
            return reader.needs(request.needs)
        case "appointment":
            return reader.appointment(is_unknown=request.reason == "unknown_appointment")
        case "ticket":
            return reader.ticket(ticket())
        case view:
            raise ValueError(view)


def _titles(found: PublicNotices, ids: Sequence[str], language: str) -> list[str]:
    """The titles of some public notices, in a language or in French."""
    on_page = [each for each in found["notices"] if each["id"] in ids]
    return [_text_of(notice, language)["title"].replace(SOFT_HYPHEN, "") for notice in on_page]


def _notice(found: PublicNotices, request: ReadingRequest) -> Reading:
    """The sentences of one public notice, in the language in which the kiosk shows it."""
    notice = next((each for each in found["notices"] if each["id"] == request.notice), None)
    if notice is None:
        raise Refusal("unknown_notice", notice=request.notice)
    text = _text_of(notice, request.notice_language)
    return Reading(text["language"], spoken_notice(text))


def _text_of(notice: PublicNotice, language: str) -> NoticeText:
    texts = {text["language"]: text for text in notice["texts"]}
    return texts[language_to_read(list(texts), language)]


def _convocations(reader: ViewReader, request: ReadingRequest, expected: list[HoursOfService]) -> list[str]:
    """The sentences of the convocations that are expected and on the page that the kiosk shows."""
    hours = {each["service"]: [datetime.fromisoformat(hour) for hour in each["hours"]] for each in expected}
    if request.service is None:
        return reader.convocations(list(hours), request.services_on_page)
    return reader.hours(request.service, hours.get(request.service, []), request.hours)


def _ticket(database: Database, estimates: Estimates, hall: str, request: ReadingRequest) -> ReadTicket:
    language = request.language
    found = ticket_of_visit(database, estimates, request.visit or "", (language,)).get(language)
    configuration = database.configuration(hall)
    if found is None or found["hall"]["slug"] != configuration.hall:
        raise Refusal("unknown_visit", visit=request.visit)
    wait, call = found["wait"], found["call"]
    return ReadTicket(
        number=found["number"],
        service=found["service"]["name"],
        ahead=found["ahead"],
        wait=None if wait is None else ExpectedWait(wait["low_s"], wait["high_s"]),
        place=call["counter"]["label"] if call else "",
        paper=request.paper,
        is_priority=request.is_priority,
        has_code=request.has_code,
        is_covered=request.is_covered,
        paper_within_s=request.paper_within_s,
        appointment=request.appointment,
        is_after_closing=found["why_no_wait"] == AFTER_CLOSING,
    )
