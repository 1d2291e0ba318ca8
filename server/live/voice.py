"""Spoken calls: rendered by a process of its own, in order of their call, then announced again with audio."""

import queue
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import structlog

from hardware.speech import AudioFiles, SpeechUnavailable
from server.domain.configuration import FRENCH
from server.domain.instants import from_text
from server.live import messages
from signage.announcement import OLDEST_SOUND, spoken_sentences

log = structlog.get_logger()

MOST_WAITING = 50
"""Announcements waiting for their voice; beyond it the oldest is shown without sound."""


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
        self._waiting: queue.Queue[tuple[str, dict[str, Any]]] = queue.Queue(MOST_WAITING)

    def speak(self, hall: str, message: dict[str, Any]) -> None:
        """Queues the voice of an announcement; drops the oldest when too many wait."""
        while self.unavailable is None:
            try:
                self._waiting.put_nowait((hall, message))
            except queue.Full:
                self._waiting.get_nowait()
            else:
                return

    def run(self) -> None:
        """Renders for ever, one at a time and in order; what nobody would play any more is passed over."""
        while True:
            hall, message = self._waiting.get()
            if self.now() - from_text(message["at"]) > OLDEST_SOUND - timedelta(seconds=1):
                continue
            try:
                name = self._render(message)
            except (SpeechUnavailable, OSError) as reason:
                log.warning("voice_failed", hall=hall, reason=str(reason))
                continue
            spoken = message | {"audio": {FRENCH: f"/audio/{name}"}}
            self.emit(messages.CALL_ANNOUNCED, spoken, messages.SCREEN, messages.hall_room(hall))

    def _render(self, message: dict[str, Any]) -> str:
        templates = {FRENCH: self.translate("signage.announcement.spoken", FRENCH)}
        sentences = spoken_sentences(message["number"], message["counter"]["label"], templates=templates)
        return str(self.off_loop(self.files.audio_file, sentences[FRENCH], FRENCH))
