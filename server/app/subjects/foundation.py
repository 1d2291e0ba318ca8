"""What the builders of every subject start from: settings, database, catalogues and the socket server."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import structlog

from server.language import Catalogues
from server.settings import Settings
from server.store.transactions.database import Database

log = structlog.get_logger()


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
        """A loop that runs work every so many seconds for ever; a failure is logged and the loop goes on."""

        def run() -> None:
            while True:
                self.socketio.sleep(seconds)
                try:
                    work()
                except Exception:
                    log.exception("background_failed", work=work.__name__)

        return run
