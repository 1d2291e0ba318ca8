"""The printers on USB of this machine, as `/sys` describes them, by names that stay with each printer.

One that the kernel's driver has is a file (`device_file.py`); the others are driven by libusb. libusb waits
inside its own code, where no other greenlet runs: each wait is a few milliseconds long, and others run
between two of them. A printer that the kernel's driver has is left to it: taking it away resets the printer.
"""

import errno
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from hardware.transports import ConnectionLost, PrinterAddress, PrinterUnreachable, SendDeadline

PATTERN = r"[0-9a-f]{4}:[0-9a-f]{4}(?::[!-~](?:[ -~]{0,62}[!-~])?|@[0-9]+-[0-9]+(?:\.[0-9]+)*)?"
"""Vendor and product in hexadecimal, then the serial number after `:` or the USB port after `@`."""
_PARTS = re.compile(r"([0-9a-f]{4}):([0-9a-f]{4})(?::(.+)|@(.+))?")
SYS = Path("/sys")
DEV = Path("/dev/usb")
_PRINTER_CLASS = "07"
_CHUNK = 2048
_SLICE_MS = 3
_PAUSE_S = 0.005
_TRY_AGAIN_S = 0.05
_OUT, _IN, _DIRECTION, _BULK, _KIND = 0x00, 0x80, 0x80, 0x02, 0x03


@dataclass(frozen=True, slots=True)
class UsbName:
    """`04b8:0e15:J2XE012345`: vendor, product, serial number.

    `port` (`1-1.4`, as the kernel names it) is for models without a serial number. Without both, the name is
    that of the only printer of its model.
    """

    vendor: str
    product: str
    serial: str | None = None
    port: str | None = None

    def __str__(self) -> str:
        end = f":{self.serial}" if self.serial else f"@{self.port}" if self.port else ""
        return f"{self.vendor}:{self.product}{end}"

    def fits(self, printer: "UsbPrinter") -> bool:
        """Whether a printer that is plugged in may be meant."""
        return (
            (self.vendor, self.product) == (printer.vendor, printer.product)
            and self.serial in (None, printer.serial)
            and self.port in (None, printer.port)
        )


@dataclass(frozen=True, slots=True)
class UsbPrinter:
    """A printer that is plugged in now. `serial`, `maker`, `model`: "" when it does not say."""

    vendor: str
    product: str
    serial: str
    port: str
    maker: str = ""
    model: str = ""


def usb_name(text: str) -> UsbName:
    """The name in a text. ValueError: it is none."""
    parts = _PARTS.fullmatch(text)
    if parts is None or not re.fullmatch(PATTERN, text):
        raise ValueError(f"{text!r} names no printer on USB")
    return UsbName(*parts.groups())


def name_among(printer: UsbPrinter, plugged: list[UsbPrinter]) -> UsbName:
    """The name that means this printer only: by its serial number where no other has it, else by its port."""
    by_serial = UsbName(printer.vendor, printer.product, printer.serial)
    is_usable = bool(printer.serial) and re.fullmatch(PATTERN, str(by_serial)) is not None
    if is_usable and sum(by_serial.fits(each) for each in plugged) == 1:
        return by_serial
    return UsbName(printer.vendor, printer.product, port=printer.port)


def only_fitting[Found: UsbPrinter](name: UsbName, plugged: list[Found]) -> Found:
    """The printer that a name means. LookupError: none is plugged in, or several have that name."""
    found = [each for each in plugged if name.fits(each)]
    if len(found) == 1:
        return found[0]
    raise LookupError("it is not plugged in" if not found else f"{len(found)} printers have this name")


@dataclass(frozen=True, slots=True)
class UsbFilePrinter(UsbPrinter):
    """A printer with its file. `number`: that of the file's device, as `180:0`."""

    file: Path = DEV
    number: str = ""


def printers_with_files() -> list[UsbFilePrinter]:
    """The printers that are plugged in and have a file, in the order of their ports."""
    entries = (SYS / "class" / "usbmisc").glob("lp*")
    found = [printer for entry in entries if (printer := _file_printer(entry)) is not None]
    return sorted(found, key=lambda each: each.port)


def _file_printer(entry: Path) -> UsbFilePrinter | None:
    """What `/sys` says of an entry of the driver; None when it is going away now."""
    try:
        device = (entry / "device").resolve(strict=True).parent
        return UsbFilePrinter(*_description(device), file=DEV / entry.name, number=_word(entry / "dev"))
    except OSError:
        return None


@dataclass(frozen=True, slots=True)
class UsbBusPrinter(UsbPrinter):
    """A printer with its place on the bus now. `driver`: that of the kernel which has it; "": none."""

    bus: int = 0
    address: int = 0
    interface: int = 0
    driver: str = ""


def printers_on_bus() -> list[UsbBusPrinter]:
    """The printers that are plugged in, in the order of their ports."""
    entries = (SYS / "bus" / "usb" / "devices").glob("*:*")
    found = [printer for entry in entries if (printer := _bus_printer(entry)) is not None]
    return sorted(found, key=lambda each: (each.port, each.interface))


def _bus_printer(entry: Path) -> UsbBusPrinter | None:
    """What `/sys` says of an interface of a device; None: it is no printer, or it is going away now."""
    try:
        if _word(entry / "bInterfaceClass") != _PRINTER_CLASS:
            return None
        device = entry.resolve(strict=True).parent
        driver = entry / "driver"
        return UsbBusPrinter(
            *_description(device),
            bus=int(_word(device / "busnum")),
            address=int(_word(device / "devnum")),
            interface=int(_word(entry / "bInterfaceNumber"), 16),
            driver=driver.resolve().name if driver.is_symlink() else "",
        )
    except (OSError, ValueError):
        return None


def _description(device: Path) -> tuple[str, str, str, str, str, str]:
    """The fields of a `UsbPrinter`, from the device's folder in `/sys`. OSError: it is going away now."""
    return (
        _word(device / "idVendor").lower(),
        _word(device / "idProduct").lower(),
        _word_or_empty(device / "serial"),
        device.name,
        _word_or_empty(device / "manufacturer"),
        _word_or_empty(device / "product"),
    )


def _word(file: Path) -> str:
    """The one line of a file of `/sys`. OSError: it has gone away."""
    return file.read_text(encoding="utf-8", errors="replace").strip()


def _word_or_empty(file: Path) -> str:
    """A device need not say who made it."""
    try:
        return _word(file)
    except FileNotFoundError:
        return ""


@dataclass(frozen=True, slots=True)
class PluggedPrinter:
    """A printer on USB: how it is driven, the name that means it only, and what it says of itself."""

    kind: Literal["usb_file", "usb_bus"]
    name: UsbName
    printer: UsbPrinter


def plugged_printers() -> list[PluggedPrinter]:
    """The printers that have a file, then those that no driver of the kernel has."""
    with_files = list[UsbPrinter](printers_with_files())
    without = [each for each in printers_on_bus() if not each.driver]
    everything = [*with_files, *without]
    named = {each: name_among(each, everything) for each in everything}
    return [
        *(PluggedPrinter("usb_file", named[each], each) for each in with_files),
        *(PluggedPrinter("usb_bus", named[each], each) for each in without),
    ]


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
        bulk = [each for each in interface if each.bmAttributes & _KIND == _BULK]
        ends = {each.bEndpointAddress & _DIRECTION: each for each in bulk}
        if _OUT not in ends:
            raise PrinterUnreachable(f"{printer.port}: it takes no bytes")
    except (usb.core.USBError, PrinterUnreachable):
        let_go()
        raise
    return UsbBusConnection(ends[_OUT], ends.get(_IN), let_go)


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
