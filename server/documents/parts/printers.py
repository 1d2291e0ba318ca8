"""The part of a hall's document that says how a kiosk's printer is reached and fed."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from hardware.transports.serial_line.discovery import is_serial_line
from hardware.transports.usb_name import usb_name
from server.documents.problems import broken_rule
from server.documents.values import Part, Slug
from server.domain.hall.devices import PrinterDialect, PrinterProfile
from server.domain.hall.printer_kinds import PrinterKind


def _usb_name(text: str) -> str:
    try:
        return str(usb_name(text.strip()))
    except ValueError:
        raise broken_rule("wrong_usb_name", text=text) from None


def _serial_line(text: str) -> str:
    if not is_serial_line(text.strip()):
        raise broken_rule("wrong_serial_line", text=text)
    return text.strip()


class PrinterPart(Part):
    """A kiosk's printer. Without `host` (of kind tcp), `usb` (of usb_file) or `line` (of serial) it is a
    simulated one; a printer of kind usb_bus has a name. `speed` null: found by asking. `backup`: the kiosk
    whose printer gets the jobs that this one refuses; null: none.

    Fields of another kind are kept and change nothing.
    """

    kind: PrinterKind = "tcp"
    host: Annotated[str, Field(min_length=1, max_length=253)] | None = None
    port: Annotated[int, Field(ge=1, le=65_535)] = 9100
    usb: Annotated[
        Annotated[str, Field(min_length=1, max_length=90), AfterValidator(_usb_name)] | None,
        Field(exclude_if=lambda name: name is None),
    ] = None
    line: Annotated[
        Annotated[str, Field(min_length=1, max_length=140), AfterValidator(_serial_line)] | None,
        Field(exclude_if=lambda line: line is None),
    ] = None
    speed: Annotated[
        Literal[9600, 19_200, 38_400, 57_600, 115_200] | None, Field(exclude_if=lambda speed: speed is None)
    ] = None
    dialect: Annotated[PrinterDialect, Field(exclude_if=lambda dialect: dialect == "epson")] = "epson"
    profile: PrinterProfile = "raster-80"
    paper_mm: Literal[80, 58] = 80
    backup: Annotated[Slug | None, Field(exclude_if=lambda backup: backup is None)] = None

    @model_validator(mode="after")
    def _fits_the_paper(self) -> "PrinterPart":
        if not self.profile.endswith(str(self.paper_mm)):
            raise broken_rule("paper_width", profile=self.profile, paper_mm=self.paper_mm)
        return self

    @model_validator(mode="after")
    def _is_named(self) -> "PrinterPart":
        if self.kind == "usb_bus" and self.usb is None:
            raise broken_rule("unnamed_usb_printer")
        return self
