"""A simulated line of the network: a port of this computer that leads to another and can be unplugged."""

import contextlib
import select
import socket
import threading
from enum import StrEnum
from typing import Self

from hardware.simulator.faulty_printer import FaultyPrinter

LOOK_AROUND_S = 0.1


class LineFault(StrEnum):
    """What can go wrong with a line.

    `line_cut`: connections end, new ones are refused at once. `line_silent`: nothing arrives any more, as
    when the network is away, and everything does once it is back.
    """

    LINE_CUT = "line_cut"
    LINE_SILENT = "line_silent"


class SimulatedLine(FaultyPrinter[LineFault]):
    """A line from `host:port` (port 0: any free one) to a port `leads_to` of this computer."""

    fault_kind = LineFault
    asks_at = cable = speed = None

    def __init__(self, host: str = "127.0.0.1", port: int = 0, *, leads_to: int) -> None:
        super().__init__()
        self.host, self.port, self.leads_to = host, port, leads_to
        self._listening: socket.socket | None = None
        self._ends: set[socket.socket] = set()

    def start(self) -> Self:
        """Listens; raises OSError when the port is taken."""
        self._open()
        self._thread = threading.Thread(target=self._accept, name=f"line-{self.port}", daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        """Cuts every connection."""
        super().stop()
        self._cut()

    def set_fault(self, fault: LineFault) -> None:
        """Unplugs it."""
        with self._lock:
            self._faults.add(fault)
        if fault is LineFault.LINE_CUT:
            self._cut()

    def clear_fault(self, fault: LineFault) -> None:
        """Plugs it in again."""
        with self._lock:
            self._faults.discard(fault)
            if fault is LineFault.LINE_CUT and self._listening is None:
                self._open()

    def _open(self) -> None:
        listening = socket.socket()
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((self.host, self.port))
        listening.listen(64)
        listening.settimeout(LOOK_AROUND_S)
        self.port, self._listening = listening.getsockname()[1], listening

    def _cut(self) -> None:
        with self._lock:
            listening, self._listening = self._listening, None
            ends = list(self._ends)
        if listening is not None:
            listening.close()
        for each in ends:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while not self._stopping.is_set():
            listening = self._listening
            if listening is None:
                self._stopping.wait(LOOK_AROUND_S)
                continue
            with contextlib.suppress(OSError):
                client, _ = listening.accept()
                threading.Thread(target=self._carry, args=(client,), daemon=True).start()

    def _carry(self, client: socket.socket) -> None:
        """Carries bytes between a client and the other port until one of them ends."""
        with contextlib.closing(client), contextlib.suppress(OSError):
            self._wait_while_silent()
            with contextlib.closing(socket.create_connection((self.host, self.leads_to), 2.0)) as server:
                with self._lock:
                    self._ends |= {client, server}
                try:
                    self._carry_between(client, server)
                finally:
                    with self._lock:
                        self._ends -= {client, server}

    def _carry_between(self, client: socket.socket, server: socket.socket) -> None:
        other = {client: server, server: client}
        while not self._stopping.is_set() and LineFault.LINE_CUT not in self._faults:
            for each in select.select([client, server], [], [], LOOK_AROUND_S)[0]:
                received = each.recv(65_536)
                if not received:
                    return
                self._wait_while_silent()
                other[each].sendall(received)

    def _wait_while_silent(self) -> None:
        while LineFault.LINE_SILENT in self._faults and not self._stopping.is_set():
            if LineFault.LINE_CUT in self._faults:
                return
            self._stopping.wait(LOOK_AROUND_S)
