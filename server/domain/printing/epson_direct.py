"""Epson Server Direct Print: what a printer asks and says, and the answers to it. Pure.

Source: Epson, Server Direct Print user's manual M00062910 Rev. K, and the bits of ePOS-Print XML. One address
takes three forms by POST: a poll (`GetRequest`), the result of a job (`SetResponse`), a state (`SetStatus`).

The XML is read as a flat list of elements. A document type is refused, and with it every entity: no text of a
few bytes becomes a large one.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.parsers.expat import ExpatError, ParserCreate

from server.domain.printing.handovers import Confirmation

_DEEPEST = 20
_MOST_ELEMENTS = 200


@dataclass(slots=True)
class XmlElement:
    """An element: its name without its prefix, its attributes, and its own text."""

    name: str
    attributes: Mapping[str, str]
    text: str = ""


class _Refused(Exception):
    """The document has more than a printer says, or a document type."""


@dataclass(slots=True)
class _Reading:
    elements: list[XmlElement] = field(default_factory=list)
    open: list[XmlElement] = field(default_factory=list)

    def begin(self, name: str, attributes: Mapping[str, str]) -> None:
        element = XmlElement(name.rpartition(":")[2], dict(attributes))
        self.elements.append(element)
        self.open.append(element)
        if len(self.open) > _DEEPEST or len(self.elements) > _MOST_ELEMENTS:
            raise _Refused

    def end(self, _: str) -> None:
        self.open.pop()

    def text(self, text: str) -> None:
        if self.open:
            self.open[-1].text += text

    def refuse(self, *_: object) -> None:
        raise _Refused


def elements_of(document: str) -> list[XmlElement] | None:
    """The elements of a document in their order; None: it is none, or has more than is read."""
    reading = _Reading()
    parser = ParserCreate("utf-8")
    for event, deed in (
        ("StartElementHandler", reading.begin),
        ("EndElementHandler", reading.end),
        ("CharacterDataHandler", reading.text),
        ("StartDoctypeDeclHandler", reading.refuse),
        ("EntityDeclHandler", reading.refuse),
    ):
        setattr(parser, event, deed)
    try:
        parser.Parse(document.encode("utf-8", "replace"), True)
    except (ExpatError, _Refused):
        return None
    return reading.elements


DEVICE = "local_printer"
TIMEOUT_MS = 10_000
LARGEST_JOB_BYTES = 2_000_000
"""Of the XML of a job, as the manual has it."""
LARGEST_FORM_BYTES = 64 * 1024

_PRINT_DONE = 0x2
_SIGNS = (
    ("unreachable", 0x1),
    ("cutter", 0x800),
    ("error", 0x400 | 0x2000),
    ("cover_open", 0x20),
    ("paper_out", 0x80000),
    ("not_taken", 0x40000),
    ("offline", 0x8 | 0x100 | 0x200 | 0x4000),
    ("near_end", 0x20000),
)
"""The bits of a status, the worst state first."""
_BUSY = ("EX_DEVICE_BUSY", "TooManyRequests")
"""The printer took nothing of the job."""
_REFUSED = {
    "SchemaError": "not_decoded",
    "DeviceNotFound": "media_type",
    "RequestEntityTooLarge": "too_large",
}
_STOPPED = {
    "EPTR_REC_EMPTY": "paper_out",
    "EPTR_COVER_OPEN": "cover_open",
    "EPTR_CUTTER": "cutter",
    "ERROR_WAIT_EJECT": "not_taken",
}
"""Codes of a printer that stopped with the job, and the state that each means."""


@dataclass(frozen=True, slots=True)
class EpsonPoll:
    """The printer asks for a job."""


@dataclass(frozen=True, slots=True)
class EpsonResult:
    """What the printer says of a job, by the name of its handover, "" when it says none.

    `state`: its own after the job; None: it says none.
    """

    handover: str
    confirmation: Confirmation
    state: str | None = None


@dataclass(frozen=True, slots=True)
class EpsonStatus:
    """The printer says its state by itself; None: none that is understood."""

    state: str | None


type EpsonRequest = EpsonPoll | EpsonResult | EpsonStatus


def read_request(form: Mapping[str, str]) -> EpsonRequest | None:
    """The request of a form; None: it is none of the protocol."""
    match form.get("ConnectionType"):
        case "GetRequest":
            return EpsonPoll()
        case "SetResponse":
            return read_result(form.get("ResponseFile", ""))
        case "SetStatus":
            return EpsonStatus(_notified(form.get("Status", "")))
        case _:
            return None


def read_result(document: str) -> EpsonResult:
    """The result in a response file. One that is no XML, or says nothing, is of no job."""
    elements = elements_of(document) or []
    handover = next((element.text.strip() for element in elements if element.name == "printjobid"), "")
    for element in elements:
        if element.name == "response":
            return EpsonResult(handover, *_said(element))
        if element.name == "Response" and element.attributes.get("Success") == "false":
            return EpsonResult(handover, Confirmation("unprintable", "not_decoded"))
    return EpsonResult(handover, Confirmation("unknown", "no_confirmation"))


def state_of(status: int) -> str:
    """The state that the bits of a status mean: the worst that applies."""
    return next((state for state, bits in _SIGNS if status & bits), "ready")


def job_document(handover: str, dots: bytes, *, rows: int) -> bytes:
    """The answer that hands over a job: a picture of black dots, and a cut.

    `dots`: a bit for each dot, 1 is black, each row in whole bytes.
    """
    picture = base64.b64encode(dots).decode()
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<PrintRequestInfo Version="2.00"><ePOSPrint>'
        f"<Parameter><devid>{DEVICE}</devid><timeout>{TIMEOUT_MS}</timeout>"
        f"<printjobid>{handover}</printjobid></Parameter>"
        '<PrintData><epos-print xmlns="http://www.epson-pos.com/schemas/2011/03/epos-print">'
        f'<image width="{len(dots) // rows * 8}" height="{rows}" color="color_1" mode="mono">'
        f'{picture}</image><cut type="feed"/>'
        "</epos-print></PrintData></ePOSPrint></PrintRequestInfo>"
    ).encode()


def _said(response: XmlElement) -> tuple[Confirmation, str | None]:
    """What a `response` says of its job, and the state of the printer."""
    code, status = response.attributes.get("code", ""), _number(response.attributes.get("status", ""))
    state = _STOPPED.get(code) or (None if status is None else state_of(status))
    if response.attributes.get("success") == "true":
        # a printer that spools says so before it prints: only the bit proves it
        is_printed = status is not None and bool(status & _PRINT_DONE)
        return Confirmation("printed") if is_printed else Confirmation("unknown", "no_confirmation"), state
    if code in _BUSY:
        return Confirmation("undelivered", "busy"), None
    if code in _REFUSED:
        return Confirmation("unprintable", _REFUSED[code]), None
    if code in _STOPPED:
        return Confirmation("held", _STOPPED[code]), state
    return Confirmation("unknown", "error" if code.startswith("EPTR_") else "no_confirmation"), state


def _notified(document: str) -> str | None:
    """The state in a status notification."""
    for element in elements_of(document) or []:
        if element.name == "printerstatus":
            status = _number(element.attributes.get("asbstatus", ""))
            return None if status is None else state_of(status)
    return None


def _number(text: str) -> int | None:
    """A number of 32 bits, decimal or `0x…`; None for another text."""
    try:
        found = int(text, 0) if text.startswith("0x") else int(text)
    except ValueError:
        return None
    return found if text.isascii() and 0 <= found < 1 << 32 else None
