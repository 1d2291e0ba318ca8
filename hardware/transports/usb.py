"""The printers on USB of this machine, as `/sys` describes them, by names that stay with each printer.

One that the kernel's driver has is a file (`device_file.py`); the others are driven by libusb (`usb_bus.py`).
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

PATTERN = r"[0-9a-f]{4}:[0-9a-f]{4}(?::[!-~](?:[ -~]{0,62}[!-~])?|@[0-9]+-[0-9]+(?:\.[0-9]+)*)?"
"""Vendor and product in hexadecimal, then the serial number after `:` or the USB port after `@`."""
_PARTS = re.compile(r"([0-9a-f]{4}):([0-9a-f]{4})(?::(.+)|@(.+))?")
SYS = Path("/sys")
DEV = Path("/dev/usb")
_PRINTER_CLASS = "07"


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
