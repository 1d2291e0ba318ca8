"""A connection to a printer on USB by libusb, where the kernel's driver for printers is absent.

libusb waits inside its own code, where no other greenlet runs: each wait is a few milliseconds long, and
others run between two of them. A printer that the kernel's driver has is left to it: taking it away resets
the printer.
"""

import errno
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from hardware.transports import ConnectionLost, PrinterAddress, PrinterUnreachable, SendDeadline
from hardware.transports.usb import UsbBusPrinter, UsbName, only_fitting, printers_on_bus

_CHUNK = 2048
_SLICE_MS = 3
_PAUSE_S = 0.005
_TRY_AGAIN_S = 0.05
_OUT, _IN, _DIRECTION, _BULK, _KIND = 0x00, 0x80, 0x80, 0x02, 0x03

type Backend = Any
"""How pyusb reaches the bus; pyusb has no types."""


@dataclass(frozen=True, slots=True)
class UsbBusAddress(PrinterAddress):
    """A printer on USB, by its name. `backend` None: libusb."""

    name: UsbName
    backend: Backend = field(default=None, compare=False)

    def connect(self, *, within_s: float) -> "UsbBusConnection":
        """Takes the printer's interface; waits for another program that has it until the seconds are up."""
        import usb.core  # loaded only where a printer has no driver of the kernel

        ends_at = time.monotonic() + within_s
        while True:
            printer = self._plugged_in()
            try:
                return _claimed(self._device(usb.core, printer), printer)
            except usb.core.NoBackendError as error:
                raise PrinterUnreachable(f"{self.name}: libusb is not installed") from error
            except usb.core.USBError as error:
                is_late = time.monotonic() + _TRY_AGAIN_S > ends_at
                if error.errno != errno.EBUSY or is_late:
                    raise PrinterUnreachable(f"{self.name}: {error}") from error
            time.sleep(_TRY_AGAIN_S)

    def _plugged_in(self) -> UsbBusPrinter:
        try:
            printer = only_fitting(self.name, printers_on_bus())
        except LookupError as error:
            raise PrinterUnreachable(f"{self.name}: {error}") from error
        if printer.driver:
            raise PrinterUnreachable(f"{self.name}: the kernel's driver {printer.driver} has it")
        return printer

    def _device(self, core: Any, printer: UsbBusPrinter) -> Any:
        device = core.find(backend=self.backend, bus=printer.bus, address=printer.address)
        if device is None:
            raise PrinterUnreachable(f"{self.name}: it was unplugged just now")
        return device


def _claimed(device: Any, printer: UsbBusPrinter) -> "UsbBusConnection":
    """The printer's interface, taken. Raises usb.core.USBError, PrinterUnreachable."""
    import usb.core
    import usb.util

    def let_go() -> None:
        usb.util.dispose_resources(device)

    try:
        try:
            configuration = device.get_active_configuration()
        except usb.core.USBError:
            device.set_configuration()
            configuration = device.get_active_configuration()
        interface = configuration[(printer.interface, 0)]
        usb.util.claim_interface(device, interface.bInterfaceNumber)
        ends = {each.bEndpointAddress & _DIRECTION: each for each in interface if _is_bulk(each)}
        if _OUT not in ends:
            raise PrinterUnreachable(f"{printer.port}: it takes no bytes")
    except (usb.core.USBError, PrinterUnreachable):
        let_go()
        raise
    return UsbBusConnection(ends[_OUT], ends.get(_IN), let_go)


def _is_bulk(endpoint: Any) -> bool:
    return bool(endpoint.bmAttributes & _KIND == _BULK)


class UsbBusConnection:
    """The bulk endpoints of a printer; not for two threads at once. A printer without a way back is mute."""

    def __init__(self, out: Any, back: Any | None, close: Callable[[], None]) -> None:
        self._out = out
        self._back = back
        self._close = close

    def send(self, blob: bytes, *, within_s: float) -> None:
        import usb.core

        ends_at = time.monotonic() + within_s
        sent = 0
        while sent < len(blob):
            if time.monotonic() > ends_at:
                raise SendDeadline(sent)
            piece = blob[sent : sent + _CHUNK]
            try:
                sent += self._out.write(piece, _SLICE_MS)
            except usb.core.USBTimeoutError:
                time.sleep(_PAUSE_S)
            except usb.core.USBError as error:  # how much of the piece had left is not said
                raise ConnectionLost(sent + len(piece)) from error

    def receive(self, *, within_s: float) -> bytes:
        ends_at = time.monotonic() + within_s
        while True:
            received = self._read()
            left_s = ends_at - time.monotonic()
            if received or left_s <= 0:
                return received
            time.sleep(min(_PAUSE_S, left_s))

    def close(self) -> None:
        self._close()

    def _read(self) -> bytes:
        """What came within a slice of time."""
        import usb.core

        if self._back is None:
            return b""
        try:
            return bytes(self._back.read(self._back.wMaxPacketSize, _SLICE_MS))
        except usb.core.USBTimeoutError:
            return b""
        except usb.core.USBError as error:
            raise ConnectionLost from error
