"""The printers on the USB bus, as `/sys` describes them, with or without a driver of the kernel."""

from dataclasses import dataclass
from pathlib import Path

from hardware.transports.usb_description import read_word, usb_description
from hardware.transports.usb_name import UsbPrinter

SYS = Path("/sys")
_PRINTER_CLASS = "07"


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
    found = [printer for entry in entries if (printer := _described(entry)) is not None]
    return sorted(found, key=lambda each: (each.port, each.interface))


def _described(entry: Path) -> UsbBusPrinter | None:
    """What `/sys` says of an interface of a device; None: it is no printer, or it is going away now."""
    try:
        if read_word(entry / "bInterfaceClass") != _PRINTER_CLASS:
            return None
        device = entry.resolve(strict=True).parent
        driver = entry / "driver"
        return UsbBusPrinter(
            **usb_description(device),
            bus=int(read_word(device / "busnum")),
            address=int(read_word(device / "devnum")),
            interface=int(read_word(entry / "bInterfaceNumber"), 16),
            driver=driver.resolve().name if driver.is_symlink() else "",
        )
    except (OSError, ValueError):
        return None
