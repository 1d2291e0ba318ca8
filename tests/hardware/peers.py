"""Peers that behave as bad printers do, and a relay that lets a fault happen in the middle of a ticket."""

import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from hardware.transports.tcp import TcpAddress

READY = {1: 0x12, 2: 0x12, 3: 0x12, 4: 0x12}


@contextmanager
def peer(
    attend: Callable[[socket.socket], None], *, receive_buffer: int | None = None
) -> Iterator[TcpAddress]:
    """A listening peer that gives each client to `attend`, one at a time."""
    listener = socket.create_server(("127.0.0.1", 0))
    if receive_buffer:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    listener.settimeout(0.1)
    done = threading.Event()

    def serve() -> None:
        while not done.is_set():
            try:
                client, _ = listener.accept()
            except TimeoutError:
                continue
            with client, contextlib.suppress(OSError):
                client.settimeout(0.1)
                attend(client)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield TcpAddress(*listener.getsockname())
    finally:
        done.set()
        thread.join(timeout=10)
        listener.close()


def mute(client: socket.socket) -> None:
    for _ in pieces(client):
        pass


def closes(client: socket.socket) -> None:
    client.close()


def resets(client: socket.socket) -> None:
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()


def pieces(client: socket.socket) -> Iterator[bytes]:
    """What the client sends until it leaves."""
    while True:
        try:
            received = client.recv(4096)
        except TimeoutError:
            continue
        if not received:
            return
        yield received


def answering(
    *,
    answers: dict[int, int] = READY,
    greeting: bytes = b"",
    on_ticket: Callable[[socket.socket], bool] = lambda client: True,
    sensor: bytes | None = None,
) -> Callable[[socket.socket], None]:
    """Answers DLE EOT, and GS r 1 by `sensor`; `on_ticket` at a ticket returns False to drop the client."""

    def attend(client: socket.socket) -> None:
        client.sendall(greeting)
        ticket_seen = False
        for received in pieces(client):
            for number in range(1, 5):
                client.sendall(bytes((answers[number],)) * received.count(bytes((0x10, 0x04, number))))
            if not ticket_seen and len(received) > 3:
                ticket_seen = True
                if not on_ticket(client):
                    return
            if sensor is not None and b"\x1d\x72\x01" in received:
                client.sendall(sensor)

    return attend


LONGEST_QUESTIONS = 60
"""Bytes of the questions of status that may arrive together where a machine is slow; a ticket is longer."""


@contextmanager
def relay(target: TcpAddress, before_ticket: Callable[[], None]) -> Iterator[TcpAddress]:
    """Passes bytes on to a printer, and calls `before_ticket` once, before the ticket's first bytes."""
    called: list[bool] = []

    def attend(client: socket.socket) -> None:
        with socket.create_connection((target.host, target.port), timeout=5) as printer:

            def back() -> None:
                with contextlib.suppress(OSError):
                    printer.settimeout(None)
                    while answer := printer.recv(4096):
                        client.sendall(answer)
                    client.shutdown(socket.SHUT_WR)

            returning = threading.Thread(target=back, daemon=True)
            returning.start()
            for received in pieces(client):
                if len(received) > LONGEST_QUESTIONS and not called:
                    called.append(True)
                    before_ticket()
                printer.sendall(received)
            printer.shutdown(socket.SHUT_RDWR)
            returning.join(timeout=5)

    with peer(attend) as address:
        yield address


@contextmanager
def careless_printer(roll: bytearray) -> Iterator[TcpAddress]:
    """A ready printer that takes many clients at once and prints all bytes on one `roll`, in the order of
    arrival.
    """
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.1)
    done = threading.Event()
    serving: list[threading.Thread] = []

    def attend(client: socket.socket) -> None:
        with client, contextlib.suppress(OSError):
            while received := client.recv(256):
                if received[:2] == b"\x10\x04":
                    client.sendall(b"\x12")
                elif received.endswith(b"\x1d\x72\x01"):
                    roll.extend(received[:-3])
                    client.sendall(b"\x00")
                else:
                    roll.extend(received)

    def accept() -> None:
        while not done.is_set():
            with contextlib.suppress(TimeoutError):
                client, _ = listener.accept()
                client.settimeout(10)
                serving.append(threading.Thread(target=attend, args=(client,), daemon=True))
                serving[-1].start()

    accepting = threading.Thread(target=accept, daemon=True)
    accepting.start()
    try:
        yield TcpAddress(*listener.getsockname())
    finally:
        done.set()
        for thread in (accepting, *serving):
            thread.join(timeout=10)
        listener.close()
