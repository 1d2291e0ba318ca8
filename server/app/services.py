"""What one process runs, made once and joined: publisher, voice, printing, rounds of jobs."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import structlog
from flask import Flask, request

from hardware.speech import AudioFiles, Voices
from server.apart import IsolatedWorker
from server.domain.languages import FRENCH
from server.domain.people.roles import Permission
from server.domain.refusals import Refusal
from server.jobs.alarm_rounds import ALARM_ROUND_S, AlarmRounds
from server.jobs.local_socket import serve_local
from server.jobs.rounds import ROUND_S, Rounds
from server.language import Catalogues
from server.live import messages
from server.live.device_watch import DeviceWatch
from server.live.namespaces import namespaces
from server.live.presence import Presence, SocketToken
from server.live.publication.publisher import HEARTBEAT_S, TICK_S, Publisher
from server.live.publication.reading_voice import ReadingVoice
from server.live.publication.voice import Voice
from server.live.void_tokens import VoidTokens
from server.oidc.provider import Provider
from server.oidc.registration import registration_of
from server.printing.service import PrintService
from server.printing.simulated_printers import SimulatedPrinters
from server.sending.letters import Letters
from server.sending.mail_server import MailServer
from server.sending.sender import LOOK_S, Channel, Sender
from server.sending.webhook import Webhooks
from server.settings import Settings
from server.store.devices.screen_pictures import ScreenPictures
from server.store.devices.sightings import players_at
from server.store.journal.anchors import Anchors
from server.store.notices.notices import feeds_shown
from server.store.transactions.database import Database, once_it_answers
from server.usecases.alarms.alarm_recipients import EMAIL, WEBHOOK
from server.usecases.devices.note_copied_device import note_copied_device
from server.usecases.journal.verify_journals import NightlyVerification
from server.usecases.media.prepare_media import PREPARED_WITHIN_S, Preparing, media_folder
from server.usecases.media.read_feeds import ENDED_AFTER_S, Feeds
from server.usecases.notices.import_hall_texts import carry_over_every_hall
from server.usecases.people.sessions import SeenSessions
from server.usecases.waits.estimate_waits import Estimates
from server.web.access.callers import LOOPBACK, Caller, identify, of_token
from server.web.access.cookies import DEVICE_COOKIE, read_cookie
from signage.feeds.fetched import FeedLimits

log = structlog.get_logger()

MEDIA_MEMORY_BYTES = 4_000_000_000
"""What the process that decodes uploads may map, libraries included."""

PICTURE_WITHIN_S = 10.0
"""How long decoding a screen's picture may take."""

SENT_WITHIN_S = 20.0
"""How long the mail server has for a letter that somebody waits for at a page."""
VERIFIER_IDLE_S = 60.0
"""How long the process that verifies the journals stays after its walk."""


@dataclass
class Parvis:
    """What the app is made of, for whoever serves or tests it."""

    app: Flask
    settings: Settings
    database: Database
    catalogues: Catalogues
    estimates: Estimates
    presence: Presence
    devices: DeviceWatch
    pictures: ScreenPictures
    picture_apart: IsolatedWorker
    publisher: Publisher
    voice: Voice
    printing: PrintService
    simulated: SimulatedPrinters
    socketio: Any
    is_demonstration: bool
    media: Preparing
    media_uploaded: Callable[[], None]
    feeds: Feeds
    reading: ReadingVoice | None
    provider: Provider | None
    look_at_provider: Callable[[], None]
    sender: Sender
    mail_server: MailServer
    background: list[Callable[[], None]] = field(default_factory=list)

    def start_background(self) -> None:
        """Starts the tick, the heartbeat and the voice; each runs for ever in its own thread or greenlet."""
        if self.settings.has_simulated_printers:
            once_it_answers(self.simulated.start)
        if self.settings.workers == 1:
            once_it_answers(self.media.take_over)
        once_it_answers(lambda: carry_over_every_hall(self.database))
        self.printing.start(self.socketio.start_background_task)
        for work in self.background:
            self.socketio.start_background_task(work)

    def stop_background(self) -> None:
        """Lets go of the printers, so that another process may drive them at once; ends the reading voice."""
        self.printing.stop()
        self.simulated.stop()
        self.picture_apart.close()
        if self.reading is not None:
            self.reading.close()


def compose(
    app: Flask,
    settings: Settings,
    database: Database,
    catalogues: Catalogues,
    socketio: Any,
    *,
    is_demonstration: bool,
) -> Parvis:
    """Makes the services and joins them: commits go to the publisher, calls to the voice."""
    presence, estimates = Presence(), Estimates(database)

    def emit(name: str, message: Any, namespace: str, room: str, *, is_local: bool = False) -> None:
        socketio.server.emit(name, message, namespace=namespace, room=room, ignore_queue=is_local)

    def later(seconds: float, work: Callable[[], object]) -> None:
        def run() -> None:
            if seconds:
                socketio.sleep(seconds)
            try:
                work()
            except Exception:
                parvis.publisher.failures += 1
                log.exception("publication_failed")

        socketio.start_background_task(run)

    audio = AudioFiles(settings.var / "audio", voices=Voices(settings.voices_place))
    voice = Voice(
        audio,
        translate=catalogues.translate,
        emit=emit,
        now=database.clock.now,
        off_loop=IsolatedWorker().call,
    )
    if not settings.voice:
        voice.unavailable = "switched off"
    elif not audio.voices.speaks(FRENCH):
        voice.unavailable = "espeak-ng is not installed"
    publisher = Publisher(
        database,
        estimates,
        presence,
        emit,
        later,
        catalogues.translate,
        voice.speak,
        voice.speak_alert,
        watches_others=settings.workers > 1,
    )
    database.subscribers.append(publisher.committed)
    database.breathe = lambda: socketio.sleep(0)

    watch = _device_watch(database, settings, presence, emit)
    pictures = ScreenPictures(settings.var / "pictures", timedelta(hours=settings.pictures_kept_hours))
    printing = PrintService(
        database, settings, catalogues.translate, IsolatedWorker().call, tell=publisher.print_noted
    )
    simulated = SimulatedPrinters(database, settings.var)
    apart = IsolatedWorker(deadline_s=PREPARED_WITHIN_S, memory_bytes=MEDIA_MEMORY_BYTES)
    media = Preparing(database, media_folder(settings.var), apart.call)
    reader = IsolatedWorker(deadline_s=ENDED_AFTER_S, memory_bytes=MEDIA_MEMORY_BYTES)
    feeds = Feeds(database, reader.call, FeedLimits(may_be_private=settings.feeds_from_private), feeds_shown)
    registration = registration_of(settings)
    provider = None if registration is None else Provider(registration, database.clock)
    parvis = Parvis(
        app,
        settings,
        database,
        catalogues,
        estimates,
        presence,
        watch,
        pictures,
        IsolatedWorker(deadline_s=PICTURE_WITHIN_S, memory_bytes=MEDIA_MEMORY_BYTES),
        publisher,
        voice,
        printing,
        simulated,
        socketio,
        is_demonstration,
        media,
        lambda: later(0, media.prepare_waiting),
        feeds,
        None if voice.unavailable else ReadingVoice(audio),
        provider,
        lambda: later(0, provider.look) if provider is not None and provider.is_to_look() else None,
        _sender(settings, database, catalogues, socketio),
        MailServer(settings, in_all_s=SENT_WITHIN_S),
    )
    rounds = Rounds(
        database,
        Anchors(settings.var / "anchors"),
        database.breathe,
        audio,
        media.files,
        pictures,
        watch.players,
        publisher.renewal_asked,
    )
    void = VoidTokens(
        database, presence, lambda sid, namespace: socketio.server.disconnect(sid, namespace=namespace)
    )
    seen: SeenSessions = app.extensions["parvis_seen"]
    parvis.background += [
        _every(socketio, TICK_S, publisher.tick),
        _every(socketio, TICK_S, void.look),
        _every(socketio, TICK_S, simulated.follow),
        _every(socketio, HEARTBEAT_S, publisher.heartbeat),
        _every(socketio, HEARTBEAT_S, watch.keep),
        _every(socketio, HEARTBEAT_S, lambda: seen.keep(presence.digests())),
        _every(socketio, ROUND_S, media.prepare_waiting),
        _every(socketio, ROUND_S, feeds.read_due),
        _every(socketio, ALARM_ROUND_S, _alarm_rounds(settings, database, catalogues, watch).make),
        _every(socketio, LOOK_S, parvis.sender.look),
        voice.run,
        *_kept(settings, database, socketio, rounds),
    ]
    for namespace in namespaces(watch, database, estimates, _socket_callers(database, presence)):
        socketio.on_namespace(namespace)
    return parvis


def _device_watch(
    database: Database, settings: Settings, presence: Presence, emit: Callable[..., None]
) -> DeviceWatch:
    """What sockets of kiosks and screens show, told to whoever supervises."""

    def changed(hall: str) -> None:
        emit(messages.DEVICES_CHANGED, {}, messages.AGENT, messages.devices_room(hall))

    def copied(hall: str, device: str) -> None:
        if note_copied_device(database, device):
            log.warning("device_copied", device=device)
            changed(hall)

    players = players_at(settings.redis_url)
    return DeviceWatch(database.clock, players, presence, changed, copied, settings.behind_proxy)


def _kept(settings: Settings, database: Database, socketio: Any, rounds: Rounds) -> list[Callable[[], None]]:
    """What keeps an installation: the rounds of its jobs, and the local socket of commands that write."""
    verification = NightlyVerification(database, rounds.anchors, IsolatedWorker(idle_s=VERIFIER_IDLE_S).call)
    return [
        _every(socketio, ROUND_S, rounds.make),
        _every(socketio, ROUND_S, verification.make),
        lambda: serve_local(database, settings.var, socketio.sleep),
    ]


def _sender(settings: Settings, database: Database, catalogues: Catalogues, socketio: Any) -> Sender:
    """What brings alarms to their recipients, told of each commit."""
    channels: dict[str, Channel] = {
        EMAIL: Letters(MailServer(settings), catalogues.translate),
        WEBHOOK: Webhooks(may_be_private=settings.webhooks_to_private),
    }
    sender = Sender(database, channels, socketio.start_background_task)
    database.subscribers.append(sender.committed)
    return sender


def _alarm_rounds(
    settings: Settings, database: Database, catalogues: Catalogues, watch: DeviceWatch
) -> AlarmRounds:
    return AlarmRounds(
        database,
        watch.players,
        catalogues.translate,
        is_one_of_several=settings.workers > 1,
        breathe=database.breathe,
    )


def _every(socketio: Any, seconds: float, work: Callable[[], object]) -> Callable[[], None]:
    def run() -> None:
        while True:
            socketio.sleep(seconds)
            try:
                work()
            except Exception:
                log.exception("background_failed", work=work.__name__)

    return run


def _socket_callers(
    database: Database, presence: Presence
) -> Callable[[dict[str, Any], Permission], tuple[str, Caller]]:
    def find(auth: dict[str, Any], permission: Permission) -> tuple[str, Caller]:
        token = auth.get("token")
        if token is None and auth.get("caller") == "device":
            token = read_cookie(DEVICE_COOKIE)
        if isinstance(token, str):
            caller = of_token(database, token, is_loopback=request.remote_addr in LOOPBACK)
        else:
            caller = identify()
        if caller.kind == "nobody" and read_cookie(DEVICE_COOKIE) is None:
            raise Refusal("not_signed_in")
        hall = caller.hall if caller.hall is not None else database.hall_id(str(auth.get("hall", "")))
        site_slug = database.configuration(hall).site.slug
        if not caller.may(permission, hall=hall, site=site_slug):
            raise Refusal("forbidden")
        if caller.digest is not None:
            shown = SocketToken(caller.digest, hall, permission)
            presence.showed_token(request.sid, request.namespace, shown)  # type: ignore[attr-defined]
        return hall, caller

    return find
