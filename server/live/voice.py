"""Spoken calls and alerts: rendered by a process of its own, in order, then sent again with audio."""

import queue
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog

from hardware.speech import AudioFiles, SpeechUnavailable, SpokenFiles
from server.domain.alerts import AlertKind, AlertRules, has_voice
from server.domain.configuration import FRENCH
from server.domain.instants import from_text
from server.live import messages
from signage.alert_texts import prepared_alerts, spoken_alert, voice_name
from signage.announcement import OLDEST_SOUND, spoken_sentence

log = structlog.get_logger()

IDLE_S = 1.0
"""Without a call for so long, a voice of the alerts that are prepared is rendered."""
PREPARED_EVERY_S = 600.0
"""Without a call for so long, they are looked after again: kept from being purged, in the voice of now."""
MOST_WAITING = 50
"""Announcements waiting for their voice; beyond it the oldest is shown without sound."""


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A message to be sent again with what `render` adds to it; `oldest`: how long after its `at` anyone
    would play it.
    """

    hall: str
    name: str
    message: dict[str, Any]
    render: Callable[[dict[str, Any]], dict[str, Any]]
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

    def speak(self, hall: str, message: dict[str, Any], hall_name: str | None = None) -> None:
        """Queues the voice of an announcement; drops the oldest when too many wait.

        `hall_name` is said first where another hall is within earshot.
        """

        def render(message: dict[str, Any]) -> dict[str, Any]:
            return self._call(message, hall_name)

        self._queue(_Wanted(hall, messages.CALL_ANNOUNCED, message, render, OLDEST_SOUND))

    def speak_alert(self, hall: str, message: dict[str, Any]) -> None:
        """Queues the voice of an alert, which is wanted as long as the alert lasts."""
        self._queue(_Wanted(hall, messages.ALERT_CHANGED, message, self._alert))

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
                spoken = wanted.message | wanted.render(wanted.message)
            except (SpeechUnavailable, OSError) as reason:
                log.warning("voice_failed", hall=wanted.hall, reason=str(reason))
                continue
            self.emit(wanted.name, spoken, messages.SCREEN, messages.hall_room(wanted.hall))

    def alert_voices(self, rules: AlertRules) -> dict[str, str]:
        """Where the voices lie that a site's screens may speak in an alert: they keep them before it."""
        found = {}
        for alert in prepared_alerts() if self.unavailable is None else ():
            name = self.files.name(spoken_alert(alert, self.translate), FRENCH)
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

    def _queue(self, wanted: _Wanted) -> None:
        while self.unavailable is None:
            try:
                self._waiting.put_nowait(wanted)
            except queue.Full:
                self._waiting.get_nowait()
            else:
                return

    def _call(self, message: dict[str, Any], hall_name: str | None) -> dict[str, Any]:
        number, place = message["number"], message["counter"]["label"]

        def said(key: str) -> str:
            sentence = spoken_sentence(number, place, template=self.translate(key, FRENCH))
            return f"{hall_name}\n{sentence}" if hall_name else sentence

        sentences = said("signage.announcement.spoken"), said("signage.announcement.brief")
        files: SpokenFiles = self.off_loop(self.files.announcement, *sentences, FRENCH)
        return {
            "audio": {FRENCH: f"/audio/{files.whole}"},
            "once_ms": {FRENCH: files.once_ms},
            "brief": {FRENCH: f"/audio/{files.brief}"},
        }

    def _alert(self, message: dict[str, Any]) -> dict[str, Any]:
        sentences = spoken_alert(message["alert"], self.translate)
        return {"audio": {FRENCH: f"/audio/{self.off_loop(self.files.audio_file, sentences, FRENCH)}"}}
