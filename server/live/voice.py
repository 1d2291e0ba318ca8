"""Spoken calls: rendered by a process of its own, in order of their call, then announced again with audio."""

import queue
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import structlog

from hardware.speech import AudioFiles, SpeechUnavailable, SpokenFiles
from server.domain.configuration import FRENCH
from server.domain.instants import from_text
from server.live import messages
from signage.announcement import OLDEST_SOUND, spoken_sentence

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
        self._waiting: queue.Queue[tuple[str, dict[str, Any], str | None]] = queue.Queue(MOST_WAITING)

    def speak(self, hall: str, message: dict[str, Any], hall_name: str | None = None) -> None:
        """Queues the voice of an announcement; drops the oldest when too many wait.

        `hall_name` is said first where another hall is within earshot.
        """
        while self.unavailable is None:
            try:
                self._waiting.put_nowait((hall, message, hall_name))
            except queue.Full:
                self._waiting.get_nowait()
            else:
                return

    def run(self) -> None:
        """Renders for ever, one at a time and in order; what nobody would play any more is passed over."""
        while True:
            hall, message, hall_name = self._waiting.get()
            if self.now() - from_text(message["at"]) > OLDEST_SOUND - timedelta(seconds=1):
                continue
            try:
                files = self._render(message, hall_name)
            except (SpeechUnavailable, OSError) as reason:
                log.warning("voice_failed", hall=hall, reason=str(reason))
                continue
            spoken = message | {
                "audio": {FRENCH: f"/audio/{files.whole}"},
                "once_ms": {FRENCH: files.once_ms},
                "brief": {FRENCH: f"/audio/{files.brief}"},
            }
            self.emit(messages.CALL_ANNOUNCED, spoken, messages.SCREEN, messages.hall_room(hall))

    def _render(self, message: dict[str, Any], hall_name: str | None) -> SpokenFiles:
        number, place = message["number"], message["counter"]["label"]

        def said(key: str) -> str:
            sentence = spoken_sentence(number, place, template=self.translate(key, FRENCH))
            return f"{hall_name}\n{sentence}" if hall_name else sentence

        sentences = said("signage.announcement.spoken"), said("signage.announcement.brief")
        found: SpokenFiles = self.off_loop(self.files.announcement, *sentences, FRENCH)
        return found
