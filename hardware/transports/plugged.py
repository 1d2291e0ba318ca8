"""The printers on USB of this machine, whichever way they are driven."""

from dataclasses import dataclass
from typing import Literal

from hardware.transports.usb_bus.discovery import printers_on_bus
from hardware.transports.usb_file.discovery import printers_with_files
from hardware.transports.usb_name import UsbName, UsbPrinter, name_among


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
