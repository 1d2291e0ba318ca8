"""Messages to visitors before their turn: pushed to a browser, or sent by the SMS gateway of the site.

They leave through an outbox of their own, each in a task of its own: one that hangs delays no other. What is
late is given up. A push holds no more than the word of its rule, encrypted for one browser; a request to the
gateway is a webhook, signed as those of alarms, with the number and a sentence without the ticket's number.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Protocol

import structlog

from server.domain.instants import to_text
from server.domain.visits.told_before import SENT_WITHIN, ReminderChannel, try_again_at
from server.sending import SendRefused
from server.sending.sender import Webhooks
from server.store.transactions.database import Database
from server.store.visits.reminders import REMINDERS, ReminderRow, due_reminders
from server.usecases.tickets.told_before import gateway_of

log = structlog.get_logger()

MOST_AT_ONCE = 20
"""Messages that one process sends at the same time."""


class Way(Protocol):
    """One way to visitors."""

    def send(self, reminder: ReminderRow, *, now: datetime) -> None:
        """Returns once the message is taken. Raises SendRefused."""


@dataclass
class Reminders:
    """The reminders of one process. `tell` makes those due whose moment has come; `spawn(work)` runs work."""

    database: Database
    tell: Callable[[], int]
    ways: Mapping[ReminderChannel, Way]
    spawn: Callable[[Callable[[], None]], object]
    failures: int = 0
    _busy: set[str] = field(default_factory=set)

    def make(self) -> None:
        """One round: looks whose moment has come, and sends what is due."""
        try:
            self.tell()
            with self.database.read() as rows:
                due = due_reminders(rows, self.database.clock.now())
        except Exception:
            self.failures += 1
            log.exception("reminders_not_read")
            return
        for reminder in due:
            if reminder.id not in self._busy and len(self._busy) < MOST_AT_ONCE:
                self._busy.add(reminder.id)
                self.spawn(partial(self._send, reminder))

    def _send(self, reminder: ReminderRow) -> None:
        try:
            self._try(reminder)
        except Exception:
            self.failures += 1
            log.exception("reminder_not_sent", reminder=reminder.id)
        finally:
            self._busy.discard(reminder.id)

    def _try(self, reminder: ReminderRow) -> None:
        now = self.database.clock.now()
        with self.database.store.write() as rows:
            if not REMINDERS.take(rows, reminder, now):
                return
        refused = self._refusal(reminder, now)
        now = self.database.clock.now()
        with self.database.store.write() as rows:
            if refused is None:
                REMINDERS.note_sent(rows, reminder, now)
            else:
                again_at = try_again_at(reminder.queued_at or now, now)
                REMINDERS.note_failed(rows, reminder, refused.code, now=now, again_at=again_at)

    def _refusal(self, reminder: ReminderRow, now: datetime) -> SendRefused | None:
        """Sends once; why it did not leave. The log says nothing of where to."""
        try:
            if now - (reminder.queued_at or now) > SENT_WITHIN:
                raise SendRefused("webhook_silent", "too late")
            self.ways[reminder.channel].send(reminder, now=now)
        except SendRefused as refused:
            log.warning("reminder_not_sent", reminder=reminder.id, code=refused.code, told=refused.answer)
            return refused
        return None


@dataclass(frozen=True, slots=True)
class SmsGateway:
    """The gateway of a reminder's site, a webhook that its site has entered as a recipient."""

    database: Database
    webhooks: Webhooks

    def send(self, reminder: ReminderRow, *, now: datetime) -> None:
        """Returns once the gateway has taken the message. Raises SendRefused."""
        configuration = self.database.configuration(reminder.hall)
        with self.database.read() as rows:
            gateway = gateway_of(rows, configuration.site.slug)
        if gateway is None:
            raise SendRefused("webhook_unknown_host", "no gateway")
        message = {"to": reminder.address, "text": reminder.text, "language": reminder.language}
        body = {"type": "sms.send", "timestamp": to_text(now), "data": message}
        self.webhooks.send(gateway, reminder.id, json.dumps(body, ensure_ascii=False), now=now)
