"""Prepare the uploads that wait: one after the other, each by one worker, in a process apart."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog

from server.apart import ApartEnded
from server.domain.author import SYSTEM
from server.domain.notices.media import MediumState, medium_prepared, medium_refused
from server.store.engine.rows import Row
from server.store.media.media import claim_upload, medium_row, waiting_uploads
from server.store.media.media_files import MediaFiles
from server.store.transactions.database import Database
from signage.media.prepare import prepare
from signage.media.prepared import MediumRefused, Prepared

log = structlog.get_logger()

PREPARED_WITHIN_S = 900.0
"""A file that takes longer is refused."""
MOST_TRIES = 3
"""A worker may be ended while it prepares; a file that ended so many of them is refused."""

type OffLoop = Callable[..., Any]
"""Calls a function with values in a process apart. Raises ApartEnded when that dies or takes too long."""


@dataclass
class Preparing:
    """The preparation of one process."""

    database: Database
    files: MediaFiles
    off_loop: OffLoop
    is_busy: bool = False

    def prepare_waiting(self) -> int:
        """Prepares what waits now; how many became ready or were refused."""
        if self.is_busy:
            return 0
        self.is_busy = True
        try:
            done = 0
            while count := sum(self._prepare(upload) for upload in self._waiting()):
                done += count  # others may have come meanwhile
            return done
        finally:
            self.is_busy = False

    def take_over(self) -> None:
        """Takes back what a server that was ended was preparing; only where no other server can run."""
        with self.database.store.write() as rows:
            rows.run("UPDATE upload SET claimed_until = NULL", {})

    def _waiting(self) -> list[Row]:
        with self.database.read() as rows:
            return waiting_uploads(rows, self.database.clock.now())

    def _prepare(self, upload: Row) -> bool:
        medium, now = upload["medium"], self.database.clock.now()
        if not claim_upload(self.database, medium, now=now, for_s=PREPARED_WITHIN_S + 60):
            return False
        source = self.files.upload(medium)
        try:
            if upload["tries"] >= MOST_TRIES:
                raise MediumRefused("medium_too_heavy")
            if not source.is_file():
                raise MediumRefused("medium_broken")
            prepared: Prepared = self.off_loop(prepare, source, self.files.folder)
        except MediumRefused as refusal:
            self._refuse(medium, refusal.code, refusal.details)
        except ApartEnded:
            self._refuse(medium, "medium_too_heavy", {})
        else:
            if not self._keep(medium, prepared):
                return False
        source.unlink(missing_ok=True)
        return True

    def _keep(self, medium: str, prepared: Prepared) -> bool:
        """Records a medium as ready; False where a file was swept meanwhile: it is prepared again."""
        with self.database.installation_transaction(SYSTEM) as transaction:
            if all(self.files.path(file.name) for file in prepared.files):
                if self._still_waits(transaction, medium):
                    files = [file.as_body() for file in prepared.files]
                    transaction.record(medium_prepared(medium, kind=prepared.kind, files=files))
                return True
            sql = "UPDATE upload SET claimed_until = NULL WHERE medium = :medium"
            transaction.run(sql, medium=medium)
            return False

    def _refuse(self, medium: str, code: str, details: Mapping[str, Any]) -> None:
        log.info("medium_refused", medium=medium, code=code)
        with self.database.installation_transaction(SYSTEM) as transaction:
            if self._still_waits(transaction, medium):
                transaction.record(medium_refused(medium, code=code, details=details))

    def _still_waits(self, transaction: Any, medium: str) -> bool:
        """Ends the waiting; False when the medium was removed or prepared by another worker meanwhile."""
        row = medium_row(transaction, medium)
        transaction.run("DELETE FROM upload WHERE medium = :medium", medium=medium)
        return row is not None and row["state"] == MediumState.PREPARING


def media_folder(var: Path) -> MediaFiles:
    """The media of an installation, below its folder of run-time state."""
    return MediaFiles(var.resolve() / "media")
