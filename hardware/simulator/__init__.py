"""A simulated ESC/POS printer, on TCP or on a cable: status, faults, tickets as pictures.

Printers of one process are shown and switched by others of this computer by lines of JSON on a socket: a
request is `{"ask": "printers"}`, `{"ask": "picture", "name", "number"}`,
`{"ask": "switch", "name", "fault", "is_on"}` or `{"ask": "set_up", "address", "user", "secret"}`, the
answer one line.
"""

import base64
import contextlib
import json
import socket
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from hardware.simulator.epson_printer import EpsonFault, SimulatedEpsonPrinter
from hardware.simulator.network_line import LineFault, SimulatedLine
from hardware.simulator.printer import PrinterFault, SimulatedPrinter
from hardware.simulator.star_printer import SimulatedStarPrinter, StarFault

LONGEST_LINE = 4 << 20
_ANSWER_WITHIN_S = 5.0
_LOOK_AROUND_S = 0.2
_FAULTS: dict[str, type[PrinterFault] | type[StarFault] | type[EpsonFault] | type[LineFault]] = {
    each.__name__: each for each in (PrinterFault, StarFault, EpsonFault, LineFault)
}

type AnyFault = PrinterFault | StarFault | EpsonFault | LineFault
type AnyPulledPrinter = SimulatedStarPrinter | SimulatedEpsonPrinter
type OwnPrinter = SimulatedPrinter | AnyPulledPrinter | SimulatedLine
"""Lines of the network are shown and switched like printers."""
type SetUp = Callable[[str, str, str], bool]
"""Sets up a printer that fetches its jobs: address, user, secret; False when the address is not allowed."""
type Connect = Callable[[], socket.socket]
"""A connection to the process that has the printers; raises OSError when there is none."""


class PrinterSharing:
    """Answers on a listening socket for the printers of this process, until it is stopped."""

    def __init__(
        self,
        listening: socket.socket,
        printers: Callable[[], Mapping[str, OwnPrinter]],
        set_up: SetUp = lambda *_: False,
    ) -> None:
        self._listening = listening
        self._printers = printers
        self._set_up = set_up
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="printers-shared", daemon=True)

    def start(self) -> "PrinterSharing":
        """Begin to answer."""
        self._listening.settimeout(_LOOK_AROUND_S)
        self._thread.start()
        return self

    def stop(self) -> None:
        """Close the socket."""
        self._stopping.set()
        self._thread.join(timeout=5)
        self._listening.close()

    def _serve(self) -> None:
        while not self._stopping.is_set():
            try:
                asking, _ = self._listening.accept()
            except TimeoutError:
                continue
            except OSError:
                return
            with contextlib.closing(asking), contextlib.suppress(OSError):
                asking.settimeout(_ANSWER_WITHIN_S)
                asking.sendall(json.dumps(self.answer(_line(asking))).encode() + b"\n")

    def answer(self, line: bytes) -> Any:
        """The answer to a request; None for an unknown one."""
        try:
            request = json.loads(line)
            if request["ask"] == "printers":
                return {name: _describe(printer) for name, printer in self._printers().items()}
            if request["ask"] == "set_up":
                return self._set_up(request["address"], request["user"], request["secret"])
            printer = self._printers()[request["name"]]
            if request["ask"] == "picture":
                png = printer.picture(request["number"])
                return None if png is None else base64.b64encode(png).decode()
            switch_fault(printer, request["fault"], is_on=request["is_on"])
        except (ValueError, KeyError, TypeError):
            return None
        return True


@dataclass(frozen=True, slots=True)
class ReceivedTicket:
    """A receipt of a printer that another process runs."""

    number: int
    received_at: datetime


class SharedPrinter:
    """A printer that another process runs, in its state at the time of the request."""

    def __init__(self, name: str, state: Mapping[str, Any], connect: Connect) -> None:
        self.name = name
        self.host: str = state["host"]
        self.port: int = state["port"]
        self.cable = None if state["cable"] is None else Path(state["cable"])
        self.speed: int | None = state["speed"]
        self.asks_at: str | None = state["asks_at"]
        self.fault_kind = _FAULTS[state["fault_kind"]]
        self._faults = frozenset(self.fault_kind(fault) for fault in state["faults"])
        self._tickets = [
            ReceivedTicket(number, datetime.fromisoformat(received_at))
            for number, received_at in state["tickets"]
        ]
        self._connect = connect

    def tickets(self) -> list[ReceivedTicket]:
        """The last 20 tickets, newest first."""
        return self._tickets

    def faults(self) -> frozenset[AnyFault]:
        """The faults that are on."""
        return self._faults

    def picture(self, number: int) -> bytes | None:
        """A ticket as PNG; None when it is no longer kept."""
        answer = _ask(self._connect, {"ask": "picture", "name": self.name, "number": number})
        return None if answer is None else base64.b64decode(answer)

    def set_fault(self, fault: AnyFault) -> None:
        """Turn a fault on."""
        self._switch(fault, is_on=True)

    def clear_fault(self, fault: AnyFault) -> None:
        """Turn a fault off."""
        self._switch(fault, is_on=False)

    def _switch(self, fault: AnyFault, *, is_on: bool) -> None:
        _ask(self._connect, {"ask": "switch", "name": self.name, "fault": fault.value, "is_on": is_on})


def shared_printers(connect: Connect) -> dict[str, SharedPrinter]:
    """The printers of the process that has them, by name; none when no process has."""
    printers = _ask(connect, {"ask": "printers"}) or {}
    return {name: SharedPrinter(name, each, connect) for name, each in printers.items()}


def set_up_elsewhere(connect: Connect, address: str, user: str, secret: str) -> bool:
    """Sets up a printer in the process that has the printers; False when it may not, or none has."""
    request = {"ask": "set_up", "address": address, "user": user, "secret": secret}
    return _ask(connect, request) is True


def switch_fault(printer: OwnPrinter | SharedPrinter, fault: str, *, is_on: bool) -> None:
    """Turns a fault of a printer on or off, by its name. ValueError for one that it does not know."""
    match printer:
        case SimulatedPrinter():
            (printer.set_fault if is_on else printer.clear_fault)(PrinterFault(fault))
        case SimulatedStarPrinter():
            (printer.set_fault if is_on else printer.clear_fault)(StarFault(fault))
        case SimulatedEpsonPrinter():
            (printer.set_fault if is_on else printer.clear_fault)(EpsonFault(fault))
        case SimulatedLine():
            (printer.set_fault if is_on else printer.clear_fault)(LineFault(fault))
        case SharedPrinter():
            (printer.set_fault if is_on else printer.clear_fault)(printer.fault_kind(fault))


def _describe(printer: OwnPrinter) -> dict[str, Any]:
    return {
        "asks_at": printer.asks_at,
        "fault_kind": printer.fault_kind.__name__,
        "host": printer.host,
        "port": printer.port,
        "cable": None if printer.cable is None else str(printer.cable),
        "speed": printer.speed,
        "faults": sorted(printer.faults()),
        "tickets": [[ticket.number, ticket.received_at.isoformat()] for ticket in printer.tickets()],
    }


def _ask(connect: Connect, request: Mapping[str, Any]) -> Any:
    try:
        with contextlib.closing(connect()) as connection:
            connection.settimeout(_ANSWER_WITHIN_S)
            connection.sendall(json.dumps(request).encode() + b"\n")
            line = _line(connection)
    except OSError:
        return None
    return json.loads(line) if line else None


def _line(connection: socket.socket) -> bytes:
    parts: list[bytes] = []
    while not parts or not parts[-1].endswith(b"\n"):
        part = connection.recv(65_536)
        if not part or sum(map(len, parts)) > LONGEST_LINE:
            break
        parts.append(part)
    return b"".join(parts)
