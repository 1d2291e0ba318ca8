"""The printers that the kernel's driver for printers on USB has, as `/sys` describes them.

`UsbFileAddress` opens them.
"""

from dataclasses import dataclass
from pathlib import Path

from hardware.transports.usb_description import read_word, usb_description
from hardware.transports.usb_name import UsbPrinter

SYS = Path("/sys")
DEV = Path("/dev/usb")


@dataclass(frozen=True, slots=True)
class UsbFilePrinter(UsbPrinter):
    """A printer with its file. `number`: that of the file's device, as `180:0`."""

    file: Path = DEV
    number: str = ""


def printers_with_files() -> list[UsbFilePrinter]:
    """The printers that are plugged in and have a file, in the order of their ports."""
    entries = (SYS / "class" / "usbmisc").glob("lp*")
    found = [printer for entry in entries if (printer := _described(entry)) is not None]
    return sorted(found, key=lambda each: each.port)


def _described(entry: Path) -> UsbFilePrinter | None:
    """What `/sys` says of an entry of the driver; None when it is going away now."""
    try:
        device = (entry / "device").resolve(strict=True).parent
        return UsbFilePrinter(
            **usb_description(device),
            file=DEV / entry.name,
            number=read_word(entry / "dev"),
        )
    except OSError:
        return None
