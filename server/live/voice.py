"""Spoken calls: rendered by a process of its own, in order of their call, then announced again with audio."""

import json
import queue
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import structlog

from server.domain.configuration import FRENCH
from server.domain.instants import from_text
from server.live import messages
from signage.announcement import OLDEST_SOUND, spoken_sentences

log = structlog.get_logger()

MOST_WAITING = 50
"""Announcements waiting for their voice; beyond it the oldest is shown without sound."""


class Voice:
    """One renderer a process. `unavailable` says why calls are not spoken, None while they are."""

    def __init__(
        self,
        folder: Path,
        *,
        translate: Callable[..., str],
        emit: Callable[..., None],
        now: Callable[[], datetime],
    ) -> None:
        self.folder = folder
        self.translate = translate
        self.emit = emit
        self.now = now
        self.unavailable: str | None = None
        self._waiting: queue.Queue[tuple[str, dict[str, Any]]] = queue.Queue(MOST_WAITING)
        self._renderer: subprocess.Popen[str] | None = None

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
            except (OSError, ValueError) as error:
                log.warning("voice_failed", hall=hall, reason=str(error))
                self.close()
                continue
            if name is not None:
                spoken = message | {"audio": {FRENCH: f"/audio/{name}"}}
                self.emit(messages.CALL_ANNOUNCED, spoken, messages.SCREEN, messages.hall_room(hall))

    def _render(self, message: dict[str, Any]) -> str | None:
        templates = {FRENCH: self.translate("signage.announcement.spoken", FRENCH)}
        sentences = spoken_sentences(message["number"], message["counter"]["label"], templates=templates)
        renderer = self._running()
        assert renderer.stdin is not None
        assert renderer.stdout is not None
        renderer.stdin.write(json.dumps({"sentences": sentences[FRENCH], "language": FRENCH}) + "\n")
        renderer.stdin.flush()
        answer = json.loads(renderer.stdout.readline() or '{"unavailable": "the voice process ended"}')
        if "name" in answer:
            return str(answer["name"])
        log.warning("voice_unavailable", reason=answer["unavailable"])
        return None

    def _running(self) -> subprocess.Popen[str]:
        if self._renderer is None or self._renderer.poll() is not None:
            command = [sys.executable, "-m", "hardware.speech", str(self.folder)]
            self._renderer = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
            )
        return self._renderer

    def close(self) -> None:
        """Ends the voice's process; the next call starts another."""
        if self._renderer is not None:
            self._renderer.kill()
            self._renderer.wait()
            self._renderer = None
