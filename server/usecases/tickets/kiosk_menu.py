"""The menu a kiosk shows, and the sentences it says of its view. The request only names what is on it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from hardware.json_types import Count
from hardware.languages import VISITOR_LANGUAGES
from kiosk.menu import ExpectedWait, MenuHall, MenuService, build_menu, offered_only
from kiosk.menu_messages import MenuMessage
from kiosk.reading import Need as ReadNeed
from kiosk.reading import NotInTheMenu, Paper, ReadArrival, ReadTicket, Reason, View, ViewReader
from kiosk.reading_focus import read_focus
from kiosk.reading_menu import read_start
from kiosk.reading_ways import INSTEAD_AT, read_film, read_instead, read_people, read_referral
from server.documents.texts import SOFT_HYPHEN
from server.domain.hall.configuration import HallConfiguration, Service
from server.domain.hours.calendars import business_day
from server.domain.languages import FRENCH, text_in
from server.domain.notices.public import language_to_read
from server.domain.refusals import Refusal
from server.store import hours
from server.store.transactions.database import Database
from server.usecases.alerts.alert_answers import AlertPart
from server.usecases.alerts.read_alerts import alert_part
from server.usecases.answers import AFTER_CLOSING
from server.usecases.appointments.arrivals import HoursOfService, read_convocations
from server.usecases.hall_view import hall_state
from server.usecases.media.read_look import LookAnswer, read_look
from server.usecases.notices.public_blocks import spoken_notice
from server.usecases.notices.public_types import NoticeText, PublicNotice, PublicNotices
from server.usecases.notices.read_public_notices import read_public_notices
from server.usecases.tickets.offered import WaysFinder, read_offer
from server.usecases.tickets.ticket_page import ticket_of_visit
from server.usecases.tickets.together import read_together
from server.usecases.waits import Estimates


class MenuAnswer(MenuMessage, AlertPart):
    """What a kiosk offers now, in one language, with its place in the life of the hall."""

    epoch: str
    version: Count
    look: LookAnswer
    configuration: str
    """The revisions that apply, as `3.12`: the installation's and the hall's."""


def read_menu(
    database: Database,
    estimates: Estimates,
    hall: str,
    *,
    language: str,
    translate: Callable[..., str],
    kiosk: str | None = None,
) -> MenuAnswer:
    """The menu of a hall (id or slug) in one of its languages, or in French.

    `kiosk`: whose services alone are offered; None: the whole menu. Refusal: unknown_hall.
    """
    hall_id = database.hall_id(hall)
    ranges = estimates.of(hall_id).by_service
    with database.read() as rows:
        offer = read_offer(database, rows, hall_id, language, ranges=ranges)
        configuration, now = offer.state.configuration, offer.state.as_of
        rest = hours.rest_of(rows, hall_id, configuration, now)
        alert = alert_part(rows, hall_id, configuration, now, has_every_language=True)
        worn = read_look(rows, configuration.site.slug).as_message()
    is_offered = partial(configuration.offers, kiosk)
    in_language = language if language in configuration.offered_languages else FRENCH
    hall_menu = replace(
        menu_hall(configuration, now),
        takes_appointments=any(
            each.may_book and not each.is_retired and is_offered(each.id)
            for each in configuration.services.values()
        ),
        keeps_tickets=rest is not None,
        why_today=configuration.calendar.why.get(business_day(configuration.calendar, now)),
    )
    ways = WaysFinder(database, estimates, in_language, translate)
    shown = {service.id for service in configuration.services_on_kiosk() if is_offered(service.id)}

    def item(service: Service) -> MenuService:
        instead = ways.instead(service.instead, is_offered=shown.__contains__)
        return replace(offer.item(service), instead=instead)

    services = offered_only(menu_tree(configuration, item), is_offered)
    folders = {each.service for each in services if each.children}
    referrals = [
        ways.referral(each, folders=folders)
        for each in configuration.referrals.values()
        if not each.is_retired
    ]
    message = build_menu(hall_menu, services, referrals, language=in_language, translate=translate, now=now)
    return {
        **message,
        "epoch": offer.state.row.epoch,
        "version": offer.state.row.version,
        **alert,
        "look": worn,
        "configuration": configuration.mark,
    }


def menu_hall(configuration: HallConfiguration, now: datetime) -> MenuHall:
    """What a menu says of a hall by its documents alone."""
    return MenuHall(
        slug=configuration.hall,
        name={FRENCH: configuration.name},
        time_zone=ZoneInfo(configuration.site.time_zone),
        languages=[VISITOR_LANGUAGES[code] for code in configuration.offered_languages],
        read_languages=configuration.read_languages,
        is_demonstration=configuration.is_demonstration,
        asks_needs=configuration.asks_needs,
        priority_grounds=configuration.priority_grounds or None,
        has_loop=configuration.shows_loop(business_day(configuration.calendar, now)),
    )


def menu_tree(configuration: HallConfiguration, item: Callable[[Service], MenuService]) -> list[MenuService]:
    """The services that kiosks show, in their folders; `item` makes the entry of each."""
    entries: list[MenuService] = []
    placed: set[str] = set()
    for service in configuration.services_on_kiosk():
        if service.parent is None:
            entries.append(item(service))
        elif service.parent not in placed:
            placed.add(service.parent)
            folder = configuration.folders[service.parent]
            children = [item(s) for s in configuration.services_on_kiosk() if s.parent == folder.id]
            entries.append(
                MenuService(
                    service=folder.id,
                    name=folder.names,
                    icon=folder.icon,
                    subtitle=folder.subtitles or None,
                    children=children,
                )
            )
    return entries


NOTICE_KEY = "notice-"
"""How the key of a button begins that opens a public notice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingRequest:
    """The view of a kiosk to read aloud; a field is None or empty where the view has no such thing.

    `service`: the one on its sheet or notice, or the open folder. `services_on_page`, `hours` (convocations)
    and `needs` (chosen): those on the page. `visit`: the ticket's. `at`: the hour of an appointment.
    `exceptional_reason`: why the sheet is not that of `wanted_service`, which needs an appointment.
    `notice` and `notice_language`: the public notice on it. `kiosk`: the kiosk, None for the whole menu.
    `focus`: the key of one control, None for the whole view. `has_keys`: where the keys are comes first.
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
    is_fetched: bool = False
    has_keys: bool = False
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
    reader = _reader(database.configuration(hall), menu, request.kiosk or "", translate)
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
    return Reading(menu["language"], [*(reader.keys() if request.has_keys else []), *sentences])


def _reader(
    configuration: HallConfiguration, menu: MenuAnswer, kiosk: str, translate: Callable[..., str]
) -> ViewReader:
    """What reads the views of a kiosk (its id)."""
    backup, own = configuration.backup_of(kiosk), configuration.kiosks.get(kiosk)
    return ViewReader(
        menu,
        translate,
        other_printer="" if backup is None else backup.label,
        keys_at="" if own is None else text_in(own.keys_at, menu["language"]),
    )


def _read(reader: ViewReader, request: ReadingRequest, ticket: Callable[[], ReadTicket]) -> list[str]:
    match request.view:
        case "start":
            return read_start(reader, folder=request.service, shown=request.services_on_page)
        case "languages" | "away" | "escort":
            return reader.title(request.view)
        case "sheet":
            given = request.wanted_service, request.exceptional_reason
            excused = (given[0], given[1]) if given[0] and given[1] else None
            return reader.sheet(request.service or "", excused=excused)
        case "notice":
            return _notice_of(reader, request)
        case "referral" | "film":
            read = read_film if request.view == "film" else read_referral
            return read(reader, request.service or "")
        case "together":
            counts = [each for each in request.services_on_page if each.isdecimal()]
            return read_people(reader, counts)
        case "needs":
            return reader.needs(request.needs)
        case "appointment":
            return reader.appointment(request.reason)
        case "ticket":
            return reader.ticket(ticket())
        case view:
            raise ValueError(view)


def _notice_of(reader: ViewReader, request: ReadingRequest) -> list[str]:
    """Why no ticket is given, and what helps instead."""
    sheet = request.paper if request.has_sheet else None
    said = reader.notice(request.service, request.reason, request.at, sheet=sheet)
    if request.service is None or request.reason not in INSTEAD_AT:
        return said
    return said + read_instead(reader, reader.service_of(request.service))


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
    call = found["call"]
    with database.read() as rows:
        legs = database.open_legs(rows, hall_state(database, rows, database.hall_id(hall)).row)
        together = read_together(rows, legs, request.visit or "")
    wait, why_no_wait = (together or found)["wait"], (together or found)["why_no_wait"]
    return ReadTicket(
        number=found["number"],
        service=found["service"]["name"],
        ahead=together["ahead"] if together else found["ahead"],
        wait=None if wait is None else ExpectedWait(wait["low_s"], wait["high_s"]),
        place=call["counter"]["label"] if call else "",
        paper=request.paper,
        is_priority=request.is_priority,
        has_code=request.has_code,
        is_covered=request.is_covered,
        is_fetched=request.is_fetched,
        paper_within_s=request.paper_within_s,
        appointment=request.appointment,
        is_after_closing=why_no_wait == AFTER_CLOSING,
        together=tuple(together["numbers"]) if together else (),
    )
