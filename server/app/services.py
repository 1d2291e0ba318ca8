"""The services of one process, built once and connected; `server/app/subjects` builds each part."""

import gc
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any

from flask import Flask

from server import measures
from server.apart import IsolatedWorker
from server.app import subjects
from server.app.metrics import Metrics
from server.domain.refusals import Refusal
from server.jobs.rounds import ALARM_ROUND_S, INCIDENT_ROUND_S, ROUND_S, AlarmRounds, IncidentRounds, Rounds
from server.language import Catalogues
from server.live.namespaces import cut_socket
from server.live.presence import DeviceWatch, Presence, VoidTokens
from server.live.publisher import HEARTBEAT_S, TICK_S, Publisher
from server.live.voice import ReadingVoice, Voice
from server.oidc import registration_of
from server.oidc.provider import Provider
from server.printing.service import PrintService
from server.printing.simulated_printers import SimulatedPrinters
from server.sending.mail import MailServer, ReportLetters
from server.sending.push import VapidKey
from server.sending.reminders import Reminders
from server.sending.sender import LOOK_S, Sender
from server.settings import ASSETS, Settings
from server.store.devices.paired_devices import ScreenPictures
from server.store.incidents import receivers_at
from server.store.installation import installation_head
from server.store.journal.chain import Anchors
from server.store.notices.notices import feeds_shown
from server.store.operation.private_files import secret_key
from server.store.transactions.database import Database, once_it_answers
from server.usecases.bulletins.bulletins import BulletinSources
from server.usecases.bulletins.received_bulletins import VigilanceWatch
from server.usecases.media.read_feeds import Feeds
from server.usecases.media.uploads import PREPARED_WITHIN_S, Preparing, media_folder
from server.usecases.notices.publication import send_notices
from server.usecases.people.sessions import SeenSessions
from server.usecases.tickets.door import DoorCodes
from server.usecases.waits import Estimates
from server.web.access.site_context import Restart
from server.web.rendering.pdf import Papers
from signage.feeds import FeedLimits

PICTURE_WITHIN_S = 10.0
"""How long decoding a screen's picture may take."""
SENT_WITHIN_S = 20.0
"""How long the mail server has for a letter while a person waits at a page."""
COLLECTED_EVERY = (10_000, 10, 20)
"""New objects before a collection of the youngest, and how many of these before one of older ones."""


@dataclass(kw_only=True)
class Parvis:
    """The parts of the app, for serving and for tests."""

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
    bulletin_sources: BulletinSources
    reading: ReadingVoice | None
    provider: Provider | None
    look_at_provider: Callable[[], None]
    sender: Sender
    mail_server: MailServer
    papers: Papers
    report_letters: ReportLetters
    vapid: VapidKey
    door: DoorCodes
    reminders: Reminders
    metrics: Metrics
    restart: Restart = field(default_factory=Restart)
    background: list[Callable[[], None]] = field(default_factory=list)

    def start_background(self) -> None:
        """Starts the tick, the heartbeat and the voice; each runs for ever in its own thread or greenlet.

        What was made until now is kept for ever and left out of garbage collections: a full one that walks
        through it stops the whole process for a third of a second. What comes later is looked through rarely:
        a thousand sockets that join are a full collection of a sixth of a second, which finds nothing.
        """
        logging.getLogger().addHandler(measures.ErrorCounter())
        measures.forget_dead_workers()
        gc.collect()
        gc.freeze()
        gc.set_threshold(*COLLECTED_EVERY)
        if self.settings.has_simulated_printers:
            once_it_answers(self.simulated.start)
        if self.settings.workers == 1:
            once_it_answers(self.media.take_over)
        self.printing.start(self.socketio.start_background_task)
        for work in self.background:
            self.socketio.start_background_task(work)

    def stop_background(self) -> None:
        """Releases the printers, so that another process may drive them at once; ends the reading voice."""
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
    base = subjects.Foundation(settings=settings, database=database, catalogues=catalogues, socketio=socketio)
    presence, estimates = Presence(receivers_at(settings.redis_url)), Estimates(database)
    voice = subjects.build_voice(base)
    publisher = subjects.build_publisher(base, estimates, presence, voice)
    media = Preparing(database, media_folder(settings.var), subjects.decoder(PREPARED_WITHIN_S).call)
    provider, limits = _provider(base), FeedLimits(may_be_private=settings.feeds_from_private)
    papers, vapid = Papers(ASSETS), VapidKey(lambda: secret_key(settings))

    def prepare_uploaded() -> None:
        media.prepare_waiting()

    def look_at_provider() -> None:
        if provider is not None and provider.is_due():
            publisher.later(0, provider.check)

    parvis = Parvis(
        app=app,
        settings=settings,
        database=database,
        catalogues=catalogues,
        socketio=socketio,
        is_demonstration=is_demonstration,
        estimates=estimates,
        presence=presence,
        publisher=publisher,
        devices=subjects.build_device_watch(base, presence),
        voice=voice,
        reading=None if voice.unavailable else ReadingVoice(voice.files),
        printing=subjects.build_printing(base, publisher),
        simulated=SimulatedPrinters(database, settings.var),
        media=media,
        media_uploaded=lambda: publisher.later(0, prepare_uploaded),
        feeds=Feeds(database, subjects.feed_worker().call, limits, feeds_shown),
        bulletin_sources=BulletinSources(database, subjects.feed_worker().call, limits),
        pictures=ScreenPictures(settings.var / "pictures", timedelta(hours=settings.pictures_kept_hours)),
        picture_apart=subjects.decoder(PICTURE_WITHIN_S),
        provider=provider,
        look_at_provider=look_at_provider,
        sender=subjects.build_sender(base),
        papers=papers,
        report_letters=subjects.build_report_letters(base, papers),
        mail_server=MailServer(settings, in_all_s=SENT_WITHIN_S),
        vapid=vapid,
        door=DoorCodes(lambda: secret_key(settings)),
        reminders=subjects.build_reminders(base, estimates, vapid),
        metrics=Metrics(database, settings),
    )
    database.subscribers.append(parvis.metrics.committed)
    parvis.background += _loops(base, parvis)
    subjects.join_namespaces(base, parvis.devices, estimates, presence)
    return parvis


def _provider(base: subjects.Foundation) -> Provider | None:
    """The provider of identities; None where none is set."""
    registration = registration_of(base.settings)
    return None if registration is None else Provider(registration, base.database.clock)


def _loops(base: subjects.Foundation, parvis: Parvis) -> list[Callable[[], None]]:
    """Every loop of the process; each runs for ever."""
    sessions: SeenSessions = parvis.app.extensions["parvis_seen"]
    every, publisher, database = base.every, parvis.publisher, base.database
    void_tokens = VoidTokens(database, parvis.presence, partial(cut_socket, base.socketio.server))
    vigilance = VigilanceWatch(database, subjects.feed_worker().call, base.settings.vigilance_key)

    def keep_sessions() -> None:
        sessions.keep(parvis.presence.digests())

    def keep_receivers() -> None:
        parvis.presence.keep_receivers(database.clock.now().timestamp())

    return [
        every(TICK_S, publisher.tick),
        every(TICK_S, void_tokens.cut_void),
        every(TICK_S, parvis.simulated.follow),
        every(HEARTBEAT_S, publisher.heartbeat),
        every(HEARTBEAT_S, parvis.devices.keep),
        every(HEARTBEAT_S, keep_sessions),
        every(HEARTBEAT_S, keep_receivers),
        every(INCIDENT_ROUND_S, IncidentRounds(base.database).make),
        every(ROUND_S, parvis.media.prepare_waiting),
        every(ROUND_S, parvis.feeds.read_due),
        every(ROUND_S, parvis.bulletin_sources.read_due),
        every(ROUND_S, vigilance.read_due),
        every(ROUND_S, partial(send_notices, base.database)),
        every(ALARM_ROUND_S, _alarm_rounds(base, parvis).make),
        every(LOOK_S, parvis.sender.send_due),
        every(LOOK_S, parvis.reminders.make),
        every(ROUND_S, parvis.report_letters.send_due),
        parvis.voice.run,
        *subjects.maintenance_loops(base, _rounds(base, parvis)),
    ]


def _rounds(base: subjects.Foundation, parvis: Parvis) -> Rounds:
    return Rounds(
        database=base.database,
        anchors=Anchors(base.settings.var / "anchors"),
        breathe=base.database.breathe,
        voices=parvis.voice.files,
        media=parvis.media.files,
        pictures=parvis.pictures,
        players=parvis.devices.players,
        tell_renewal=parvis.publisher.renewal_asked,
    )


def _alarm_rounds(base: subjects.Foundation, parvis: Parvis) -> AlarmRounds:
    return AlarmRounds(
        database=base.database,
        players=parvis.devices.players,
        translate=base.catalogues.translate,
        is_one_of_several=base.settings.workers > 1,
        breathe=base.database.breathe,
    )


def is_ready(parvis: Parvis) -> bool:
    """Whether this process can read its database."""
    try:
        with parvis.database.read() as rows:
            return installation_head(rows) is not None
    except (Refusal, OSError):
        return False
