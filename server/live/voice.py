"""Spoken calls and alerts: a separate process renders them in order; then they are sent again with audio.

Views that kiosks read aloud have a process of their own, so that no call waits for one.
"""

import queue
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from hardware.speech import AudioFiles, SpokenFiles
from hardware.speech.programs import SpeechUnavailable
from server.apart import CallApart, IsolatedWorker
from server.domain.alerts import AlertKind, AlertRules, has_voice
from server.domain.instants import from_text
from server.domain.languages import FRENCH
from server.live import messages
from server.live.publication import CallAnnounced, SpokenCall
from server.usecases.alerts.alert_answers import ShownAlert
from server.usecases.hall.read_board import AlertChanged
from signage.announcement import OLDEST_SOUND, prepared_alerts, spoken_alert, spoken_sentence, voice_name
from signage.board import AudioFiles as AudioAddresses

log = structlog.get_logger()

IDLE_S = 1.0
"""After this long without a call, the voice of a prepared alert is rendered."""
PREPARED_EVERY_S = 600.0
"""After this long without a call, prepared alerts are checked again: not purged, and in the present voice."""
SPOKEN, BRIEF = "signage.announcement.spoken", "signage.announcement.brief"
MOST_WAITING = 50
"""Announcements waiting for their voice; beyond it the oldest is shown without sound."""


@dataclass(frozen=True, slots=True)
class _SpeechRequest:
    """A message to be sent again with its voice, which `render` adds; after `until` nobody would play it."""

    hall: str
    name: str
    render: Callable[[], Mapping[str, object]]
    until: datetime | None = None

    def is_too_old(self, now: datetime) -> bool:
        return self.until is not None and now > self.until


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
        off_loop: CallApart,
    ) -> None:
        self.files = files
        self.translate = translate
        self.emit = emit
        self.now = now
        self.off_loop = off_loop
        self.unavailable: str | None = None
        self._waiting: queue.Queue[_SpeechRequest] = queue.Queue(MOST_WAITING)
        self._to_prepare = prepared_alerts()

    def speak(self, hall: str, message: CallAnnounced, call: SpokenCall) -> None:
        """Queues the voice of an announcement; drops the oldest when too many wait."""

        def render() -> CallAnnounced:
            return self._call(hall, message, call)

        until = from_text(message["at"]) + OLDEST_SOUND - timedelta(seconds=1)
        self._queue(_SpeechRequest(hall, messages.CALL_ANNOUNCED, render, until))

    def speak_alert(self, hall: str, message: AlertChanged) -> None:
        """Queues the voice of an alert, which is needed while the alert lasts."""
        alert = message["alert"]
        if alert is None:
            return

        def render() -> AlertChanged:
            return {**message, "audio": self._alert(alert)}

        self._queue(_SpeechRequest(hall, messages.ALERT_CHANGED, render))

    def run(self) -> None:
        """Renders for ever, one at a time and in order; skips what no screen would play any more."""
        while True:
            try:
                request = self._waiting.get(timeout=IDLE_S if self._to_prepare else PREPARED_EVERY_S)
            except queue.Empty:
                self._prepare_an_alert()
                continue
            if request.is_too_old(self.now()):
                continue
            try:
                spoken = request.render()
            except (SpeechUnavailable, OSError) as reason:
                log.warning("voice_failed", hall=request.hall, reason=str(reason))
                continue
            self.emit(request.name, spoken, messages.SCREEN, messages.hall_room(request.hall))

    def alert_voices(self, rules: AlertRules) -> dict[str, str]:
        """Where the voices lie that a site's screens may speak in an alert: they keep them before it."""
        found = {}
        for alert in prepared_alerts() if self.unavailable is None else ():
            name = self.files.small_name(spoken_alert(alert, self.translate), FRENCH)
            if has_voice(AlertKind(alert["kind"]), rules) and self.files.path(name) is not None:
                found[voice_name(alert)] = f"/audio/{name}"
        return found

    def _prepare_an_alert(self) -> None:
        """Renders the voice of an alert while no call is spoken; one that is ready counts as used again."""
        if not self._to_prepare:
            self._to_prepare = prepared_alerts()
        sentences = spoken_alert(self._to_prepare.pop(), self.translate)
        try:
            if self.unavailable is None and not self.files.keep_small(sentences, FRENCH):
                self.off_loop(self.files.small_file, sentences, FRENCH)
        except (SpeechUnavailable, OSError) as reason:
            log.warning("voice_failed", hall=None, reason=str(reason))

    def _queue(self, request: _SpeechRequest) -> None:
        while self.unavailable is None:
            try:
                self._waiting.put_nowait(request)
            except queue.Full:
                self._waiting.get_nowait()
            else:
                return

    def _call(self, hall: str, message: CallAnnounced, call: SpokenCall) -> CallAnnounced:
        """The message with its voice; a language without one, or that fails, is left out: French is not."""
        spoken = {FRENCH: self._in_language(message["number"], FRENCH, call)}
        for language in call.places:
            if language != FRENCH and self._may_say(language):
                try:
                    spoken[language] = self._in_language(message["number"], language, call)
                except SpeechUnavailable as reason:
                    log.warning("voice_failed", hall=hall, reason=str(reason))
        gained: CallAnnounced = {
            **message,
            "audio": {language: f"/audio/{files.whole}" for language, files in spoken.items()},
            "once_ms": {language: files.once_ms for language, files in spoken.items()},
            "brief": {language: f"/audio/{files.brief}" for language, files in spoken.items()},
        }
        if call.has_loop:
            gained["loop"] = {language: f"/audio/{files.loop}" for language, files in spoken.items()}
            gained["loop_once_ms"] = {language: files.loop_once_ms for language, files in spoken.items()}
        return gained

    def _may_say(self, language: str) -> bool:
        """Whether there are words and a voice: a sentence that is not translated comes back in French."""
        is_translated = self.translate(SPOKEN, language) != self.translate(SPOKEN, FRENCH)
        return is_translated and self.files.voices.speaks(language)

    def _in_language(self, number: str, language: str, call: SpokenCall) -> SpokenFiles:
        def said(key: str) -> str:
            sentence = spoken_sentence(number, call.places[language], template=self.translate(key, language))
            return f"{call.hall_name}\n{sentence}" if call.hall_name and language == FRENCH else sentence

        return self.off_loop(self.files.announcement, said(SPOKEN), said(BRIEF), language, call.has_loop)

    def _alert(self, alert: ShownAlert) -> AudioAddresses:
        sentences = spoken_alert(alert, self.translate)
        return {FRENCH: f"/audio/{self.off_loop(self.files.small_file, sentences, FRENCH)}"}


class ReadingVoice:
    """Renders sentences one by one; what was rendered before is not rendered again."""

    def __init__(self, files: AudioFiles) -> None:
        self.files = files
        self._apart = IsolatedWorker()

    def speak(self, sentences: Sequence[str], language: str) -> list[str]:
        """The names of the audio files, in order; empty where nothing is spoken.

        Raises SpeechUnavailable and OSError.

        """
        if not sentences:
            return []
        return self._apart.call(self.files.reading, sentences, language)

    def close(self) -> None:
        """Ends the process."""
        self._apart.close()
