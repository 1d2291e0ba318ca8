"""Shapes of what is asked about devices, their pairing and their printers."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from server.domain.hall.devices import PrinterKind
from server.web.api.shapes.requests import LINE, OPAQUE, HallPath, RequestShape, Slug

type Kind = Literal["kiosk", "screen"]
type Code = Annotated[str, Field(min_length=1, max_length=20)]
"""A code as somebody types it: with spaces or dashes, in small letters."""


class DevicePath(RequestShape):
    """A device, by its id or its id in the hall's document."""

    device: str = Slug


class KioskPath(HallPath):
    """A kiosk of a hall, by its id in the hall's document."""

    kiosk: str = Slug


class PrintJobPath(HallPath):
    """A print job of a hall."""

    job: str = Slug


class CodeBody(RequestShape):
    """The code a device shows."""

    code: Code


class PairingBody(RequestShape):
    """The code a device shows, and the place it takes: one of the hall's document, or a new one by its label.

    `replaces`: the device that stands there gives way.
    """

    code: Code
    hall: str = Slug
    kind: Kind
    id: Annotated[str, Slug] | None = None
    label: Annotated[str, Field(min_length=1, max_length=60, pattern=LINE)] | None = None
    replaces: bool = False

    @model_validator(mode="after")
    def _says_where(self) -> "PairingBody":
        if (self.id is None) == (self.label is None):
            raise ValueError("either a place of the document, or the label of a new one")
        return self


class RenewalBody(RequestShape):
    """Which of a device's connections is its own; may be left out while there is one."""

    connection: Annotated[str, Field(min_length=1, max_length=64, pattern=OPAQUE)] | None = None


class PrinterBody(RequestShape):
    """A kiosk's printer: on the network by `host`, on USB by `usb`, on a serial line by `line`; where that
    one is null it has none on purpose, and shows the number only. One that fetches its jobs needs none of
    them.
    """

    kind: PrinterKind = "tcp"
    host: Annotated[str, Field(min_length=1, max_length=253, pattern=r"^[A-Za-z0-9._:\[\]-]+$")] | None
    port: Annotated[int, Field(ge=1, le=65_535)] = 9100
    usb: Annotated[str, Field(min_length=1, max_length=90)] | None = None
    """The name of a printer on USB, as `/printers/plugged` gives it with its kind."""
    line: Annotated[str, Field(min_length=1, max_length=140)] | None = None
    """A serial line of the server's machine, as `/printers/plugged` gives it."""
    speed: Literal[9600, 19_200, 38_400, 57_600, 115_200] | None = None
    """In bits a second; null: found by asking the printer."""
    paper_mm: Literal[80, 58] = 80
    prints_at: Annotated[str, Slug] | None = None
    """Another kiosk of the hall, whose printer prints for this one; all else is ignored then."""
