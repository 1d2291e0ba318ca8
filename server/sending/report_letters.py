"""Sends scheduled reports: queues those that are due, then sends each letter once.

Every worker sends; a letter is taken before it leaves. A worker that dies between the answer of the mail
server and its note sends again, with the same id.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

import structlog

from server.domain.alarms.signs import next_try
from server.domain.texts import Letter
from server.sending.refused import SendRefused
from server.store.reports import (
    LETTERS,
    LetterRow,
    Recipient,
    ScheduleRow,
    due_letters,
    recipients_by_schedule,
    schedules,
)
from server.store.transactions.database import Database
from server.usecases.reports.reports import sites_of
from server.usecases.reports.sendings import address_of_account, queue_letters

log = structlog.get_logger()


class LetterServer(Protocol):
    """What takes letters: the mail server."""

    def send(self, letter: Letter, *, now: datetime) -> None:
        """Returns once it has taken the letter. Raises SendRefused."""


@dataclass
class ReportLetters:
    """The letters of one process. `write(schedule, letter, address)`: the letter of a report."""

    database: Database
    server: LetterServer
    write: Callable[[ScheduleRow, LetterRow, str], Letter]
    failures: int = 0
    _is_busy: bool = field(default=False)

    def send_due(self) -> None:
        """Queues and sends what is due; a second call meanwhile does nothing."""
        if self._is_busy:
            return
        self._is_busy = True
        try:
            queue_letters(self.database)
            with self.database.read() as rows:
                due = due_letters(rows, self.database.clock.now())
            for letter in due:
                self._send(letter)
        except Exception:
            self.failures += 1
            log.exception("report_letters_not_sent")
        finally:
            self._is_busy = False

    def _send(self, letter: LetterRow) -> None:
        with self.database.store.write() as rows:
            if not LETTERS.take(rows, letter, self.database.clock.now()):
                return
        refused = self._try(letter)
        now = self.database.clock.now()
        with self.database.store.write() as rows:
            if refused is None:
                LETTERS.note_sent(rows, letter, now)
            else:
                again_at = next_try(letter.queued_at, letter.tries + 1, now)
                LETTERS.note_failed(rows, letter, refused, now=now, again_at=again_at)

    def _try(self, letter: LetterRow) -> str | None:
        """Sends once, now; the code of why it did not leave, None when it did."""
        schedule, address = self._addressed(letter)
        if schedule is None or address is None:
            return "report_reader_gone"
        try:
            self.server.send(self.write(schedule, letter, address), now=self.database.clock.now())
        except SendRefused as refused:
            log.warning("report_not_sent", letter=letter.id, code=refused.code, told=refused.answer)
            return refused.code
        except Exception:
            self.failures += 1
            log.exception("report_not_sent", letter=letter.id)
            return "email_unreachable"
        return None

    def _addressed(self, letter: LetterRow) -> tuple[ScheduleRow | None, str | None]:
        """The schedule of a letter and the address of its recipient now; None where it has none."""
        with self.database.read() as rows:
            known = {each.id: each for each in schedules(rows)}
            found = [each for of in recipients_by_schedule(rows).values() for each in of]
            mine: Recipient | None = next((each for each in found if each.id == letter.recipient), None)
            schedule = None if mine is None else known.get(mine.schedule)
            if mine is None or schedule is None:
                return None, None
            if mine.account is None:
                return schedule, mine.address
            places = sites_of(self.database, schedule.halls)
            return schedule, address_of_account(rows, mine.account, places)
