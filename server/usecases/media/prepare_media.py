"""Prepare the uploads that wait, one after the other, each by one worker, in a separate process."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import structlog

from server.apart import ApartEnded
from server.domain.author import SYSTEM
from server.domain.facts import Json
from server.domain.notices.media import MediumState, medium_prepared, medium_refused
from server.store.engine.buffered_writes import Writes
from server.store.media.details import set_kept_bytes
from server.store.media.media import medium_row
from server.store.media.media_files import (
    MediaFiles,
    WaitingUpload,
    claim_upload,
    delete_upload,
    release_every_upload,
    release_upload,
    waiting_uploads,
)
from server.store.transactions.database import Database
from signage.media.prepare import prepare
from signage.media.prepared import MediumRefused, Prepared

log = structlog.get_logger()

PREPARED_WITHIN_S = 900.0
"""A file that takes longer is refused."""
_CLAIMED_FOR = timedelta(seconds=PREPARED_WITHIN_S + 60)
MOST_TRIES = 3
"""The tries without an end after which a file is refused, because it may stop the worker processes."""

type OffLoop = Callable[..., Any]
"""Calls a function with values in a separate process. Raises ApartEnded when that dies or takes too long."""


@dataclass
class Preparing:
    """Prepares uploads. One for each server process; `off_loop` does the work in a separate one."""

    database: Database
    files: MediaFiles
    off_loop: OffLoop
    is_busy: bool = False

    def prepare_waiting(self) -> int:
        """Prepares the uploads that wait; how many media became ready or were refused."""
        if self.is_busy:
            return 0
        self.is_busy = True
        try:
            done = 0
            while count := sum(self._prepare(upload) for upload in self._waiting()):
                done += count  # more may wait now
            return done
        finally:
            self.is_busy = False

    def take_over(self) -> None:
        """Gives back the uploads that a server was preparing when it ended; only where no other can run."""
        with self.database.store.write() as rows:
            release_every_upload(rows)

    def _waiting(self) -> list[WaitingUpload]:
        with self.database.read() as rows:
            return waiting_uploads(rows, self.database.clock.now())

    def _prepare(self, upload: WaitingUpload) -> bool:
        medium = upload.medium
        if not self._claim(medium):
            return False
        source = self.files.upload(medium)
        try:
            if upload.tries >= MOST_TRIES:
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

    def _claim(self, medium: str) -> bool:
        now = self.database.clock.now()
        with self.database.store.write() as rows:
            return claim_upload(rows, medium, now=now, until=now + _CLAIMED_FOR)

    def _keep(self, medium: str, prepared: Prepared) -> bool:
        """Records a medium as ready; False where a file was swept meanwhile: it must be prepared again."""
        with self.database.installation_transaction(SYSTEM) as transaction:
            if all(self.files.path(file.name) for file in prepared.files):
                if self._still_waits(transaction, medium):
                    files = [file.as_body() for file in prepared.files]
                    transaction.record(medium_prepared(medium, kind=prepared.kind, files=files))
                    set_kept_bytes(transaction, medium, prepared.files)
                return True
            release_upload(transaction, medium)
            return False

    def _refuse(self, medium: str, code: str, details: Json) -> None:
        log.info("medium_refused", medium=medium, code=code)
        with self.database.installation_transaction(SYSTEM) as transaction:
            if self._still_waits(transaction, medium):
                transaction.record(medium_refused(medium, code=code, details=details))
                set_kept_bytes(transaction, medium, ())

    def _still_waits(self, transaction: Writes, medium: str) -> bool:
        """Ends the waiting; False when the medium was removed or prepared by another worker meanwhile."""
        row = medium_row(transaction, medium)
        delete_upload(transaction, medium)
        return row is not None and row.state == MediumState.PREPARING


def media_folder(var: Path) -> MediaFiles:
    """The folder of media of an installation, in its folder of run-time state (`var`)."""
    return MediaFiles(var.resolve() / "media")
