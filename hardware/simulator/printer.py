"""The simulated printer: an outlet that serves one client at a time, faults, a buffer, the last tickets.

While a fault stops it, it answers real-time questions, keeps the received bytes and prints them when the
fault is cleared, as Epson printers do. Threads and plain sockets only, which gevent may patch. What it
answers, bit by bit: Epson command reference (dle_eot, gs_lr, gs_la, gs_ci).
"""

import contextlib
import threading
from collections import deque
from collections.abc import Set
from enum import StrEnum
from pathlib import Path
from typing import Self

from hardware.simulator.commands import Command, CommandReader, RealTime
from hardware.simulator.faulty_printer import FaultyPrinter
from hardware.simulator.outlets import CableOutlet, Client, NetworkOutlet, Outlet
from hardware.simulator.paper import SimulatedPaper

MAKER, MODEL = b"PARVIS", b"SIMULATED"
_LARGEST_BUFFER = 4096
_MOST_KEPT_BYTES = 8 << 20
"""What a stopped printer keeps; the connection that sends more is dropped."""
_ROOM_ON_A_LINE = 4096


class PrinterFault(StrEnum):
    """What can go wrong with a printer. `buffer_clear` is a moment, the others stay until cleared."""

    NEAR_END = "near_end"
    PAPER_OUT = "paper_out"
    COVER_OPEN = "cover_open"
    OFFLINE = "offline"
    CUTTER = "cutter"
    MUTE = "mute"
    DIES_AFTER_BYTES = "dies_after_bytes"
    NOT_TAKEN = "not_taken"
    BUFFER_CLEAR = "buffer_clear"


BLOCKING = frozenset(
    {PrinterFault.PAPER_OUT, PrinterFault.COVER_OPEN, PrinterFault.OFFLINE, PrinterFault.CUTTER}
)
"""Faults that stop printing; the buffer keeps the received bytes."""


def status(number: int, faults: Set[PrinterFault]) -> bytes:
    """The answer to DLE EOT n, n from 1 to 4."""
    near_end = PrinterFault.NEAR_END in faults or PrinterFault.PAPER_OUT in faults
    bits = {
        1: 0x08 * bool(BLOCKING & faults),
        2: 0x04 * (PrinterFault.COVER_OPEN in faults)
        | 0x20 * (PrinterFault.PAPER_OUT in faults)
        | 0x40 * (PrinterFault.CUTTER in faults),
        3: 0x08 * (PrinterFault.CUTTER in faults),
        4: 0x0C * near_end | 0x60 * (PrinterFault.PAPER_OUT in faults),
    }
    return bytes((0x12 | bits[number],))


def full_status(faults: Set[PrinterFault]) -> bytes:
    """The six bytes of a printer of Custom that answer 10h 04h 14h: paper, user, errors."""
    paper = (
        0x01 * (PrinterFault.PAPER_OUT in faults)
        | 0x04 * (PrinterFault.NEAR_END in faults)
        | 0x20 * (PrinterFault.NOT_TAKEN in faults)
    )
    user = 0x02 * (PrinterFault.COVER_OPEN in faults)
    return bytes((0x10, 0x0F, paper, user, 0x00, 0x01 * (PrinterFault.CUTTER in faults)))


def sensor(faults: Set[PrinterFault]) -> bytes:
    """The answer to GS r 1."""
    near_end = PrinterFault.NEAR_END in faults or PrinterFault.PAPER_OUT in faults
    return bytes((0x03 * near_end | 0x0C * (PrinterFault.PAPER_OUT in faults),))


def pushed_status(faults: Set[PrinterFault]) -> bytes:
    """The four bytes of Automatic Status Back."""
    first = 0x10 | 0x08 * bool(BLOCKING & faults) | 0x20 * (PrinterFault.COVER_OPEN in faults)
    second = 0x08 * (PrinterFault.CUTTER in faults)
    return bytes((first, second)) + sensor(faults) + b"\x00"


def identity(number: int) -> bytes | None:
    """The answer to GS I n; None for a value that the printer does not report."""
    if number in (1, 49):
        return b"\x20"
    named = {66: MAKER, 67: MODEL}.get(number)
    return None if named is None else b"\x5f" + named + b"\x00"


class SimulatedPrinter(FaultyPrinter[PrinterFault]):
    """A printer at `host:port` (port 0: any free one, see `port` after `start`), or on a cable.

    `cable`: the path of a link to a pseudo-terminal that stands for the file of a printer on USB, or for a
    serial line of `speed` bits a second; there it says XOFF when it is stopped and its buffer is full.
    `has_process_id`: answers GS ( H fn 48. `dies_after` is how many bytes of one connection, or since it
    was set, the fault `dies_after_bytes` swallows; a cable is then plugged in again. `paper_rows` dots of
    paper are left on the roll, None for ever; at 0 the fault `paper_out` sets itself.
    """

    fault_kind = PrinterFault
    asks_at = None
    """It is sent its jobs, and asks nobody for them."""

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        cable: Path | None = None,
        speed: int | None = None,
        width_dots: int = 576,
        has_process_id: bool = True,
        fonts_dir: Path | None = None,
    ) -> None:
        super().__init__()
        self.host = host
        self.port = port
        self.cable = cable
        self.speed = speed
        self.has_process_id = has_process_id
        self.dies_after = 600
        self.paper_rows: int | None = None
        self._paper = SimulatedPaper(width_dots, fonts_dir)
        self._buffer: deque[Command] = deque()
        self._kept_bytes = 0
        self._swallowed = 0
        self._is_pushing = False
        self._is_full = False
        self._outlet: Outlet | None = None
        self._client: Client | None = None

    def start(self) -> Self:
        """Listen; raises OSError when the port is taken."""
        network = NetworkOutlet(self.host, self.port)
        self._outlet = network if self.cable is None else CableOutlet(self.cable, self.speed)
        self._outlet.open()
        self.port = network.port
        self._stopping.clear()
        self._thread = threading.Thread(target=self._serve, name=f"printer-{self.port}", daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        """Close the port and the connection in use."""
        super().stop()
        if self._outlet is not None:
            self._outlet.close()

    def set_fault(self, fault: PrinterFault) -> None:
        """Turn a fault on; `buffer_clear` drops unprinted bytes and stays off."""
        with self._lock:
            if fault is PrinterFault.BUFFER_CLEAR:
                self._clear_buffer()
            elif fault not in self._faults:
                self._faults.add(fault)
                self._swallowed = 0
                self._push()

    def clear_fault(self, fault: PrinterFault) -> None:
        """Turn a fault off; kept bytes are printed once no fault stops it. Paper out: a new roll is in."""
        with self._lock:
            if fault not in self._faults:
                return
            self._faults.discard(fault)
            if fault is PrinterFault.PAPER_OUT:
                self.paper_rows = None
            self._push()
            self._work()
            self._hold_back()

    def _serve(self) -> None:
        assert self._outlet is not None
        while not self._stopping.is_set():
            try:
                client = self._outlet.accept()
            except OSError:
                return
            if client is not None:
                with contextlib.closing(client):
                    self._attend(client)

    def _attend(self, client: Client) -> None:
        """One client until it leaves."""
        reader = CommandReader()
        with self._lock:
            self._client, self._is_pushing, self._swallowed = client, False, 0
        try:
            while not self._stopping.is_set():
                try:
                    received = client.recv(_LARGEST_BUFFER)
                except TimeoutError:
                    continue
                if not received:
                    return
                if not self._take(reader, received):
                    return
        except OSError:
            return
        finally:
            with self._lock:
                self._client = None

    def _take(self, reader: CommandReader, received: bytes) -> bool:
        """Act on bytes; False when the connection is to be dropped."""
        with self._lock:
            self._swallowed += len(received)
            if PrinterFault.MUTE in self._faults:
                return True
            if PrinterFault.DIES_AFTER_BYTES in self._faults and self._swallowed >= self.dies_after:
                self._clear_buffer()
                return False
            realtime, commands = reader.feed(received)
            self._buffer.extend(commands)
            self._kept_bytes += len(received) if commands else 0
            for request in realtime:
                self._act_at_once(request, reader)
            self._work()
            self._hold_back()
            return not commands or self._kept_bytes <= _MOST_KEPT_BYTES

    def _act_at_once(self, request: RealTime, reader: CommandReader) -> None:
        if request.name == "status":
            self._send(status(request.number, self._faults))
        elif request.name == "full_status":
            self._send(full_status(self._faults))
        elif request.name == "clear_buffer":
            reader.forget()
            self._clear_buffer()
            self._send(b"\x37\x25\x00")
        elif request.name == "recover":
            self._faults.discard(PrinterFault.CUTTER)

    def _work(self) -> None:
        """Print what waits, until it is done or a fault stops the printer."""
        while self._buffer and not BLOCKING & self._faults:
            command = self._buffer[0]
            if not self._has_paper_for(command):
                self._faults.add(PrinterFault.PAPER_OUT)
                self._push()
                return
            self._buffer.popleft()
            self._print(command)
        if not self._buffer:
            self._kept_bytes = 0

    def _has_paper_for(self, command: Command) -> bool:
        if self.paper_rows is None:
            return True
        rows = self._paper.rows_of(command)
        if rows > self.paper_rows:
            return False
        self.paper_rows -= rows
        return True

    def _print(self, command: Command) -> None:
        n = command.content[0] if command.content else 0
        match command.name:
            case "GS r":
                self._send(sensor(self._faults) if n in (1, 49) else b"")
            case "GS I":
                self._send(identity(n) or b"")
            case "GS ( H" if self.has_process_id and len(command.content) == 6:
                self._send(b"\x37\x22" + command.content[2:6] + b"\x00")
            case "GS a":
                self._is_pushing = bool(n)
                self._push()
            case "GS V" | "ESC i" | "ESC m":
                self._cut()
            case _:
                if command.name == "ESC @":
                    self._is_pushing = False
                self._paper.take(command)

    def _cut(self) -> None:
        receipt = self._paper.finish()
        if receipt is not None:
            self._keep_ticket(*receipt)

    def _clear_buffer(self) -> None:
        self._buffer.clear()
        self._kept_bytes = 0
        self._paper.finish()

    def _hold_back(self) -> None:
        """On a serial line: XOFF while it keeps more than it has room for, XON once it goes on."""
        is_full = self.speed is not None and self._kept_bytes > _ROOM_ON_A_LINE
        if is_full != self._is_full:
            self._is_full = is_full
            self._send(b"\x13" if is_full else b"\x11")

    def _push(self) -> None:
        if self._is_pushing:
            self._send(pushed_status(self._faults))

    def _send(self, reply: bytes) -> None:
        if self._client is None or not reply or PrinterFault.MUTE in self._faults:
            return
        with contextlib.suppress(OSError):
            self._client.sendall(reply)
