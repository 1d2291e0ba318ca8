"""Offices on each kind of database whose alarms are sent, and the endpoints to which they are sent."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_bytes
from email.header import decode_header, make_header
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import BaseRequestHandler, ThreadingTCPServer
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

from server.domain.instants import EPOCH
from server.sending import FAILURES, SendRefused
from server.sending.mail import Letters, MailServer
from server.sending.sender import Channel, Sender, Webhooks
from server.settings import Settings
from server.store.alarms import Recipient
from server.store.transactions.database import Database
from server.usecases.alarms.alarm_recipients import RecipientLine, read_recipients
from tests.harness.sentences import TRANSLATE
from tests.harness.sharing import free_port
from tests.server.usecases.alarms.faulty_hall import FaultyHall, faulty_hall

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
class Endpoint:
    """An endpoint of webhooks: the requests it received, by path; `status` it answers; `hold` is set at its
    end.

    `before_answer` is called once it has taken something.
    """

    address: str = ""
    status: int = 204
    taken: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    hold: threading.Event = field(default_factory=threading.Event)
    hanging: threading.Event = field(default_factory=threading.Event)
    before_answer: Callable[[], None] = lambda: None


class _Answers(BaseHTTPRequestHandler):
    endpoint: Endpoint

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/hangs":
            self.endpoint.hanging.set()
            self.endpoint.hold.wait()
            return
        if self.path == "/drips":
            self._drip()
            return
        self.endpoint.taken.append((self.path, {k.lower(): v for k, v in self.headers.items()}, body))
        self.endpoint.before_answer()
        self.send_response(self.endpoint.status if self.path != "/moved" else 302)
        if self.path == "/moved":
            self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _drip(self) -> None:
        """A head that never ends, a byte at a time."""
        try:
            self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
            while not self.endpoint.hold.wait(0.02):
                self.wfile.write(b"x")
                self.wfile.flush()
        except OSError:
            self.close_connection = True  # the client has gone

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as http.server names it
        """Says nothing."""


@contextmanager
def webhook_endpoint() -> Iterator[Endpoint]:
    """The endpoint while it runs."""
    endpoint = Endpoint()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Answers", (_Answers,), {"endpoint": endpoint}))
    server.daemon_threads = True
    endpoint.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield endpoint
    finally:
        endpoint.hold.set()
        server.shutdown()
        thread.join()
        server.server_close()


class _Slow(BaseRequestHandler):
    """A mail server that says nothing, or one byte of its greeting after the other and never the last."""

    server: "_SlowServer"

    def handle(self) -> None:
        hold = self.server.hold
        try:
            while not hold.wait(0.02):
                if self.server.drips:
                    self.request.sendall(b"2")
        except OSError:
            return  # the caller has gone


class _SlowServer(ThreadingTCPServer):
    daemon_threads = True
    hold = threading.Event()
    drips = False


@contextmanager
def slow_mail_server(*, drips: bool) -> Iterator[int]:
    """The port of a mail server that never sends a greeting."""
    with _SlowServer(("127.0.0.1", 0), _Slow) as server:
        server.hold, server.drips = threading.Event(), drips
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.hold.set()
            server.shutdown()
            thread.join()


@dataclass
class Mailbox:
    """A server that accepts letters; `refuses`: its answer to a recipient instead, `farewell`: to QUIT."""

    port: int = 0
    letters: list[Any] = field(default_factory=list)
    refuses: str | None = None
    farewell: str = "221 Bye"

    async def handle_RCPT(  # noqa: N802 - as aiosmtpd names it
        self, server: SMTP, _: Any, envelope: Any, address: str, options: Any
    ) -> str:
        if self.refuses is not None:
            return self.refuses
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - as aiosmtpd names it
        self, server: SMTP, _: Any, envelope: Any
    ) -> str:
        self.letters.append(envelope)
        return "250 OK"

    async def handle_QUIT(  # noqa: N802 - as aiosmtpd names it
        self, server: SMTP, _: Any, envelope: Any
    ) -> str:
        return self.farewell


@contextmanager
def mailbox(**how: Any) -> Iterator[Mailbox]:
    """The server of letters while it runs; `how`: as aiosmtpd takes it."""
    box = Mailbox()
    controller = Controller(box, hostname="127.0.0.1", port=free_port(), **how)
    controller.start()
    box.port = controller.port
    try:
        yield box
    finally:
        controller.stop()


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


def code_of(send: Any, to: Recipient, office: Office) -> str:
    with pytest.raises(SendRefused) as refused:
        send.send(to, "d", TRIAL, now=office.hall.hands.now)
    assert refused.value.code in FAILURES
    return refused.value.code


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with webhook_endpoint() as found:
        yield found


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with mailbox() as found:
        yield found


@pytest.fixture
def office(sqlite_url: str, box: Mailbox) -> Iterator[Office]:
    with opened_office(sqlite_url, box) as found:
        yield found


@pytest.fixture
def any_office(database_url: str, box: Mailbox) -> Iterator[Office]:
    with opened_office(database_url, box) as found:
        yield found
