"""Printers that jobs are pushed to: the way to one, the lease of its driver, its state and its abilities.

One driver at a time has the lease, among all workers and machines of one database. Another worker may take a
lease that was not renewed for 15 s. Its fence then grows, and the former holder can end no job any more.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from hardware.status import PrinterDeadlines, PrinterState
from hardware.transports import ConnectionLost, PrinterAddress, PrinterUnreachable, SendDeadline
from hardware.transports.device_file import FileAddress, UsbFileAddress
from hardware.transports.serial_line import SerialAddress
from hardware.transports.tcp import TcpAddress
from hardware.transports.usb import UsbBusAddress, usb_name
from hardware.verdict import PrinterTraits, probe, read_state
from server.domain.hall.devices import PrinterConnection, PrinterDialect
from server.domain.instants import EPOCH
from server.domain.printing import printers
from server.store.devices.printers import (
    Lease,
    PrinterLeaseToken,
    keep_lease,
    lease_of,
    note_roll,
    note_state,
    roll_in,
    take_lease,
)
from server.store.engine.statements import WrittenRows
from server.store.transactions.database import Database
from server.usecases.printing.print_jobs import LEASE
from server.usecases.printing.printers import ProbeAnswers, keep_probe

SIMULATED_HOST = "127.0.0.1"
CABLES = "cables"
"""The folder of the run-time state with the other ends of simulated printers that are not on the network."""
_MARGIN_S = 2.0
SILENT_FACTOR = 4
"""How many times less often a printer is asked that stays silent: it must stay known (`ASKED_WITHIN`)."""
NOWHERE = PrinterConnection(host=None, port=0, profile="raster-80", paper_mm=80)
"""The printer of jobs that no printer will print."""


def address_of(connection: PrinterConnection, cable: Path) -> PrinterAddress:
    """Where the jobs of a printer are pushed to. `cable`: the other end, where it is simulated.

    ValueError: it fetches its jobs itself, or has no name.
    """
    match connection.kind:
        case "tcp":
            return TcpAddress(connection.host or SIMULATED_HOST, connection.port, connection.reach)
        case "usb_file":
            return FileAddress(cable) if connection.usb is None else UsbFileAddress(usb_name(connection.usb))
        case "usb_bus":
            return UsbBusAddress(usb_name(connection.usb or ""))
        case "serial":
            line = cable if connection.line is None else Path(connection.line)
            return SerialAddress(line, connection.speed)
        case _:
            raise ValueError(f"nothing is pushed to a printer of kind {connection.kind}")


class LeaseLost(Exception):
    """Another worker drives the printer now: this one may not use it any more."""


@dataclass
class PrinterLease:
    """The lease of one printer as one worker sees it. Not for two threads at once, except `follow`."""

    database: Database
    printer: str
    holder: str
    token: PrinterLeaseToken | None = None
    _good_until_s: float = 0.0
    _observed: tuple[int, datetime, float] | None = field(default=None, init=False)

    @property
    def is_fresh(self) -> bool:
        """Whether bytes may be sent: the lease is held, and renewed too recently for another to take it."""
        return self.token is not None and self.database.clock.elapsed_s() < self._good_until_s

    def take(self) -> PrinterLeaseToken | None:
        """The token if this worker drives the printer; takes a lease that is free or has expired."""
        if self.token is not None and self.is_fresh:
            return self.token
        self.token = None
        asked_at_s = self.database.clock.elapsed_s()
        now = self.database.clock.now()
        with self.database.read() as rows:
            lease = lease_of(rows, self.printer)
        unchanged = self._unchanged(lease)
        if lease is not None and lease.expires_at > now and unchanged is None:
            return None
        with self.database.store.write() as rows:
            until = now + LEASE
            if not take_lease(rows, self.printer, self.holder, until=until, now=now, unchanged=unchanged):
                return None
            taken = lease_of(rows, self.printer)
        assert taken is not None
        self.token = PrinterLeaseToken(self.printer, self.holder, taken.fence)
        self.renewed(asked_at_s=asked_at_s)
        return self.token

    def follow(
        self, token: PrinterLeaseToken, kept: Mapping[PrinterLeaseToken, bool], *, asked_at_s: float
    ) -> bool:
        """Follows what `keep_leases` found for a token, asked at that instant; False: another has it."""
        if kept.get(token):
            self.renewed(asked_at_s=asked_at_s)
        elif token not in kept and self.token == token:
            self.token = None
        return token in kept

    def renewed(self, *, asked_at_s: float) -> None:
        """Notes that a write prolonged the lease. `asked_at_s`: the monotonic clock before that write."""
        self._good_until_s = asked_at_s + LEASE.total_seconds() - _MARGIN_S

    def release(self) -> None:
        """Ends the lease now, so that another worker may take the printer."""
        token, self.token = self.token, None
        if token is None:
            return
        with self.database.store.write() as rows:
            keep_lease(rows, token, until=EPOCH)

    def _unchanged(self, lease: Lease | None) -> datetime | None:
        """The end of a lease that was not renewed for 15 s on this worker's monotonic clock; else None.

        So a wall clock that was set back does not keep a dead holder's lease alive.
        """
        elapsed_s = self.database.clock.elapsed_s()
        if lease is None:
            return None
        if self._observed is None or self._observed[:2] != (lease.fence, lease.expires_at):
            self._observed = (lease.fence, lease.expires_at, elapsed_s)
            return None
        is_old = elapsed_s - self._observed[2] >= LEASE.total_seconds()
        return lease.expires_at if is_old else None


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
        self._seen_at_s = self._began_s = 0.0
        self._noted: tuple[PrinterLeaseToken, PrinterState] | None = None
        self._seen_at: datetime | None = None

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
        """Asks an idle printer for its state; the seconds to the next time, and the state.

        Its abilities are asked once, when it is ready, and kept.
        """
        left_s = self._seen_at_s + self._ask_every_s - self._database.clock.elapsed_s()
        if self._state is not None and left_s > 0 and (self._traits or not self._state.may_print):
            return left_s, self._state
        state = self.state_now(token, at_most_s=0)
        if state.may_print and self._traits is None:
            self._ask_abilities(token.printer, state)
        return self._ask_every_s, state

    @property
    def _ask_every_s(self) -> float:
        """Seconds between two questions: ten; more and more, up to forty, for a printer that is silent."""
        if self._state is not PrinterState.UNREACHABLE:
            return self._poll_s
        silent_s = self._seen_at_s - self._began_s
        return min(max(self._poll_s, silent_s / 4), SILENT_FACTOR * self._poll_s)

    def state_now(self, token: PrinterLeaseToken, *, at_most_s: float) -> PrinterState:
        """The printer's state, at most `at_most_s` seconds old."""
        if self._state is None or self._database.clock.elapsed_s() - self._seen_at_s >= at_most_s:
            self.note_state(token, read_state(self.address, deadlines=self._deadlines, traits=self.traits))
        assert self._state is not None
        return self._state

    def note_state(self, token: PrinterLeaseToken, state: PrinterState) -> None:
        """Keeps a state that was just read: a new one at once, else when, with the leases.

        Raises LeaseLost for a new one when another worker has the printer by now.
        """
        now, elapsed_s = self._database.clock.now(), self._database.clock.elapsed_s()
        is_news = state is not self._state
        if is_news:
            self._state, self._since, self._began_s = state, now, elapsed_s
        self._seen_at_s = elapsed_s
        if self._noted == (token, state):
            self._seen_at = now
            return
        with self._database.store.write() as rows:
            if not note_state(rows, token, state.value, since=self._since, at=now):
                raise LeaseLost
            if is_news:
                _note_roll(rows, token.printer, state, now)
        self._noted = token, state

    def take_seen(self) -> datetime | None:
        """When the known state was last read again, once: `keep_leases` keeps it."""
        seen_at, self._seen_at = self._seen_at, None
        return seen_at

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
