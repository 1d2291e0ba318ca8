"""What pages and devices receive live: commits, presence, connections, void tokens."""

from collections.abc import Callable

import structlog
from flask import request

from server.app.subjects.foundation import Foundation
from server.domain.people.roles import Permission
from server.domain.refusals import Refusal
from server.live import messages
from server.live.namespaces import Handshake, cut_socket, namespaces
from server.live.presence import DeviceWatch, Presence, SocketToken, VoidTokens
from server.live.publisher import Publisher
from server.live.voice import Voice
from server.store.devices.sightings import players_at
from server.store.transactions.database import Database
from server.usecases.devices.pairing import note_copied_device
from server.usecases.waits import Estimates
from server.web.access.callers import LOOPBACK, Caller, identify, known_callers, may_in_hall
from server.web.access.cookies import DEVICE_COOKIE, read_cookie

log = structlog.get_logger()


def build_publisher(base: Foundation, estimates: Estimates, presence: Presence, voice: Voice) -> Publisher:
    """The publisher, which gets each commit and has calls spoken."""

    def failed() -> None:
        publisher.failures += 1

    publisher = Publisher(
        base.database,
        estimates,
        presence,
        base.emit,
        lambda seconds, work: base.later(seconds, work, failed=failed),
        base.catalogues.translate,
        voice.speak,
        voice.speak_alert,
        watches_others=base.settings.workers > 1,
    )
    base.database.subscribers.append(publisher.committed)
    base.database.breathe = lambda: base.socketio.sleep(0)
    return publisher


def build_device_watch(base: Foundation, presence: Presence) -> DeviceWatch:
    """The watch over the sockets of kiosks and screens; supervisors receive its changes."""

    def changed(hall: str) -> None:
        base.emit(messages.DEVICES_CHANGED, {}, messages.AGENT, messages.devices_room(hall))

    def copied(hall: str, device: str) -> None:
        if note_copied_device(base.database, device):
            log.warning("device_copied", device=device)
            changed(hall)

    return DeviceWatch(
        base.database.clock,
        players_at(base.settings.redis_url),
        presence,
        changed,
        copied,
        is_behind_proxy=base.settings.behind_proxy,
    )


def build_void_tokens(base: Foundation, presence: Presence) -> VoidTokens:
    """The watch that cuts sockets whose token no longer counts."""

    def cut(sid: str, namespace: str) -> None:
        cut_socket(base.socketio.server, sid, namespace)

    return VoidTokens(base.database, presence, cut)


def join_namespaces(base: Foundation, watch: DeviceWatch, estimates: Estimates, presence: Presence) -> None:
    """Opens the namespaces of the socket server to those who may join them."""
    callers = socket_callers(base.database, presence)
    for namespace in namespaces(watch, base.database, estimates, callers):
        base.socketio.server.register_namespace(namespace)


def socket_callers(
    database: Database, presence: Presence
) -> Callable[[Handshake, Permission], tuple[str, Caller]]:
    """A function that finds who opens a socket and for which hall (id), or refuses."""

    def find(auth: Handshake, permission: Permission) -> tuple[str, Caller]:
        token = auth.get("token")
        if token is None and auth.get("caller") == "device":
            token = read_cookie(DEVICE_COOKIE)
        if isinstance(token, str):
            caller = known_callers().of_token(token, is_loopback=request.remote_addr in LOOPBACK)
        else:
            caller = identify()
        if caller.kind == "nobody" and read_cookie(DEVICE_COOKIE) is None:
            raise Refusal("not_signed_in")
        hall = caller.hall if caller.hall is not None else database.hall_id(str(auth.get("hall", "")))
        if not may_in_hall(caller, database, permission, hall):
            raise Refusal("forbidden")
        if caller.kind == "person":
            caller = caller.reaching(permission, database.configuration(hall))
        if caller.digest is not None:
            shown = SocketToken(caller.digest, hall, permission, is_whole=caller.author.reach.is_whole)
            presence.showed_token(request.sid, request.namespace, shown)  # type: ignore[attr-defined]
        return hall, caller

    return find
