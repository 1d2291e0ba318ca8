"""Spoken calls and alerts: rendered by a process of its own, in order, then sent again with audio."""

import queue
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog

from hardware.speech import AudioFiles, SpeechUnavailable
from hardware.speech.audio_files import audio_name
from server.domain.alerts import AlertKind, AlertRules, has_voice
from server.domain.configuration import FRENCH
from server.domain.instants import from_text
from server.live import messages
from signage.alert_texts import prepared_alerts, spoken_alert, voice_name
from signage.announcement import OLDEST_SOUND, spoken_sentences

log = structlog.get_logger()

IDLE_S = 1.0
"""Without a call for so long, a voice of the alerts that are prepared is rendered."""
PREPARED_EVERY_S = 6 * 3_600.0
"""Without a call for so long, they are looked after again."""
MOST_WAITING = 50
"""Announcements waiting for their voice; beyond it the oldest is shown without sound."""


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A message to be sent again with its voice; `oldest`: how long after its `at` anyone would play it."""

    hall: str
    name: str
    message: dict[str, Any]
    sentences: Sequence[str]
    oldest: timedelta | None = None

    def is_too_old(self, now: datetime) -> bool:
        if self.oldest is None:
            return False
        return now - from_text(self.message["at"]) > self.oldest - timedelta(seconds=1)


class Voice:
    """One renderer a process. `unavailable` says why calls are not spoken, None while they are.

    `off_loop(work, *values)` computes apart, in order.
    """

    def __init__(
        self,
        files: AudioFiles,
        *,
        translate: Callable[..., str],
        emit: Callable[..., None],
        now: Callable[[], datetime],
        off_loop: Callable[..., Any],
    ) -> None:
        self.files = files
        self.translate = translate
        self.emit = emit
        self.now = now
        self.off_loop = off_loop
        self.unavailable: str | None = None
        self._waiting: queue.Queue[_Wanted] = queue.Queue(MOST_WAITING)
        self._to_prepare = prepared_alerts()

    def speak(self, hall: str, message: dict[str, Any]) -> None:
        """Queues the voice of an announcement; drops the oldest when too many wait."""
        self._queue(_Wanted(hall, messages.CALL_ANNOUNCED, message, self._of_call(message), OLDEST_SOUND))

    def speak_alert(self, hall: str, message: dict[str, Any]) -> None:
        """Queues the voice of an alert, which is wanted as long as the alert lasts."""
        sentences = spoken_alert(message["alert"], self.translate)
        self._queue(_Wanted(hall, messages.ALERT_CHANGED, message, sentences))

    def run(self) -> None:
        """Renders for ever, one at a time and in order; what nobody would play any more is passed over."""
        while True:
            try:
                wanted = self._waiting.get(timeout=IDLE_S if self._to_prepare else PREPARED_EVERY_S)
            except queue.Empty:
                self._prepare_an_alert()
                continue
            if wanted.is_too_old(self.now()):
                continue
            try:
                name = str(self.off_loop(self.files.audio_file, wanted.sentences, FRENCH))
            except (SpeechUnavailable, OSError) as reason:
                log.warning("voice_failed", hall=wanted.hall, reason=str(reason))
                continue
            spoken = wanted.message | {"audio": {FRENCH: f"/audio/{name}"}}
            self.emit(wanted.name, spoken, messages.SCREEN, messages.hall_room(wanted.hall))

    def alert_voices(self, rules: AlertRules) -> dict[str, str]:
        """Where the voices lie that a site's screens may speak in an alert: they keep them before it."""
        found = {}
        for alert in prepared_alerts() if self.unavailable is None else ():
            name = audio_name(spoken_alert(alert, self.translate), FRENCH)
            if has_voice(AlertKind(alert["kind"]), rules) and self.files.path(name) is not None:
                found[voice_name(alert)] = f"/audio/{name}"
        return found

    def _prepare_an_alert(self) -> None:
        """Renders the voice of an alert while nobody is called, or keeps it from being purged as unused."""
        if not self._to_prepare:
            self._to_prepare = prepared_alerts()
        alert = self._to_prepare.pop()
        try:
            if self.unavailable is None:
                self.off_loop(self.files.audio_file, spoken_alert(alert, self.translate), FRENCH)
        except (SpeechUnavailable, OSError) as reason:
            log.warning("voice_failed", hall=None, reason=str(reason))

    def _queue(self, wanted: "_Wanted") -> None:
        while self.unavailable is None:
            try:
                self._waiting.put_nowait(wanted)
            except queue.Full:
                self._waiting.get_nowait()
            else:
                return

    def _of_call(self, message: dict[str, Any]) -> Sequence[str]:
        templates = {FRENCH: self.translate("signage.announcement.spoken", FRENCH)}
        return spoken_sentences(message["number"], message["counter"]["label"], templates=templates)[FRENCH]
