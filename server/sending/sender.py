"""Sends what is in the outbox: each recipient in a thread of its own, each hall's deliveries in their order.

A recipient that hangs or refuses delays nobody else, and no hall: nothing here holds a hall's lock. Every
worker sends; a delivery is taken before it leaves. Sent at least once: a worker that dies between the answer
and its note sends again, with the same id. To a webhook goes one signed POST, without redirect, to an address
that was checked; of the answer only its status is read, and it is over when its time is, whatever drips.
"""

import ssl
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, partial
from typing import Any, Protocol

import httpcore
import structlog

from server.domain.alarms.signs import next_try, signed_headers
from server.domain.facts import OF_ALARMS
from server.sending import SendRefused
from server.store import outbox
from server.store.alarms import Recipient, recipient_of
from server.store.outbox import Delivery
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import Commit
from signage.feeds import PrivateAddress, UnknownHost, checked_address

log = structlog.get_logger()

LOOK_S = 5.0
"""Seconds between two checks of the outbox for deliveries that are due again."""
WITHIN_S = 10.0
"""How long an endpoint has from the look-up of its name to the status of its answer."""


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

    def _send_all(self, recipient: str) -> None:
        """Until nothing is due there: a delivery that failed waits, those of other halls go on."""
        try:
            while (
                mine := [each for each in self._due() if each.recipient == recipient]
            ) or recipient in self._missed:
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


class CheckedNetwork(httpcore.NetworkBackend):
    """Connects to public addresses only, unless others are allowed; all of it within `within_s` seconds."""

    def __init__(self, *, may_be_private: bool, within_s: float) -> None:
        self._may_be_private = may_be_private
        self._ends_at_s = time.monotonic() + within_s
        self._network = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """A stream to the address that was checked. Raises SendRefused."""
        try:
            address = checked_address(host, port, may_be_private=self._may_be_private)
        except UnknownHost as error:
            raise SendRefused("webhook_unknown_host") from error
        except PrivateAddress as error:
            raise SendRefused("webhook_private") from error
        stream = self._network.connect_tcp(
            address, port, self._left_s(), local_address=local_address, socket_options=socket_options
        )
        return _EndingStream(stream, self._ends_at_s)

    def _left_s(self) -> float:
        return max(0.01, self._ends_at_s - time.monotonic())


class _EndingStream(httpcore.NetworkStream):
    """A stream that gives each step what is left of the whole time."""

    def __init__(self, stream: httpcore.NetworkStream, ends_at_s: float) -> None:
        self._stream, self._ends_at_s = stream, ends_at_s

    def _left_s(self) -> float:
        left_s = self._ends_at_s - time.monotonic()
        if left_s <= 0:
            raise httpcore.ReadTimeout
        return left_s

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._left_s())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._left_s())

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        secured = self._stream.start_tls(ssl_context, server_hostname, self._left_s())
        return _EndingStream(secured, self._ends_at_s)

    def get_extra_info(self, name: str) -> Any:
        return self._stream.get_extra_info(name)


@dataclass(frozen=True, slots=True)
class Posting:
    """Where requests may go: `may_be_private`, also to addresses of this machine and its network."""

    may_be_private: bool = False
    within_s: float = WITHIN_S
    tls: ssl.SSLContext = field(default_factory=cache(ssl.create_default_context))

    def post(self, address: str, headers: Mapping[str, str], content: bytes) -> None:
        """Sends one POST; returns once the endpoint has answered 2xx. Raises SendRefused."""
        network = CheckedNetwork(may_be_private=self.may_be_private, within_s=self.within_s)
        fields: dict[bytes | str, bytes | str] = {"User-Agent": "Parvis"}
        fields.update(headers)
        try:
            with (
                httpcore.ConnectionPool(
                    ssl_context=self.tls, network_backend=network, max_connections=1
                ) as pool,
                pool.stream("POST", address, headers=fields, content=content) as answer,
            ):
                status = answer.status
        except (httpcore.TimeoutException, TimeoutError) as error:
            raise SendRefused("webhook_silent") from error
        except (
            httpcore.NetworkError,
            httpcore.ProtocolError,
            httpcore.UnsupportedProtocol,
            OSError,
        ) as error:
            raise SendRefused("webhook_unreachable", type(error).__name__) from error
        if not 200 <= status < 300:
            raise SendRefused("webhook_refused", str(status))


@dataclass(frozen=True, slots=True)
class Webhooks(Posting):
    """The way to webhooks: one signed POST."""

    def send(self, recipient: Recipient, delivery: str, body: str, *, now: datetime) -> None:
        """Returns once the endpoint has answered 2xx. Raises SendRefused."""
        content = body.encode()
        signed = signed_headers(recipient.secret or "", delivery, now, content)
        self.post(recipient.address, {"Content-Type": "application/json", **signed}, content)
