"""The agent of a kiosk: which one is live, and what it needs to go on without the server for a week.

Protocol: docs/rules/off-line.md.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Literal, TypedDict
from zoneinfo import ZoneInfo

from hardware.json_types import InstantText, LocalDate, Ordinal, Texts
from hardware.languages import VISITOR_LANGUAGES
from kiosk.menu import MenuService, offered_only
from kiosk.menu_messages import HallOfMenu, LanguageOfMenu
from server.domain.hall.configuration import HallConfiguration, Service
from server.domain.hall.devices import PrinterDialect, PrinterProfile
from server.domain.hours.calendars import business_day, instant_of
from server.domain.instants import to_text
from server.domain.refusals import Refusal
from server.domain.tickets import Series
from server.domain.visits.off_line import HEARD_FOR, next_own_rank
from server.ids import token_digest
from server.store.devices.kiosk_agents import KioskAgent, hear_agent, let_leave, note_refused
from server.store.transactions.database import Database
from server.store.visits.off_line import highest_own_rank
from server.usecases.hall_view import find_kiosk
from server.usecases.hours.opening import openings
from server.usecases.media.read_look import Logo, read_look
from server.usecases.tickets.kiosk_menu import menu_tree

PROVISION_DAYS = 7


@dataclass(frozen=True, slots=True)
class AgentReport:
    """What an agent says of itself: its kiosk, one life of it, its version; `leaves`: it stops."""

    kiosk: str
    incarnation: str
    program: str
    leaves: bool = False


class AgentAnswer(TypedDict):
    """What the server answers to a live agent."""

    now: InstantText
    hall: str
    incarnation: str
    next_rank: Ordinal | None
    """The next rank of the kiosk's own series today; null: it has no such series."""
    provision: str
    """The mark of the provision that applies; another one than the agent's: it reads it again."""


def hear_from_agent(database: Database, hall: str, report: AgentReport) -> AgentAnswer:
    """Keeps that an agent of a hall (id) is live.

    Refusals: unknown_kiosk, kiosk_twice while another incarnation of that kiosk is live.
    """
    configuration, now = database.configuration(hall), database.clock.now()
    kiosk = find_kiosk(configuration, report.kiosk)
    with database.store.write() as rows:
        heard = KioskAgent(kiosk.id, hall, report.incarnation, report.program, now)
        is_heard = hear_agent(rows, heard, silent_since=now - HEARD_FOR)
        if not is_heard:
            note_refused(rows, kiosk.id, now)
        elif report.leaves:
            let_leave(rows, kiosk.id, report.incarnation)
    if not is_heard:
        raise Refusal("kiosk_twice", kiosk=kiosk.label)
    with database.read() as rows:
        series, on = kiosk.own_series, business_day(configuration.calendar, now)
        highest = None if series is None else highest_own_rank(rows, hall, on, series)
        logo = read_look(rows).logo
    return {
        "now": to_text(now),
        "hall": configuration.hall,
        "incarnation": report.incarnation,
        "next_rank": None if series is None else next_own_rank(highest, series),
        "provision": _mark(configuration, logo, now),
    }


class HallProvided(HallOfMenu):
    """The hall of a provision."""

    site: str


class SeriesProvided(TypedDict):
    """Numbers of a kiosk: ranks from `first` to `last`, both included."""

    prefix: str
    first: Ordinal
    last: Ordinal


class OpeningProvided(TypedDict):
    """A span of opening hours; tickets before `last_ticket_at`."""

    opens_at: InstantText
    closes_at: InstantText
    last_ticket_at: InstantText


class ServiceProvided(TypedDict):
    """A service of the menu, or a folder (`children`), with the texts of `kiosk.menu.MenuService`."""

    id: str
    name: Texts
    subtitle: Texts
    icon: str
    mode: Literal["walk_in", "appointment_only", "both"]
    openings: list[OpeningProvided]
    bring: dict[str, list[str]]
    booking: Texts
    booking_address: str | None
    children: list["ServiceProvided"]


DayProvided = TypedDict("DayProvided", {"on": LocalDate, "from": InstantText, "until": InstantText})
"""A business day: `from` its first instant, before `until`."""


class TicketProvided(TypedDict):
    """What every ticket of the kiosk says; `logo`: an image file in base64."""

    site: str
    hall: str
    logo: str | None


class PaperProvided(TypedDict):
    """The paper of the kiosk's own printer: its width in mm, what the printer understands, how it is fed."""

    width: Literal[58, 80]
    dialect: PrinterDialect
    profile: PrinterProfile


class Provision(TypedDict):
    """What a kiosk needs without its server, for seven days; nothing of it is personal."""

    provision: str
    kiosk: str
    label: str
    hall: HallProvided
    time_zone: str
    languages: list[LanguageOfMenu]
    own_series: SeriesProvided | None
    services: list[ServiceProvided]
    asks_priority: bool
    priority_grounds: Texts
    asks_needs: bool
    has_loop: bool
    demonstration: bool
    days: list[DayProvided]
    ticket: TicketProvided
    paper: PaperProvided | None


type ReadLogo = Callable[[Logo | None], str | None]
"""Reads the file of a logo, in base64; None where there is none."""


def read_provision(database: Database, hall: str, kiosk: str, read_logo: ReadLogo) -> Provision:
    """The provision of a kiosk (id) of a hall (id). Refusal: unknown_kiosk."""
    configuration, now = database.configuration(hall), database.clock.now()
    own = find_kiosk(configuration, kiosk)
    with database.read() as rows:
        logo = read_look(rows).logo
    shown = menu_tree(configuration, partial(_menu_service, configuration, now))
    printer, on = own.printer, business_day(configuration.calendar, now)
    return {
        "provision": _mark(configuration, logo, now),
        "kiosk": own.id,
        "label": own.label,
        "hall": {"slug": configuration.hall, "name": configuration.name, "site": configuration.site.name},
        "time_zone": configuration.calendar.time_zone,
        "languages": [
            {
                "code": each.code,
                "name": each.name,
                "dir": each.direction,
                "is_read": each.code in configuration.read_languages,
            }
            for each in map(VISITOR_LANGUAGES.__getitem__, configuration.offered_languages)
        ],
        "own_series": None if own.own_series is None else _series(own.own_series),
        "services": [
            _service(configuration, each)
            for each in offered_only(shown, partial(configuration.offers, own.id))
        ],
        "asks_priority": True,
        "priority_grounds": dict(configuration.priority_grounds),
        "asks_needs": configuration.asks_needs,
        "has_loop": configuration.shows_loop(on),
        "demonstration": configuration.is_demonstration,
        "days": [_day(configuration, on + timedelta(days=after)) for after in range(PROVISION_DAYS)],
        "ticket": {
            "site": configuration.site.name,
            "hall": configuration.name,
            "logo": read_logo(logo),
        },
        "paper": None
        if printer is None
        else {"width": printer.paper_mm, "dialect": printer.dialect, "profile": printer.profile},
    }


def _mark(configuration: HallConfiguration, logo: Logo | None, now: datetime) -> str:
    """What a provision is made of, as one word: documents, first day, logo."""
    on = business_day(configuration.calendar, now).isoformat()
    return token_digest(f"{configuration.mark} {on} {'' if logo is None else logo.url}")[:16]


def _series(series: Series) -> SeriesProvided:
    return {"prefix": series.prefix, "first": series.first, "last": series.highest}


def _menu_service(configuration: HallConfiguration, now: datetime, service: Service) -> MenuService:
    until = now + timedelta(days=PROVISION_DAYS)
    coming = openings(configuration.calendar_of(service.id), now)
    return MenuService(
        service=service.id,
        name=service.names,
        icon=service.icon,
        subtitle=service.subtitles,
        mode=service.mode,
        openings=[each for each in coming if each.opens_at < until],
        booking=service.how_to_book,
        booking_address=service.appointment_url,
    )


def _service(configuration: HallConfiguration, shown: MenuService) -> ServiceProvided:
    service = configuration.services.get(shown.service)
    return {
        "id": shown.service,
        "name": dict(shown.name),
        "subtitle": dict(shown.subtitle or {}),
        "icon": shown.icon,
        "mode": shown.mode,
        "openings": [
            {
                "opens_at": to_text(each.opens_at),
                "closes_at": to_text(each.closes_at),
                "last_ticket_at": to_text(each.last_ticket_at),
            }
            for each in shown.openings
        ],
        "bring": {} if service is None else {code: list(papers) for code, papers in service.bring.items()},
        "booking": dict(shown.booking or {}),
        "booking_address": shown.booking_address,
        "children": [_service(configuration, each) for each in shown.children],
    }


def _day(configuration: HallConfiguration, on: date) -> DayProvided:
    zone = ZoneInfo(configuration.calendar.time_zone)
    first, end = (instant_of(day, time(0), zone) for day in (on, on + timedelta(days=1)))
    return {"on": on.isoformat(), "from": to_text(first), "until": to_text(end)}
