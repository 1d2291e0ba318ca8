"""The name of a printer on USB, which stays with the printer and not with the order of plugging in."""

import re
from dataclasses import dataclass

PATTERN = r"[0-9a-f]{4}:[0-9a-f]{4}(?::[!-~](?:[ -~]{0,62}[!-~])?|@[0-9]+-[0-9]+(?:\.[0-9]+)*)?"
"""Vendor and product in hexadecimal, then the serial number after `:` or the USB port after `@`."""
_PARTS = re.compile(r"([0-9a-f]{4}):([0-9a-f]{4})(?::(.+)|@(.+))?")


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
