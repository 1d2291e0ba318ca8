"""The state of a printer, which its driver reads and keeps for the supervisor, and its abilities."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

from hardware.status import PrinterDeadlines, PrinterState
from hardware.transports import ConnectionLost, PrinterUnreachable, SendDeadline
from hardware.transports.serial_line import SerialAddress
from hardware.verdict import PrinterTraits, probe, read_state
from server.domain.hall.devices import PrinterConnection, PrinterDialect
from server.domain.instants import EPOCH
from server.domain.printing import printers
from server.printing.lease import LeaseLost
from server.printing.printer_addresses import address_of
from server.store.engine.rows import WrittenRows
from server.store.printing import leases
from server.store.printing.leases import PrinterLeaseToken
from server.store.printing.printers import note_roll, roll_in
from server.store.transactions.database import Database
from server.usecases.printing.printers import ProbeAnswers, keep_probe

NOWHERE = PrinterConnection(host=None, port=0, profile="raster-80", paper_mm=80)
"""The printer of jobs that no printer will print."""


class PrinterWatch:
    """The last state that was read of one printer, and its abilities."""

    def __init__(
        self, database: Database, cable: Path, *, poll_s: float, deadlines: PrinterDeadlines
    ) -> None:
        self._database = database
        self._cable = cable
        self._poll_s = poll_s
        self._deadlines = deadlines
        self.address = address_of(NOWHERE, cable)
        self._place = NOWHERE.place
        self._traits: PrinterTraits | None = None
        self._dialect: PrinterDialect = "epson"
        self._state: PrinterState | None = None
        self._since = EPOCH
        self._seen_at_s = 0.0
        self._noted: tuple[int, PrinterState, float] | None = None

    def aim(self, connection: PrinterConnection) -> None:
        """Sets the address of the printer; at a new address its abilities are read again."""
        address = address_of(connection, self._cable)
        if (address, connection.dialect) != (self.address, self._dialect):
            self.address, self._dialect = address, connection.dialect
            self._traits, self._state = None, None
        self._place = connection.place

    @property
    def traits(self) -> PrinterTraits:
        """The abilities of the printer; the least ones until they were read."""
        return self._traits or PrinterTraits(tells_outlet=self._dialect == "custom")

    def idle(self, token: PrinterLeaseToken) -> tuple[float, PrinterState]:
        """Asks an idle printer for its state every ten seconds; the seconds to the next time, and the state.

        Its abilities are asked once, when it is ready, and kept.
        """
        left_s = self._seen_at_s + self._poll_s - self._database.clock.elapsed_s()
        if self._state is not None and left_s > 0 and (self._traits or not self._state.may_print):
            return left_s, self._state
        state = self.state_now(token, at_most_s=0)
        if state.may_print and self._traits is None:
            self._ask_abilities(token.printer, state)
        return self._poll_s, state

    def state_now(self, token: PrinterLeaseToken, *, at_most_s: float) -> PrinterState:
        """The printer's state, at most `at_most_s` seconds old."""
        if self._state is None or self._database.clock.elapsed_s() - self._seen_at_s >= at_most_s:
            self.note_state(token, read_state(self.address, deadlines=self._deadlines, traits=self.traits))
        assert self._state is not None
        return self._state

    def note_state(self, token: PrinterLeaseToken, state: PrinterState) -> None:
        """Keeps a state that was just read. Raises LeaseLost when another worker has the printer by now."""
        now, elapsed_s = self._database.clock.now(), self._database.clock.elapsed_s()
        is_news = state is not self._state
        if is_news:
            self._state, self._since = state, now
        self._seen_at_s = elapsed_s
        is_noted = self._noted is not None and self._noted[:2] == (token.fence, state)
        if self._noted is not None and is_noted and elapsed_s - self._noted[2] < self._poll_s / 2:
            return
        with self._database.store.write() as rows:
            if not leases.note_state(rows, token, state.value, since=self._since, at=now):
                raise LeaseLost
            if is_news:
                _note_roll(rows, token.printer, state, now)
        self._noted = token.fence, state, elapsed_s

    def _ask_abilities(self, printer: str, state: PrinterState) -> None:
        try:
            abilities = probe(self.address, deadlines=self._deadlines)
        except (PrinterUnreachable, ConnectionLost, SendDeadline):
            return
        self._traits = replace(self.traits, has_process_id=abilities.has_process_id)
        speed = self.address.likely_speed if isinstance(self.address, SerialAddress) else None
        answers = ProbeAnswers(state.value, abilities.name, abilities.has_process_id, speed)
        keep_probe(self._database, printer, self._place, answers)


def _note_roll(rows: WrittenRows, printer: str, state: PrinterState, now: datetime) -> None:
    """Records what a new state reveals about the printer's roll."""
    before = roll_in(rows, printer)
    after, end = printers.roll_after(before, state.value)
    if end is not None or after != before:
        note_roll(rows, printer, after, end, now=now)
