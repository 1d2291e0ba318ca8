"""The parts of an application, by subject."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

import structlog
from flask import request

from hardware.speech import AudioFiles
from hardware.speech.voices import Voices
from server.apart import IsolatedWorker
from server.app.metrics import announced
from server.domain.languages import FRENCH
from server.domain.people.roles import Permission
from server.domain.refusals import Refusal
from server.domain.texts import Letter
from server.domain.visits.told_before import ReminderChannel
from server.jobs.local_socket import serve_local
from server.jobs.rounds import ROUND_S, PastDayRounds, Rounds
from server.language import Catalogues
from server.live import messages
from server.live.namespaces import Handshake, namespaces
from server.live.presence import DeviceWatch, Presence, SocketToken
from server.live.publisher import Publisher
from server.live.voice import Voice
from server.measures import ROUND_DONE
from server.printing.service import PrintService
from server.sending.mail import Letters, MailServer, ReportLetters
from server.sending.push import PushServices, VapidKey
from server.sending.reminders import Reminders, SmsGateway, Way
from server.sending.sender import Channel, Posting, Sender, Webhooks
from server.settings import Settings
from server.store.devices.sightings import players_at
from server.store.reports import LetterRow, ScheduleRow
from server.store.transactions.database import Database
from server.usecases.alarms.alarm_recipients import EMAIL, SMS, WEBHOOK
from server.usecases.devices.pairing import note_copied_device
from server.usecases.journal.maintenance import NightlyVerification
from server.usecases.media.read_feeds import ENDED_AFTER_S
from server.usecases.quality.what_if import WhatIfs
from server.usecases.reports.reports import ReportReach, read_report
from server.usecases.retention import DailyRewriting
from server.usecases.tickets.told_before import tell_due
from server.usecases.waits import Estimates
from server.web.access.callers import LOOPBACK, Caller, identify, known_callers, may_in_hall
from server.web.access.cookies import DEVICE_COOKIE, read_cookie
from server.web.access.site_context import own_authority
from server.web.pages.reports.papers import report_letter
from server.web.pages.reports.wording import ReportWording
from server.web.rendering.pdf import Papers
from server.web.rendering.viewer import Sentence

log = structlog.get_logger()
CERTIFICATE_ROUND_S = 600.0
VERIFIER_IDLE_S = 60.0
"""How long the process that verifies the journals stays after its walk."""
MEDIA_MEMORY_BYTES = 4_000_000_000
"""What the process that decodes uploads may map, libraries included."""
FEED_MEMORY_BYTES = 500_000_000
"""The same for a process that reads feeds: two million bytes of a feed need 100 MB, of a hostile one more."""
PLAYED_MEMORY_BYTES, PLAYED_WITHIN_S = 300_000_000, 60.0
"""The same for the process that plays days of a hall again, and how long it may take."""


@dataclass(frozen=True, kw_only=True)
class Foundation:
    """Settings, database, catalogues and socket server of one process, with its ways to run work later."""

    settings: Settings
    database: Database
    catalogues: Catalogues
    socketio: Any

    def emit(self, name: str, message: Any, namespace: str, room: str, *, is_local: bool = False) -> None:
        """Sends a message to a room; `is_local`: to the sockets of this process alone."""
        self.socketio.server.emit(name, message, namespace=namespace, room=room, ignore_queue=is_local)
        if name == messages.CALL_ANNOUNCED:
            announced(message, self.database.clock.now())

    def later(self, seconds: float, work: Callable[[], object], *, failed: Callable[[], None]) -> None:
        """Runs work once after a delay in seconds; calls `failed` when it raises."""

        def run() -> None:
            if seconds:
                self.socketio.sleep(seconds)
            try:
                work()
            except Exception:
                failed()
                log.exception("publication_failed")

        self.socketio.start_background_task(run)

    def every(self, seconds: float, work: Callable[[], object]) -> Callable[[], None]:
        """A loop that runs work every so many seconds for ever; a failure is logged and the loop goes on.

        When it last ended well is measured; its start counts as well.
        """
        named = work.func if isinstance(work, partial) else work
        name = getattr(named, "__qualname__", type(named).__name__).rpartition("<locals>.")[2]

        def run() -> None:
            done = ROUND_DONE.labels(name)
            done.set(time.time())
            while True:
                self.socketio.sleep(seconds)
                try:
                    work()
                    done.set(time.time())
                except Exception:
                    log.exception("background_failed", work=name)

        return run


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


def maintenance_loops(base: Foundation, rounds: Rounds) -> list[Callable[[], None]]:
    """The loops of rounds, counting, verification, rewriting, and the local socket of commands that write."""
    worker = IsolatedWorker(idle_s=VERIFIER_IDLE_S)
    verification = NightlyVerification(base.database, rounds.anchors, worker.call)
    return [
        base.every(ROUND_S, rounds.make),
        base.every(ROUND_S, PastDayRounds(base.database).make),
        base.every(ROUND_S, verification.make),
        base.every(ROUND_S, DailyRewriting(base.database, worker.call).make),
        lambda: serve_local(base.database, base.settings.var, base.socketio.sleep),
        *([base.every(CERTIFICATE_ROUND_S, partial(_renew_certificate, base))] if base.settings.lan else []),
    ]


def _renew_certificate(base: Foundation) -> None:
    """Renews the own certificate before its end, or for another address; the next connection gets it."""
    try:
        is_new = own_authority(base.settings).ensure(base.database.clock.now())
    except Refusal:
        return  # no network for now: the certificate stays
    if is_new:
        log.info("certificate_renewed", address=base.settings.base_url)


def decoder(deadline_s: float) -> IsolatedWorker:
    """A separate process that decodes uploads: it ends at its deadline and has bounded memory."""
    return IsolatedWorker(deadline_s=deadline_s, memory_bytes=MEDIA_MEMORY_BYTES)


def feed_worker() -> IsolatedWorker:
    """A separate process that fetches and reads what others publish: bounded in time and memory."""
    return IsolatedWorker(deadline_s=ENDED_AFTER_S, memory_bytes=FEED_MEMORY_BYTES)


def build_what_ifs(database: Database) -> WhatIfs:
    """What plays days of a hall again, in a process of its own."""
    worker = IsolatedWorker(
        deadline_s=PLAYED_WITHIN_S, memory_bytes=PLAYED_MEMORY_BYTES, idle_s=VERIFIER_IDLE_S
    )
    return WhatIfs(database, worker.call)


def build_printing(base: Foundation, publisher: Publisher) -> PrintService:
    """The service that prints; the publisher learns of verdicts that are not final."""
    return PrintService(
        base.database,
        base.settings,
        base.catalogues.translate,
        IsolatedWorker().call,
        tell=publisher.print_noted,
    )


def build_sender(base: Foundation) -> Sender:
    """The sender of alarms, which gets each commit."""
    channels: dict[str, Channel] = {
        EMAIL: Letters(MailServer(base.settings), base.catalogues.translate),
        **dict.fromkeys((WEBHOOK, SMS), Webhooks(may_be_private=base.settings.webhooks_to_private)),
    }
    sender = Sender(base.database, channels, base.socketio.start_background_task)
    base.database.subscribers.append(sender.committed)
    return sender


def build_reminders(base: Foundation, estimates: Estimates, vapid: VapidKey) -> Reminders:
    """The messages to visitors before their turn."""
    settings = base.settings
    webhooks = Webhooks(may_be_private=settings.webhooks_to_private)
    contact = settings.public_url or f"mailto:{settings.smtp_from}"
    ways: dict[ReminderChannel, Way] = {
        "sms": SmsGateway(base.database, webhooks),
        "push": PushServices(vapid, contact, Posting()),
    }

    def tell() -> int:
        return tell_due(base.database, estimates, base.catalogues.translate, base.database.breathe)

    return Reminders(base.database, tell, ways, base.socketio.start_background_task)


def build_report_letters(base: Foundation, papers: Papers) -> ReportLetters:
    """The letters of scheduled reports."""
    made = lru_cache(maxsize=4)(papers.made)  # all recipients get one paper

    def write(schedule: ScheduleRow, letter: LetterRow, address: str) -> Letter:
        report = read_report(base.database, letter.report, ReportReach(None, None), reader="")
        words = ReportWording(Sentence(base.catalogues.translate, schedule.language))
        url = base.settings.public_url
        return report_letter(report, schedule, letter, address, words, url, made=made)

    return ReportLetters(base.database, MailServer(base.settings), write)


def build_voice(base: Foundation) -> Voice:
    """The voice of the screens; it says why where it is unavailable."""
    settings = base.settings
    voice = Voice(
        AudioFiles(settings.var / "audio", voices=Voices(settings.voices_place)),
        translate=base.catalogues.translate,
        emit=base.emit,
        now=base.database.clock.now,
        off_loop=IsolatedWorker().call,
    )
    if not settings.voice:
        voice.unavailable = "switched off"
    elif not voice.files.voices.speaks(FRENCH):
        voice.unavailable = "espeak-ng is not installed"
    return voice
