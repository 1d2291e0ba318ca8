"""The printer that is plugged into this computer: where it is, how it is, and what it prints."""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from hardware.status import PrinterDeadlines, PrinterState
from hardware.transports import (
    ConnectionLost,
    PrinterAddress,
    PrinterConnection,
    PrinterUnreachable,
    SendDeadline,
)
from hardware.transports.device_file import UsbFileAddress
from hardware.transports.serial_line import SerialAddress
from hardware.transports.usb import UsbBusAddress, UsbName, plugged_printers
from hardware.verdict import (
    PrinterTraits,
    PrintOutcome,
    clear_buffer,
    print_document_bytes,
    probe,
    read_state,
)
from kiosk.agent import AgentSettings

IDLE_FOR_S = 5.0
"""A state in which the printer prints is believed that long; another one for a shorter time."""
STOPPED_FOR_S = 1.5


@dataclass(frozen=True, slots=True)
class PluggedAddress(PrinterAddress):
    """A printer on USB, whether the kernel has a driver for it or not. `name` None: the only one there is."""

    name: UsbName | None = None

    def connect(self, *, within_s: float) -> PrinterConnection:
        """Opens the printer; PrinterUnreachable also when several may be meant."""
        return self._found().connect(within_s=within_s)

    def _found(self) -> UsbFileAddress | UsbBusAddress:
        fitting = [each for each in plugged_printers() if self.name is None or self.name.fits(each.printer)]
        if len(fitting) != 1:
            names = ", ".join(str(each.name) for each in fitting) or "–"
            raise PrinterUnreachable(f"{self.name or 'usb'}: {len(fitting)} printers ({names})")
        [found] = fitting
        return UsbFileAddress(found.name) if found.kind == "usb_file" else UsbBusAddress(found.name)


def address_in(settings: AgentSettings) -> PrinterAddress:
    """Where the printer of the settings is."""
    if settings.network is not None:
        return settings.network
    if settings.line is not None:
        return SerialAddress(settings.line, settings.speed)
    return PluggedAddress(settings.usb)


class LocalPrinter:
    """A printer that this program alone drives. `dialect`: of its hall's document."""

    def __init__(
        self,
        address: PrinterAddress,
        *,
        deadlines: PrinterDeadlines | None = None,
        elapsed_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self.address = address
        self.dialect = "epson"
        self._deadlines = deadlines or PrinterDeadlines()
        self._elapsed_s = elapsed_s
        self._traits: PrinterTraits | None = None
        self._state: PrinterState | None = None
        self._read_at_s = 0.0
        self._job_number = secrets.randbelow(10_000)

    def state(self) -> PrinterState:
        """Its state, read again when it is too old. It is asked for its abilities once, when it may print."""
        believed_s = IDLE_FOR_S if self._state is not None and self._state.may_print else STOPPED_FOR_S
        if self._state is None or self._elapsed_s() - self._read_at_s >= believed_s:
            self.note(read_state(self.address, deadlines=self._deadlines, traits=self._known_traits()))
        assert self._state is not None
        if self._traits is None and self._state.may_print:
            self._traits = self._asked_traits()
        if self._state is PrinterState.UNREACHABLE:
            self._traits = None  # another one may be plugged in there
        return self._state

    def note(self, state: PrinterState) -> None:
        """Keeps a state that was just read."""
        self._state, self._read_at_s = state, self._elapsed_s()

    def print(self, blob: bytes) -> PrintOutcome:
        """Prints a ticket once, and says what became of it."""
        self._job_number += 1
        outcome = print_document_bytes(
            self.address,
            blob,
            job_number=self._job_number,
            traits=self._known_traits(),
            deadlines=self._deadlines,
        )
        self.note(outcome.state_after or outcome.state_before)
        if outcome.why is not None and outcome.state_after is None:
            self._state = None  # the connection broke: it is to be asked how it is
        return outcome

    def drop_leftovers(self) -> None:
        """Makes a stopped printer drop what an earlier run of this program left in it."""
        if not self.state().may_print and self._state is not PrinterState.UNREACHABLE:
            clear_buffer(self.address, deadlines=self._deadlines)

    def _known_traits(self) -> PrinterTraits:
        known = self._traits or PrinterTraits()
        return replace(known, tells_outlet=self.dialect == "custom")

    def _asked_traits(self) -> PrinterTraits | None:
        try:
            return PrinterTraits(has_process_id=probe(self.address, deadlines=self._deadlines).has_process_id)
        except (PrinterUnreachable, ConnectionLost, SendDeadline):
            return None
