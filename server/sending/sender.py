"""Sends what is in the outbox: each recipient in a thread of its own, each hall's deliveries in their order.

A recipient that hangs or refuses delays nobody else, and no hall: nothing here holds a hall's lock. Every
worker sends; a delivery is taken before it leaves. Sent at least once: a worker that dies between the answer
and its note sends again, with the same id.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Protocol

import structlog

from server.domain.alarms.signs import next_try
from server.domain.facts import OF_ALARMS
from server.sending.refused import SendRefused
from server.store.alarms import outbox
from server.store.alarms.outbox import Delivery
from server.store.alarms.recipients import Recipient, recipient_of
from server.store.transactions.commits import Commit
from server.store.transactions.database import Database

log = structlog.get_logger()

LOOK_S = 5.0
"""Seconds between two checks of the outbox for deliveries that are due again."""


class Channel(Protocol):
    """One way to recipients."""

    def send(self, recipient: Recipient, delivery: str, body: str, *, now: datetime) -> None:
        """Returns once it has arrived. Raises SendRefused."""


@dataclass
class Sender:
    """The outbox of one process. `spawn(work)` runs work in the background."""

    database: Database
    channels: Mapping[str, Channel]
    spawn: Callable[[Callable[[], None]], object]
    failures: int = 0
    _busy: set[str] = field(default_factory=set)
    _missed: set[str] = field(default_factory=set)
    """Busy recipients for which something was due meanwhile."""

    def committed(self, commit: Commit) -> None:
        """The subscriber of commits: sends new deliveries of an alarm at once."""
        if any(fact.kind in OF_ALARMS for fact in commit.facts):
            self.spawn(self.send_due)

    def send_due(self) -> None:
        """Sends due deliveries to each recipient that this process is not already sending to."""
        try:
            waiting = dict.fromkeys(delivery.recipient for delivery in self._due())
        except Exception:
            self.failures += 1
            log.exception("outbox_not_read")
            return
        for recipient in waiting:
            if recipient in self._busy:
                self._missed.add(recipient)
            else:
                self._busy.add(recipient)
                self.spawn(partial(self._send_all, recipient))

    def _due(self) -> Sequence[Delivery]:
        with self.database.read() as rows:
            return outbox.due_deliveries(rows, self.database.clock.now())

    def _due_to(self, recipient: str) -> Sequence[Delivery]:
        return [each for each in self._due() if each.recipient == recipient]

    def _send_all(self, recipient: str) -> None:
        """Until nothing is due there: a delivery that failed waits, those of other halls go on."""
        try:
            while (mine := self._due_to(recipient)) or recipient in self._missed:
                self._missed.discard(recipient)
                for delivery in mine:
                    self._send(delivery)
        except Exception:
            self.failures += 1
            log.exception("deliveries_not_sent", recipient=recipient)
        finally:
            self._busy.discard(recipient)

    def _send(self, delivery: Delivery) -> None:
        now = self.database.clock.now()
        with self.database.store.write() as rows:
            if not outbox.DELIVERIES.take(rows, delivery, now):
                return
        with self.database.read() as rows:
            recipient = recipient_of(rows, delivery.recipient)
        if recipient is None:  # removed meanwhile
            with self.database.store.write() as rows:
                outbox.give_up(rows, delivery.id, now)
            return
        refused = self.try_to_send(recipient, delivery.id, delivery.body)
        now = self.database.clock.now()
        with self.database.store.write() as rows:
            if refused is None:
                outbox.DELIVERIES.note_sent(rows, delivery, now)
                return
            again_at = next_try(delivery.queued_at, delivery.tries + 1, now)
            outbox.DELIVERIES.note_failed(rows, delivery, refused.code, now=now, again_at=again_at)

    def try_to_send(self, recipient: Recipient, delivery: str, body: str) -> SendRefused | None:
        """Sends once, now; why it did not arrive, None when it did."""
        try:
            self.channels[recipient.channel].send(recipient, delivery, body, now=self.database.clock.now())
        except SendRefused as refused:
            log.warning("not_sent", recipient=recipient.id, code=refused.code, told=refused.answer)
            return refused
        except Exception as error:
            self.failures += 1
            log.exception("not_sent", recipient=recipient.id)
            return SendRefused(f"{recipient.channel}_unreachable", type(error).__name__)
        return None
