"""Who may join which room: checked at the connection, by token or cookie."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, Protocol, get_args

import structlog
from flask import Flask
from flask.ctx import RequestContext
from flask.sessions import SecureCookieSession
from socketio import Namespace, Server
from socketio.exceptions import ConnectionRefusedError as SocketRefused

from hardware.languages import VISITOR_LANGUAGES
from server.connections import caller_address, identify_caller
from server.domain.author import Author
from server.domain.devices.connections import DeviceConnection
from server.domain.devices.device_state import KioskReportAnswer, PlayerReport
from server.domain.languages import FRENCH
from server.domain.people.roles import Permission
from server.domain.people.sign_ins import browser_name
from server.domain.refusals import Refusal
from server.domain.typed_fields import read_message
from server.live import messages
from server.live.messages import PAGES_OF_A_TICKET
from server.live.presence import DeviceWatch, SocketPlace
from server.store.incidents import Receiver, ReceivingPage
from server.store.transactions.database import Database
from server.usecases.alerts.course import show_alert
from server.usecases.counters.own_session import keep_session
from server.usecases.devices.read_supervision import supervised_halls
from server.usecases.tickets.ticket_page import leg_of_token, read_ticket
from server.usecases.waits import Estimates

log = structlog.get_logger()

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment
JOINING = BoundedSemaphore(4)
"""How many sockets of a process join at once: of hundreds that read the database, requests go between."""
REQUIRED = {
    messages.SCREEN: Permission.READ_BOARD,
    messages.KIOSK: Permission.ISSUE,
    messages.AGENT: Permission.READ_QUEUE,
}
"""The permission that a connection needs in the hall; `/visitor` needs the token of a ticket instead."""
FURTHER_ROOMS = {
    "papers": (Permission.ISSUE, messages.paper_room),
    "devices": (Permission.SUPERVISE, messages.devices_room),
}
"""What else a socket of `/agent` may ask for: the permission it needs, and the hall's room.

`devices` "every": of each hall that the caller oversees.
"""
RECEIVING_PAGES: tuple[ReceivingPage, ...] = get_args(ReceivingPage)
"""The pages that receive incidents, as a handshake names them (`incidents`)."""

type Handshake = Mapping[str, object]
"""What a client sends when it connects."""


class SocketCaller(Protocol):
    """Who connects. `configured`: the id of a kiosk or screen in the hall's document."""

    @property
    def author(self) -> Author: ...
    @property
    def configured(self) -> str | None: ...
    def may(self, permission: Permission, *, hall: str, site: str) -> bool:
        """Whether the caller has a permission in a hall (id) of a site (slug)."""


type FindCaller = Callable[[Handshake, Permission], tuple[str, SocketCaller]]
"""The hall (id) of a connection and who it is; raises a refusal without the permission."""
type FindRooms = Callable[[Handshake], SocketPlace]
"""Returns the rooms that a connection joins, or raises a refusal."""


class HallNamespace(Namespace):  # type: ignore[misc]  # untyped library
    """A namespace whose sockets belong to one hall."""

    def __init__(self, name: str, watch: DeviceWatch, find: FindRooms) -> None:
        super().__init__(name)
        self.presence = watch.presence
        self.watch = watch
        self.find = find

    def on_connect(self, sid: str, environ: "WSGIEnvironment", auth: object = None) -> None:
        """Joins the rooms of a new connection, or refuses it with the refusal's code.

        When the server itself fails, its database being away, the connection is cut: a client comes back by
        itself from a cut, while one that is left without an answer waits for it for ever.

        """
        try:
            with JOINING:
                self._join(sid, environ, auth if isinstance(auth, dict) else {})
        except Refusal as refusal:
            self.presence.left(sid)  # some permission may have been shown before the refused one
            raise SocketRefused(refusal.code) from refusal
        except Exception as error:
            log.exception("socket_not_joined", namespace=self.namespace)
            self.server.eio.disconnect(self.server.manager.eio_sid_from_sid(sid, self.namespace))
            raise SocketRefused("server_error") from error

    def _join(self, sid: str, environ: "WSGIEnvironment", auth: Handshake) -> None:
        with _request_of(environ, sid, self.namespace):
            joined = self.find(auth)
        for room in joined.rooms:
            self.enter_room(sid, room)
        self.presence.arrived(sid, self.namespace, joined)
        if joined.receiver is not None:
            self.presence.receivers.keep({sid: joined.receiver}, self.watch.clock.now().timestamp())
        if joined.device is not None:
            self.watch.arrived(joined.hall, joined.device, self._connection(sid, environ))
        if joined.following is not None:
            for older in self.presence.beyond(joined.following[0], PAGES_OF_A_TICKET):
                cut_socket(self.server, older, self.namespace)
        identify_caller()

    def on_disconnect(self, sid: str, reason: object = None) -> None:
        """Leaves."""
        device = self.presence.device_of(sid)
        self.presence.left(sid)
        if device is not None:
            self.watch.left(*device, sid)

    def on_configuration_applied(self, sid: str, message: object) -> bool:
        """Stores the configuration that a kiosk or screen runs. Returns whether the message could be read."""
        device = self.presence.device_of(sid)
        return device is not None and self.watch.applied(*device, message)

    def trigger_event(self, event: str, *args: object) -> object:
        """The contract's message names hold a point, which no method name may.

        An event that fails is written and answered with nothing.
        """
        take = getattr(self, f"on_{event.replace('.', '_')}", None)
        try:
            return None if take is None else take(*args)
        except SocketRefused:
            raise
        except Exception:
            log.exception("socket_event_failed", namespace=self.namespace)
            return None

    def _connection(self, sid: str, environ: "WSGIEnvironment") -> DeviceConnection:
        now = self.watch.clock.now()
        address = caller_address(environ, is_behind_proxy=self.watch.is_behind_proxy)
        browser = browser_name(environ.get("HTTP_USER_AGENT", ""))
        return DeviceConnection(sid, address, browser, since=now, seen_at=now)


def cut_socket(server: Server, sid: str, namespace: str) -> None:
    """Says goodbye to a socket, by its id in a namespace, and ends its connection."""
    connection = server.eio.sockets.get(server.manager.eio_sid_from_sid(sid, namespace))
    server.disconnect(sid, namespace=namespace)
    if connection is not None:
        connection.close(wait=False)


@contextmanager
def _request_of(environ: "WSGIEnvironment", sid: str, namespace: str) -> Iterator[None]:
    """Meanwhile Flask's request is that of a socket's handshake: its cookies. It has no route and no form."""
    app: Flask = environ["flask.app"]
    context = RequestContext(app, environ, session=SecureCookieSession())
    context.url_adapter = None
    context.request.sid, context.request.namespace = sid, namespace  # type: ignore[attr-defined]
    with context:
        yield


class KioskNamespace(HallNamespace):
    """Kiosks, which also report their state."""

    def __init__(self, watch: DeviceWatch, find: FindRooms) -> None:
        super().__init__(messages.KIOSK, watch, find)

    def on_device_state(self, sid: str, message: object) -> bool:
        """Stores a kiosk's report. Returns whether it could be read; False if the sender is no kiosk."""
        device = self.presence.device_of(sid)
        return device is not None and self.watch.take_report(
            *device, read_message(KioskReportAnswer, message)
        )


class ScreenNamespace(HallNamespace):
    """Screens, which also report the alert they show, and their state."""

    def __init__(self, watch: DeviceWatch, find: FindRooms, database: Database) -> None:
        super().__init__(messages.SCREEN, watch, find)
        self.database = database

    def on_alert_shown(self, sid: str, message: object) -> bool:
        """Records that a screen shows an alert; answers whether that was new. Other senders are ignored."""
        place = self.presence.place_of(sid)
        alert = message.get("alert") if isinstance(message, dict) else None
        if place is None or place.screen is None or not isinstance(alert, str):
            return False
        configured, device = place.screen
        return show_alert(self.database, place.hall, configured, alert, device=device)

    def on_player_state(self, sid: str, message: object) -> bool:
        """Stores a player's report. Returns whether it could be read; False if the sender is no screen."""
        device = self.presence.device_of(sid)
        return device is not None and self.watch.take_report(*device, read_message(PlayerReport, message))


class AgentNamespace(HallNamespace):
    """Consoles: they also keep the lease of their counter."""

    def __init__(self, watch: DeviceWatch, find: FindRooms, database: Database) -> None:
        super().__init__(messages.AGENT, watch, find)
        self.database = database

    def on_counter_keep(self, sid: str, message: object) -> bool:
        """A console's sign of life; answers whether it still holds the counter."""
        if not isinstance(message, dict):
            return False
        counter, session = message.get("counter"), message.get("session")
        place = self.presence.place_of(sid)
        if not isinstance(session, str) or place is None or place.author is None:
            return False
        author, at = place.author, counter if isinstance(counter, str) else None
        if author.account is not None:
            author = self.database.pseudonyms.author_of(author.account)  # the year may have changed
        return keep_session(self.database, at, session, author=author)


def namespaces(
    watch: DeviceWatch, database: Database, estimates: Estimates, callers: FindCaller
) -> list[Namespace]:
    """The four namespaces. `callers` lets a connection in or refuses it."""

    def screen(auth: Handshake) -> SocketPlace:
        hall, caller = callers(auth, REQUIRED[messages.SCREEN])
        rooms = [messages.hall_room(hall)]
        screen = (caller.configured, caller.author.id) if caller.configured else None
        if caller.configured:
            rooms.append(messages.screen_room(hall, caller.configured))
        incidents = _incidents(auth, hall, database, callers)
        return SocketPlace(
            hall,
            [*rooms, *incidents.rooms],
            screen=screen,
            device=caller.configured,
            receiver=incidents.receiver,
        )

    def kiosk(auth: Handshake) -> SocketPlace:
        hall, caller = callers(auth, REQUIRED[messages.KIOSK])
        rooms = [messages.hall_room(hall)]
        if caller.configured:
            rooms.append(messages.kiosk_room(caller.configured))
        return SocketPlace(hall, rooms, device=caller.configured)

    def agent(auth: Handshake) -> SocketPlace:
        hall, caller = callers(auth, REQUIRED[messages.AGENT])
        queue = messages.queue_room(hall, is_whole=caller.author.reach.is_whole)
        rooms = [messages.hall_room(hall), queue, *_further_rooms(auth, hall, database, callers)]
        incidents = _incidents(auth, hall, database, callers)
        return SocketPlace(
            hall, [*rooms, *incidents.rooms], author=caller.author, receiver=incidents.receiver
        )

    def visitor(auth: Handshake) -> SocketPlace:
        token = auth.get("ticket")
        if not isinstance(token, str):
            raise Refusal("unknown_ticket")
        with database.read() as rows:
            leg = leg_of_token(rows, token)
        read_ticket(database, estimates, token)
        chosen = auth.get("language")
        language = chosen if isinstance(chosen, str) and chosen in VISITOR_LANGUAGES else FRENCH
        rooms = [messages.hall_room(leg.hall), messages.visit_room(leg.visit, language)]
        return SocketPlace(leg.hall, rooms, following=(leg.visit, language))

    return [
        ScreenNamespace(watch, screen, database),
        KioskNamespace(watch, kiosk),
        AgentNamespace(watch, agent, database),
        HallNamespace(messages.VISITOR, watch, visitor),
    ]


def _further_rooms(auth: Handshake, hall: str, database: Database, callers: FindCaller) -> Iterator[str]:
    """The rooms that a socket asks for, apart from that of its hall (id). Refusal: forbidden."""
    for key, (permission, room) in FURTHER_ROOMS.items():
        is_requested = auth.get(key)
        if is_requested is True or (key == "devices" and is_requested == "every"):
            _, caller = callers(auth, permission)
            for each in [hall] if is_requested is True else supervised_halls(database, caller.may):
                callers({**auth, "hall": each}, permission)
                yield room(each)


@dataclass(frozen=True, slots=True)
class _Incidents:
    """The rooms in which a socket hears of incidents, and its receiver; None: it only follows its own."""

    rooms: tuple[str, ...] = ()
    receiver: Receiver | None = None


def _incidents(auth: Handshake, hall: str, database: Database, callers: FindCaller) -> _Incidents:
    """What a socket that names its page as `incidents` hears of in a hall (id). Refusal: forbidden."""
    page = next((each for each in RECEIVING_PAGES if each == auth.get("incidents")), None)
    if page is None:
        return _Incidents()
    _, caller = callers(auth, Permission.NOTE_INCIDENTS)
    site = database.configuration(hall).site.slug
    rooms: tuple[str, ...] = (messages.incidents_room(hall),)
    if not caller.may(Permission.RECEIVE_INCIDENTS, hall=hall, site=site):
        return _Incidents(rooms)
    hears_beyond = caller.may(Permission.SUPERVISE, hall=hall, site=site)
    if hears_beyond:
        rooms = (*rooms, messages.incidents_beyond_room(hall))
    return _Incidents(rooms, Receiver(hall, site, caller.author.id, page, hears_beyond))
