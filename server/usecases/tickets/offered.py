"""What a hall offers at an instant, as menus of kiosks say it; also of the other halls that a menu names."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from kiosk.elsewhere import OtherHall, elsewhere_message
from kiosk.menu import ExceptionalWay, ExpectedWait, MenuService
from kiosk.menu_messages import ElsewhereOfMenu, FilmOfMenu, InsteadOfMenu, ReferralOfMenu, picture_of
from server.domain.hall.configuration import HallConfiguration, Instead, Referral, Service
from server.domain.hours import calendars
from server.domain.languages import FRENCH, text_in, texts_in
from server.domain.tickets import quota_now
from server.domain.waits.estimate import AfterClosing, Estimate, WaitRange
from server.store.configuration.halls import all_halls
from server.store.counters import open_places
from server.store.engine.statements import Rows
from server.store.transactions.database import Database
from server.store.visits.tickets import TicketStopRow, remaining_of, stops_of_day
from server.usecases.hall_view import HallState, hall_state
from server.usecases.hours.opening import opening_now, openings
from server.usecases.notices.contents import film_of
from server.usecases.waits import Estimates


@dataclass(frozen=True, slots=True)
class HallOffer:
    """A hall at an instant: who waits, how many open counters serve each service, what is left of quotas."""

    state: HallState
    language: str
    by_queue: Mapping[str, int]
    by_service: Mapping[str, int]
    open_for: Mapping[str, int]
    stops: Mapping[str, TicketStopRow]
    left: Mapping[str, int]
    ranges: Mapping[str, Estimate]
    films: Mapping[str, FilmOfMenu]

    def item(self, service: Service) -> MenuService:
        """A service as a menu has it."""
        configuration, now = self.state.configuration, self.state.as_of
        found = self.ranges.get(service.id)
        return MenuService(
            service=service.id,
            name=service.names,
            icon=service.icon,
            subtitle=service.subtitles or None,
            mode=service.mode,
            openings=openings(configuration.calendar_of(service.id), now),
            counters=self.open_for.get(service.id, 0),
            waiting=self.by_queue[service.queue] if found else self.by_service[service.id],
            stop=None if (stop := self.stops.get(service.id)) is None else stop.reason,
            wait=ExpectedWait(found.low_s, found.high_s) if isinstance(found, WaitRange) else None,
            is_after_closing=isinstance(found, AfterClosing),
            bring=service.bring,
            booking=service.how_to_book or None,
            booking_address=service.appointment_url,
            remaining=self.left.get(service.id),
            is_too_late=_is_too_late(configuration, service, found, now),
            exceptional=self._exceptional(service),
            film=self.films.get(service.id),
        )

    def _exceptional(self, service: Service) -> ExceptionalWay | None:
        if service.exceptional is None:
            return None
        receiving = self.state.configuration.services[service.exceptional.received_by]
        return ExceptionalWay(replace(self.item(receiving), remaining=None), service.exceptional.reasons)


def read_offer(
    database: Database, rows: Rows, hall: str, language: str, *, ranges: Mapping[str, Estimate]
) -> HallOffer:
    """What a hall (id) offers now; `ranges`: the waits by service."""
    state = hall_state(database, rows, hall)
    configuration, now = state.configuration, state.as_of
    by_queue, by_service = database.open_legs(rows, state.row).waiting()
    open_for: dict[str, int] = {}
    for place in open_places(rows, hall):
        if not place.is_paused:
            for service in place.services:
                open_for[service] = open_for.get(service, 0) + 1
    stops = stops_of_day(rows, hall, calendars.business_day(configuration.calendar, now))
    left = _quotas_left(rows, hall, configuration, now)
    films = {
        service.id: film
        for service in configuration.services.values()
        if service.film is not None and (film := film_of(rows, service.film)) is not None
    }
    return HallOffer(state, language, by_queue, by_service, open_for, stops, left, ranges, films)


@dataclass(frozen=True, slots=True)
class WaysFinder:
    """How something is done without a ticket of a hall: on line, or in another hall of the installation.

    Each other hall is read once for a menu.
    """

    database: Database
    estimates: Estimates
    language: str
    translate: Callable[..., str]
    _offers: dict[str, HallOffer] = field(default_factory=dict)

    def instead(self, part: Instead | None, *, is_offered: Callable[[str], bool]) -> InsteadOfMenu | None:
        """What helps who gets no ticket of a service; None: nothing."""
        if part is None:
            return None
        found: InsteadOfMenu = {
            "service": part.service if part.service is not None and is_offered(part.service) else None,
            "web_address": part.web_address,
            "elsewhere": self._elsewhere(part.elsewhere),
        }
        return found if any(found.values()) else None

    def referral(self, part: Referral, *, folders: Collection[str]) -> ReferralOfMenu:
        """An entry that says how; `folders`: those of the menu, any other is left out."""
        return {
            "id": part.id,
            "name": text_in(part.names, self.language),
            "subtitle": text_in(part.subtitles, self.language) or None,
            "icon": part.icon,
            "parent": part.parent if part.parent in folders else None,
            "instructions": text_in(part.instructions, self.language) or None,
            "bring": list(texts_in(part.bring, self.language)),
            "pictures": [picture_of(paper) for paper in texts_in(part.bring, FRENCH)],
            "web_address": part.web_address,
            "elsewhere": self._elsewhere(part.elsewhere),
        }

    def _elsewhere(self, service: str | None) -> ElsewhereOfMenu | None:
        """A service (id) of another hall; None where no published hall has it in use."""
        hall = None if service is None else self._hall_of(service)
        if hall is None or service is None:
            return None
        offer = self._offers.get(hall) or self._read(hall)
        configuration = offer.state.configuration
        site = configuration.site
        return elsewhere_message(
            OtherHall(configuration.name, site.address, ZoneInfo(site.time_zone)),
            offer.item(configuration.services[service]),
            language=self.language,
            translate=self.translate,
            now=offer.state.as_of,
        )

    def _hall_of(self, service: str) -> str | None:
        """The id of the hall that gives a service. Ids begin with the slug of their hall."""
        with self.database.read() as rows:
            named = [row for row in all_halls(rows) if service.startswith(f"{row.slug}-")]
        for row in named:
            found = row.configuration_revision and self.database.configuration(row.id).services.get(service)
            if found and not found.is_retired:
                return row.id
        return None

    def _read(self, hall: str) -> HallOffer:
        ranges = self.estimates.of(hall).by_service
        with self.database.read() as rows:
            offer = read_offer(self.database, rows, hall, self.language, ranges=ranges)
        self._offers[hall] = offer
        return offer


def _quotas_left(rows: Rows, hall: str, configuration: HallConfiguration, now: datetime) -> Mapping[str, int]:
    """How many tickets are left now of each service that has a quota."""
    quotas = {
        service.id: quota_now(service.quota, configuration.calendar_of(service.id), now)
        for service in configuration.services.values()
        if not service.is_retired
    }
    return {
        service: remaining_of(rows, hall, service, quota)
        for service, quota in quotas.items()
        if quota is not None
    }


def _is_too_late(configuration: HallConfiguration, service: Service, found: Estimate, now: datetime) -> bool:
    """Whether a ticket taken now would probably be served after closing."""
    if found is None or not configuration.last_ticket.is_predictive:
        return False
    opening = opening_now(configuration, service.id, now).opening
    calendar = configuration.calendar_of(service.id)
    closes_at = calendars.closing_that_counts(calendar, opening, configuration.at_break, now=now)
    expected = calendars.ExpectedTicket(found.median_s, service.typed_mean_s)
    return calendars.finishes_too_late(configuration.last_ticket, closes_at, expected, now=now)
