"""Every kind of printer, and which fields of its configuration matter for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

type PrinterKind = Literal[
    "tcp", "usb_file", "usb_bus", "serial", "star_cloudprnt", "epson_direct", "gateway"
]
"""How a printer gets its jobs: the server pushes them over one of four transports, the printer fetches them
by one of two protocols over https, or the print gateway on the kiosk's computer fetches them for it.
"""
type PlaceField = Literal["host", "usb", "line"]
"""A field that says where a printer is."""


@dataclass(frozen=True, slots=True)
class PrinterFields:
    """The fields of a printer's configuration that matter for its kind; others are kept and change nothing.

    `place`: the one that says where it is; None: it fetches its jobs, or a print gateway does. `more`: the
    others. `is_plugged`: it is plugged into the server's machine. `may_be_simulated`: it is, without a place.
    """

    place: PlaceField | None
    more: tuple[str, ...] = ()
    is_plugged: bool = False
    may_be_simulated: bool = True


PRINTER_FIELDS: Mapping[PrinterKind, PrinterFields] = {
    "tcp": PrinterFields("host", ("port", "dialect")),
    "usb_file": PrinterFields("usb", ("dialect",), is_plugged=True),
    "usb_bus": PrinterFields("usb", ("dialect",), is_plugged=True, may_be_simulated=False),
    "serial": PrinterFields("line", ("speed", "dialect"), is_plugged=True),
    "star_cloudprnt": PrinterFields(None),
    "epson_direct": PrinterFields(None),
    "gateway": PrinterFields(None, ("dialect",)),
}
PULLED_KINDS = frozenset(kind for kind, fields in PRINTER_FIELDS.items() if fields.place is None)
"""The kinds of printers that fetch their jobs, or for which a print gateway does."""
PLUGGED_KINDS = frozenset(kind for kind, fields in PRINTER_FIELDS.items() if fields.is_plugged)
"""The kinds of printers that are plugged into the server's machine."""


def kinds_by_field() -> dict[str, tuple[PrinterKind, ...]]:
    """For each field that matters for some kinds only: those kinds."""
    found: dict[str, tuple[PrinterKind, ...]] = {}
    for kind, fields in PRINTER_FIELDS.items():
        for name in (fields.place, *fields.more):
            if name is not None:
                found[name] = (*found.get(name, ()), kind)
    return found
