"""A hall, the recipients of its alarms, and the outbox of one worker that sends to real endpoints."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_bytes
from email.header import decode_header, make_header
from typing import Any

from server.domain.instants import EPOCH
from server.sending.mail import Letters, MailServer
from server.sending.sender import Channel, Sender, Webhooks
from server.settings import Settings
from server.store.alarms import Recipient
from server.store.transactions.database import Database
from server.usecases.alarms.alarm_recipients import RecipientLine, read_recipients
from tests.server.sending.endpoints import Endpoint, Mailbox
from tests.server.usecases.alarms.faulty_hall import TRANSLATE, FaultyHall, faulty_hall

TRIAL = json.dumps(
    {
        "type": "alarm.test",
        "data": {
            "alarm": "test",
            "hall": {"id": "laon", "name": "Hall"},
            "site": {"id": "laon", "name": "Préfecture"},
            "language": "fr",
            "text": "Essai.",
        },
    }
)


@dataclass
class Threads:
    """Runs spawned work beside the test; `settle` waits for all of it except work that hangs."""

    started: list[threading.Thread] = field(default_factory=list)

    def spawn(self, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work, daemon=True)
        self.started.append(thread)
        thread.start()

    def settle(self) -> None:
        while running := [each for each in self.started if each.is_alive()]:
            running[0].join(20)


@dataclass
class Office:
    """A hall, the recipients, and the outbox of one worker."""

    hall: FaultyHall
    sender: Sender
    threads: Threads

    def breaks(self) -> None:
        """The paper is out, as of this round."""
        self.hall.printer = "paper_out"
        self.hall.look()

    def is_mended(self) -> None:
        self.hall.printer = "ready"
        self.hall.look()
        self.hall.look()

    def later(self, seconds: float) -> None:
        self.hall.hands.now += timedelta(seconds=seconds)
        self.sender.send_due()
        self.threads.settle()

    def standing(self) -> dict[str, RecipientLine]:
        return {each["recipient"]: each for each in read_recipients(self.hall.database, lambda _: True)}


def sender_for(database: Database, box_port: int, threads: Threads, **webhooks: Any) -> Sender:
    settings = Settings(
        smtp_host="127.0.0.1", smtp_port=box_port, smtp_tls="none", smtp_from="parvis@example.org"
    )
    channels: dict[str, Channel] = {
        "email": Letters(MailServer(settings, within_s=2), TRANSLATE),
        "webhook": Webhooks(**{"may_be_private": True, "within_s": 2, **webhooks}),
    }
    return Sender(database, channels, threads.spawn)


@contextmanager
def opened_office(url: str, box: Mailbox) -> Iterator[Office]:
    """The office while it is open; its deliveries are settled at its end."""
    with faulty_hall(url) as hall:
        threads = Threads()
        sender = sender_for(hall.database, box.port, threads)
        hall.database.subscribers.append(sender.committed)
        hall.look()
        yield Office(hall, sender, threads)
        threads.settle()
        assert sender.failures == 0


def types(endpoint: Endpoint, path: str = "/hook") -> list[str]:
    return [json.loads(body)["type"] for where, _, body in endpoint.taken if where == path]


def subjects(box: Mailbox) -> list[str]:
    return [subject_of(each.content) for each in box.letters]


def subject_of(content: bytes) -> str:
    return str(make_header(decode_header(message_from_bytes(content)["Subject"])))


def text_of_letter(content: bytes) -> str:
    payload = message_from_bytes(content).get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload.decode()


def recipient(address: str, channel: str = "webhook") -> Recipient:
    return Recipient("r", channel, "laon", address, "kept", EPOCH, "whsec_AAAA")
