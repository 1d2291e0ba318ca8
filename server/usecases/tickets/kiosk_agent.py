"""The agent of a kiosk: which one is live, and what it needs to go on without the server for a week.

Protocol: docs/rules/off-line.md.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import partial
from typing import TypedDict
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter

from hardware.json_types import InstantText, Ordinal
from kiosk.menu import MenuHall, MenuService, offered_only
from server.domain.hall.configuration import HallConfiguration, Service
from server.domain.hall.devices import PrinterProfile
from server.domain.hours.calendars import business_day, instant_of
from server.domain.instants import to_text
from server.domain.refusals import Refusal
from server.domain.visits.off_line import HEARD_FOR, PROVISION_DAYS, next_own_rank
from server.ids import token_digest
from server.store.devices.kiosk_agents import KioskAgent, hear_agent, let_leave, note_refused
from server.store.transactions.database import Database
from server.store.visits.off_line import highest_own_rank
from server.usecases.hall_view import find_kiosk
from server.usecases.hours.opening import openings
from server.usecases.media.read_look import LogoAnswer, read_look
from server.usecases.tickets.kiosk_menu import menu_hall, menu_tree


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
        logo = read_look(rows, configuration.site.slug).logo
    return {
        "now": to_text(now),
        "next_rank": None if series is None else next_own_rank(highest, series),
        "provision": _mark(configuration, logo, now),
    }


class SeriesProvided(TypedDict):
    """Numbers of a kiosk: ranks from `first` to `last`, both included."""

    prefix: str
    first: Ordinal
    last: Ordinal


class Provision(TypedDict):
    """What a kiosk needs without its server, for seven days; nothing of it is personal."""

    provision: str
    kiosk: str
    hall: MenuHall
    services: list[MenuService]
    begins_at: InstantText
    """The first instant of today."""
    ends_at: InstantText
    """The first instant for which it says nothing."""
    own_series: SeriesProvided | None
    site: str
    logo: str | None
    """An image file in base64."""
    profile: PrinterProfile | None
    """What the kiosk's own printer understands; null: it prints nothing."""


_OF_MENU = TypeAdapter(tuple[MenuHall, list[MenuService]])
type ReadLogo = Callable[[LogoAnswer | None], str | None]
"""Reads the file of a logo, in base64; None where there is none."""


def read_provision(database: Database, hall: str, kiosk: str, read_logo: ReadLogo) -> Provision:
    """The provision of a kiosk (id) of a hall (id). Refusal: unknown_kiosk."""
    configuration, now = database.configuration(hall), database.clock.now()
    own = find_kiosk(configuration, kiosk)
    with database.read() as rows:
        logo = read_look(rows, configuration.site.slug).logo
    services = offered_only(
        menu_tree(configuration, partial(_menu_service, configuration, now)),
        partial(configuration.offers, own.id),
    )
    hall_menu, services = _OF_MENU.dump_python((menu_hall(configuration, now), services), mode="json")
    zone, on = ZoneInfo(configuration.calendar.time_zone), business_day(configuration.calendar, now)
    series = own.own_series
    return {
        "provision": _mark(configuration, logo, now),
        "kiosk": own.id,
        "hall": hall_menu,
        "services": services,
        "begins_at": to_text(instant_of(on, time(0), zone)),
        "ends_at": to_text(instant_of(on + timedelta(days=PROVISION_DAYS), time(0), zone)),
        "own_series": None
        if series is None
        else {"prefix": series.prefix, "first": series.first, "last": series.highest},
        "site": configuration.site.name,
        "logo": read_logo(logo),
        "profile": None if own.printer is None else own.printer.profile,
    }


def _mark(configuration: HallConfiguration, logo: LogoAnswer | None, now: datetime) -> str:
    """What a provision is made of, as one word: documents, first day, logo."""
    on = business_day(configuration.calendar, now).isoformat()
    return token_digest(f"{configuration.mark} {on} {'' if logo is None else logo['url']}")[:16]


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
        counters=1,  # somebody will serve it, as far as its hours say
        bring=service.bring,
        booking=service.how_to_book,
        booking_address=service.appointment_url,
    )
