"""What `/sys` says of a device on USB, of whatever transport it is."""

from pathlib import Path
from typing import TypedDict


class UsbDescription(TypedDict):
    """The fields of a `UsbPrinter`."""

    vendor: str
    product: str
    serial: str
    port: str
    maker: str
    model: str


def usb_description(device: Path) -> UsbDescription:
    """The names of a device, from its folder in `/sys`. OSError: it is going away now."""
    return {
        "vendor": read_word(device / "idVendor").lower(),
        "product": read_word(device / "idProduct").lower(),
        "serial": _word_or_empty(device / "serial"),
        "port": device.name,
        "maker": _word_or_empty(device / "manufacturer"),
        "model": _word_or_empty(device / "product"),
    }


def read_word(file: Path) -> str:
    """The one line of a file of `/sys`. OSError: it has gone away."""
    return file.read_text(encoding="utf-8", errors="replace").strip()


def _word_or_empty(file: Path) -> str:
    """A device need not say who made it."""
    try:
        return read_word(file)
    except FileNotFoundError:
        return ""
