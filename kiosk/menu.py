"""The menu of a kiosk: which services are offered now, how long one waits, or why not and when next.

Pure: values and `now` in, the menu message out (`GET /halls/{hall}/menu`). The server fills the small input
types below.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, Protocol
from zoneinfo import ZoneInfo

from hardware.json_types import SaidWait
from hardware.languages import Language
from kiosk import menu_messages

type Text = Mapping[str, str]
"""One sentence per language code; French ("fr") is always there and stands in for a missing language."""

type Hours = Literal["kiosk.hour.", "kiosk.spoken.hour."]

_MOST_HOPEFUL_FIRST: tuple[menu_messages.State, ...] = (
    "open",
    "no_counter",
    "too_late",
    "full",
    "stopped",
    "closed",
    "appointment_only",
)


class Translate(Protocol):
    """The sentence of a key in a language, its placeholders filled; `count` chooses the plural form."""

    def __call__(self, key: str, language: str, /, **values: object) -> str: ...


@dataclass(frozen=True, slots=True)
class MenuOpening:
    """A span of opening hours, aware instants; tickets from `opens_at` to before `last_ticket_at`."""

    opens_at: datetime
    closes_at: datetime
    last_ticket_at: datetime


@dataclass(frozen=True, slots=True)
class ExpectedWait:
    """The expected wait of someone who takes a ticket now: `low_s` ≤ `high_s`, whole steps of 300 seconds."""

    low_s: int
    high_s: int


@dataclass(frozen=True, slots=True)
class ExceptionalWay:
    """The service that receives visitors without an appointment, and the accepted reasons (code, name)."""

    received_by: "MenuService"
    reasons: Mapping[str, Text]


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuService:
    """A service in the menu now; with `children` it is a folder and only its words and icon count.

    `openings` are the present and coming spans in order; `counters` is how many open counters serve it;
    `remaining` is how many tickets may still be issued today (None: no limit); `booking` says how one obtains
    an appointment, `booking_address` is the web address where; `is_too_late`: a ticket taken now would
    probably be served after closing; `stop`: why its tickets are stopped today (a code, None: they are
    not); `is_after_closing`: it would probably be called only after the hall
    closes for the day; `exceptional`: the reasons for which it receives without an appointment.
    """

    service: str
    name: Text
    icon: str = "ticket"
    subtitle: Text | None = None
    mode: Literal["walk_in", "appointment_only", "both"] = "walk_in"
    openings: Sequence[MenuOpening] = ()
    counters: int = 0
    waiting: int = 0
    wait: ExpectedWait | None = None
    remaining: int | None = None
    stop: str | None = None
    bring: Sequence[Text] = ()
    booking: Text | None = None
    booking_address: str | None = None
    is_too_late: bool = False
    is_after_closing: bool = False
    exceptional: ExceptionalWay | None = None
    instead: menu_messages.InsteadOfMenu | None = None
    film: menu_messages.FilmOfMenu | None = None
    children: Sequence["MenuService"] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuHall:
    """The hall of the kiosk: its words, time zone and languages, whether priority and needs are asked for.

    `has_loop`: an induction loop is shown. `keeps_tickets`: a break runs, and waiting visitors are called
    after it. `priority_grounds`: people who pass first here besides holders of the card; None: nobody.
    `why_today`: why the hours of today are exceptional; None: they are not, or nobody said why.
    `read_languages`: the codes of those in which alerts may be shown.
    """

    slug: str
    name: Text
    time_zone: ZoneInfo
    languages: Sequence[Language]
    read_languages: Sequence[str] = ()
    asks_priority: bool = True
    takes_appointments: bool = False
    asks_needs: bool = True
    priority_grounds: Text | None = None
    keeps_tickets: bool = False
    why_today: Text | None = None
    has_loop: bool = False
    is_demonstration: bool = False


def build_menu(
    hall: MenuHall,
    services: Sequence[MenuService],
    referrals: Sequence[menu_messages.ReferralOfMenu] = (),
    *,
    language: str,
    translate: Translate,
    now: datetime,
) -> menu_messages.MenuMessage:
    """The menu message of a hall in a language at the instant `now` (aware).

    `changes_at` is the next instant at which hours alone change a state: the page fetches again then and
    does not poll.
    Raises ValueError for a tree that needs more than two presses.
    """
    words = MenuWords(language, translate, hall.time_zone, now)
    found = list(leaves(services))
    is_open = any(_current(each, now) for each in found)
    coming = None if is_open else _earliest(_next_opening_at(each, now) for each in found)
    return {
        "hall": {"slug": hall.slug, "name": words.of(hall.name)},
        "time_zone": hall.time_zone.key,
        "language": language,
        "languages": [
            {"code": x.code, "name": x.name, "dir": x.direction, "is_read": x.code in hall.read_languages}
            for x in hall.languages
        ],
        "is_open": is_open,
        "next_opening": words.next_opening(coming),
        "why_closed": words.of(hall.why_today) if hall.why_today and not is_open else None,
        "changes_at": edge.isoformat() if (edge := _earliest(_edges(found, now))) else None,
        "priority_notice": hall.asks_priority,
        "priority_grounds": words.of(hall.priority_grounds) if hall.priority_grounds else None,
        "appointments": hall.takes_appointments,
        "asks_needs": hall.asks_needs,
        "keeps_tickets": hall.keeps_tickets,
        "hearing_loop": hall.has_loop,
        "services": [service_message(each, words) for each in services],
        "referrals": list(referrals),
        "demonstration": hall.is_demonstration,
        "now": now.isoformat(),
    }


def state_of(service: MenuService, now: datetime) -> menu_messages.State:
    """Whether a ticket of this service may be taken at `now`, or the first reason why not.

    `no_counter` still issues: hours are on and a counter is expected, but nobody serves it at this moment.
    A folder has the most hopeful state of what it holds.
    """
    if service.children:
        states = {state_of(child, now) for child in service.children}
        return next(state for state in _MOST_HOPEFUL_FIRST if state in states)
    if service.mode == "appointment_only":
        return "appointment_only"
    opening = _current(service, now)
    if opening is None:
        return "closed"
    if now >= opening.last_ticket_at or service.is_too_late:
        return "too_late"
    if service.remaining is not None and service.remaining <= 0:
        return "full"
    if service.stop is not None:
        return "stopped"
    return "open" if service.counters > 0 else "no_counter"


def worded_wait(wait: ExpectedWait) -> SaidWait:
    """A wait as the menu gives it, at least one step, and the words for it."""
    said = menu_messages.wording_of(wait.low_s, wait.high_s)
    return {"low_s": wait.low_s, "high_s": max(wait.high_s, menu_messages.STEP_S), "said": said}


def hour_text(translate: Translate, language: str, local: datetime, *, hours: Hours = "kiosk.hour.") -> str:
    """« 9 h » or « 9 h 30 » of a local time; `hours` begins the keys: written, or as it is spoken."""
    key = hours + ("minutes" if local.minute else "exact")
    return translate(key, language, hour=local.hour, minute=f"{local.minute:02d}")


def opening_text(
    translate: Translate,
    language: str,
    opens_at_local: datetime,
    now_local: datetime,
    *,
    hours: Hours = "kiosk.hour.",
) -> str:
    """« Ouvre aujourd’hui à 14 h », « Ouvre demain à 9 h », « Ouvre lundi à 9 h » or with the date.

    `hours` begins the keys that say an hour: written, or as it is spoken.
    """
    hour = hour_text(translate, language, opens_at_local, hours=hours)
    days = (opens_at_local.date() - now_local.date()).days
    if days <= 1:
        return translate("kiosk.opens.tomorrow" if days else "kiosk.opens.today", language, hour=hour)
    weekday = translate(f"kiosk.weekday.{opens_at_local.isoweekday()}", language)
    if days < 7:
        return translate("kiosk.opens.weekday", language, weekday=weekday, hour=hour)
    month = translate(f"kiosk.month.{opens_at_local.month}", language)
    return translate(
        "kiosk.opens.date", language, weekday=weekday, day=opens_at_local.day, month=month, hour=hour
    )


@dataclass(frozen=True, slots=True)
class MenuWords:
    """The words of a menu in its language, at an instant (aware)."""

    language: str
    translate: Translate
    time_zone: ZoneInfo
    now: datetime

    def of(self, text: Text) -> str:
        """A text in this language, or in French."""
        return text.get(self.language) or text["fr"]

    def next_opening(self, at: datetime | None) -> menu_messages.NextOpening | None:
        """An opening in words; None: there is none."""
        if at is None:
            return None
        local, now_local = at.astimezone(self.time_zone), self.now.astimezone(self.time_zone)
        return {"at": at.isoformat(), "text": opening_text(self.translate, self.language, local, now_local)}

    def why_stopped(self, service: MenuService) -> str | None:
        """Why a service, or all services of a folder, give no more tickets today; None: that is not said."""
        stops = {each.stop for each in leaves([service])}
        return stop_words(stops.pop() if len(stops) == 1 else None, self.translate, self.language)


def stop_words(code: str | None, translate: Translate, language: str) -> str | None:
    """Why tickets are stopped, as visitors read it; None: they are not, or the reason is not told."""
    return None if code in (None, "other") else translate(f"kiosk.stopped.{code}", language)


def service_message(service: MenuService, words: MenuWords, depth: int = 1) -> menu_messages.ServiceOfMenu:
    """A service or a folder as the page receives it. Raises ValueError for more than two presses."""
    if depth > 2:
        raise ValueError(f"service {service.service} needs more than two presses")
    state = state_of(service, words.now)
    has_hours_to_come = state in ("closed", "too_late", "full")
    coming = (
        _earliest(_next_opening_at(x, words.now) for x in leaves([service])) if has_hours_to_come else None
    )
    return {
        "id": service.service,
        "name": words.of(service.name),
        "subtitle": words.of(service.subtitle) if service.subtitle else None,
        "icon": service.icon,
        "state": state,
        "next_opening": words.next_opening(coming),
        "why_stopped": words.why_stopped(service) if state == "stopped" else None,
        "waiting": 0 if service.children else service.waiting,
        "wait": _wait_message(service, state),
        "why_no_wait": "after_closing" if state == "open" and service.is_after_closing else None,
        "bring": [words.of(each) for each in service.bring],
        "pictures": [menu_messages.picture_of(each["fr"]) for each in service.bring],
        "booking": words.of(service.booking) if service.booking else None,
        "booking_address": service.booking_address,
        "exceptional": _exceptional_message(service.exceptional, words),
        "instead": service.instead,
        "film": service.film,
        "children": [service_message(child, words, depth + 1) for child in service.children],
    }


def _exceptional_message(
    way: ExceptionalWay | None, words: MenuWords
) -> menu_messages.ExceptionalWayOffered | None:
    """Nothing while the service that receives gives no ticket: a way that leads nowhere is not shown."""
    if way is None or state_of(way.received_by, words.now) not in ("open", "no_counter"):
        return None
    return {
        "received_by": service_message(way.received_by, words),
        "reasons": [{"id": code, "name": words.of(name)} for code, name in way.reasons.items()],
    }


def _wait_message(
    service: MenuService, state: menu_messages.State
) -> SaidWait | menu_messages.NobodyWaits | None:
    """The wait to announce: None unless an open counter serves the service."""
    if state != "open" or service.children:
        return None
    if service.wait is None:
        return None
    return worded_wait(service.wait) if service.wait.high_s else {"none": True}


def leaves(services: Sequence[MenuService]) -> Iterator[MenuService]:
    """The services of a menu without their folders."""
    for service in services:
        if service.children:
            yield from leaves(service.children)
        else:
            yield service


def _current(service: MenuService, now: datetime) -> MenuOpening | None:
    return next((x for x in service.openings if x.opens_at <= now < x.closes_at), None)


def _next_opening_at(service: MenuService, now: datetime) -> datetime | None:
    if service.mode == "appointment_only":
        return None
    return _earliest(x.opens_at for x in service.openings if x.opens_at > now)


def _edges(found: Sequence[MenuService], now: datetime) -> Iterator[datetime]:
    receiving = [each.exceptional.received_by for each in found if each.exceptional is not None]
    for service in (*found, *receiving):
        for opening in service.openings:
            for edge in (opening.opens_at, opening.last_ticket_at, opening.closes_at):
                if edge > now:
                    yield edge


def _earliest(instants: Iterator[datetime] | Iterator[datetime | None]) -> datetime | None:
    return min((each for each in instants if each is not None), default=None)


def offered_only(services: Sequence[MenuService], is_offered: Callable[[str], bool]) -> list[MenuService]:
    """The services of a menu that are offered, in its order; a folder with none of them left is not there."""
    kept: list[MenuService] = []
    for each in services:
        if each.children:
            children = offered_only(each.children, is_offered)
            if children:
                kept.append(replace(each, children=children))
        elif is_offered(each.service):
            kept.append(each)
    return kept
