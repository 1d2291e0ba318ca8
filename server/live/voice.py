"""Spoken calls: rendered off the request, in order of their call, then announced again with their audio."""

import queue
from collections.abc import Callable
from typing import Any

import structlog

from hardware.speech import AudioFiles, SpeechUnavailable
from server.domain.configuration import FRENCH
from server.live import messages
from signage.announcement import spoken_sentences

log = structlog.get_logger()

MOST_WAITING = 50
"""Announcements waiting for their voice; beyond it the oldest is shown without sound."""


class Voice:
    """One renderer a process. `off_loop(work)` runs the program without holding up the others."""

    def __init__(
        self,
        files: AudioFiles,
        *,
        translate: Callable[..., str],
        emit: Callable[..., None],
        off_loop: Callable[..., Any],
    ) -> None:
        self.files = files
        self.translate = translate
        self.emit = emit
        self.off_loop = off_loop
        self.unavailable: str | None = None
        self._waiting: queue.Queue[tuple[str, dict[str, Any]]] = queue.Queue(MOST_WAITING)

    def speak(self, hall: str, message: dict[str, Any]) -> None:
        """Queues the voice of an announcement; drops the oldest when too many wait."""
        if self.unavailable is not None:
            return
        while True:
            try:
                self._waiting.put_nowait((hall, message))
            except queue.Full:
                self._waiting.get_nowait()
            else:
                return

    def run(self) -> None:
        """Renders for ever, one at a time and in order."""
        while True:
            hall, message = self._waiting.get()
            try:
                name = self.off_loop(self._render, message)
            except SpeechUnavailable as reason:
                self.unavailable = str(reason)
                log.warning("voice_unavailable", reason=str(reason))
                continue
            except Exception:
                log.exception("voice_failed", hall=hall)
                continue
            spoken = message | {"audio": {FRENCH: f"/audio/{name}"}}
            self.emit(messages.CALL_ANNOUNCED, spoken, messages.SCREEN, messages.hall_room(hall))

    def _render(self, message: dict[str, Any]) -> str:
        templates = {FRENCH: self.translate("signage.announcement.spoken", FRENCH)}
        sentences = spoken_sentences(message["number"], message["counter"]["label"], templates=templates)
        return self.files.audio_file(sentences[FRENCH], FRENCH)
