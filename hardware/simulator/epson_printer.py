"""A simulated printer that speaks Epson Server Direct Print: it asks a server for its jobs over HTTP.

Source: Epson, Server Direct Print user's manual M00062910 Rev. K. It proves who it is by HTTP Digest, and may
tell its state by notifications of its own.
"""

import base64
import hashlib
import io
import re
import secrets
from collections.abc import Mapping
from enum import StrEnum
from urllib.parse import urlencode, urlsplit
from xml.etree import ElementTree as ET

from PIL import Image, ImageChops

from hardware.simulator.faulty_printer import Exchange, HttpAnswer, SimulatedPulledPrinter

_EPOS = "{http://www.epson-pos.com/schemas/2011/03/epos-print}"
_PRINT_DONE, _ONLINE = 0x2, 0xF000004
_LARGEST_JOB_BYTES = 2_000_000
_CHALLENGE = re.compile(r'(\w+)=(?:"([^"]*)"|([^\s,]+))')
_LONGEST_ID = 30
_NEAR_END = 0x20000


class EpsonFault(StrEnum):
    """What can go wrong with a printer that asks for its jobs."""

    NEAR_END = "near_end"
    PAPER_OUT = "paper_out"
    COVER_OPEN = "cover_open"
    CUTTER = "cutter"
    OFFLINE = "offline"
    """It asks for nothing."""
    NOT_TAKEN = "not_taken"
    """It waits for the last paper to be taken from the outlet."""
    BUSY = "busy"
    DIES_AFTER_BYTES = "dies_after_bytes"
    """It gets a job and says no more about it."""
    SPOOLS = "spools"
    """It says `success` of a job that it has only stored."""


_SIGNS = {
    EpsonFault.CUTTER: ("EPTR_CUTTER", 0x800),
    EpsonFault.COVER_OPEN: ("EPTR_COVER_OPEN", 0x20),
    EpsonFault.PAPER_OUT: ("EPTR_REC_EMPTY", 0x80000),
    EpsonFault.NOT_TAKEN: ("ERROR_WAIT_EJECT", 0x40000),
    EpsonFault.BUSY: ("EX_DEVICE_BUSY", 0),
}
"""The code of a job that meets a fault, and the bits of the status meanwhile; the worst first."""


class SimulatedEpsonPrinter(SimulatedPulledPrinter[EpsonFault]):
    """A printer set up with the address of its server, its ID and its password.

    `notifies`: it tells each change of its state by itself. `width_dots`: it prints nothing wider.
    """

    fault_kind = EpsonFault

    def __init__(
        self,
        address: str,
        user: str,
        password: str,
        exchange: Exchange,
        *,
        width_dots: int = 576,
        interval_s: float = 5.0,
        notifies: bool = True,
    ) -> None:
        super().__init__(address, exchange, width_dots=width_dots, interval_s=interval_s)
        self.user = user
        self.notifies = notifies
        self.challenges = 0
        self._password = password
        self._nonce: dict[str, str] = {}
        self._count = 0
        self._notified: int | None = None

    def poll(self) -> None:
        """One turn: its state where it has changed, a poll, and the result of the job that it gets."""
        with self._lock:
            if EpsonFault.OFFLINE in self._faults:
                return
            try:
                self._notify()
                self._ask()
            except OSError:
                self.last_status = None

    def _notify(self) -> None:
        status = self._status()
        if self.notifies and status != self._notified:
            self.send_status(status)
            self._notified = status

    def _ask(self) -> None:
        answer = self.send({"ConnectionType": "GetRequest", "ID": self.user, "Name": "Parvis"})
        if answer.status == 200 and answer.body:
            job, result = self._work(answer.body)
            if result is not None and EpsonFault.DIES_AFTER_BYTES not in self._faults:
                self.send_result(job, result)

    def send_status(self, status: int) -> HttpAnswer:
        """Tell a state."""
        document = (
            '<statusmonitor Version="1.00">'
            f'<printerstatus devicename="local_printer" asbstatus="0x{status:08x}"/></statusmonitor>'
        )
        return self.send({"ConnectionType": "SetStatus", "ID": self.user, "Name": "", "Status": document})

    def send_result(self, job: str, response: str) -> HttpAnswer:
        """Tell what became of a job; `response`: the element that says it."""
        document = (
            '<?xml version="1.0" encoding="UTF-8"?><PrintResponseInfo Version="2.00"><ePOSPrint>'
            f"<Parameter><devid>local_printer</devid><printjobid>{job}</printjobid></Parameter>"
            f"<PrintResponse>{response}</PrintResponse></ePOSPrint></PrintResponseInfo>"
        )
        return self.send_document(document)

    def send_document(self, document: str) -> HttpAnswer:
        """Tell a result, as a whole document."""
        return self.send({"ConnectionType": "SetResponse", "ID": self.user, "ResponseFile": document})

    def _work(self, body: bytes) -> tuple[str, str | None]:
        """Does a job: its name, and what became of it; None: what is dropped without a word."""
        if len(body) > _LARGEST_JOB_BYTES:
            return "", response("RequestEntityTooLarge", self._status())
        try:
            root = ET.fromstring(body)
        except ET.ParseError:
            return "", None
        job = root.findtext("ePOSPrint/Parameter/printjobid") or ""
        printed = root.find("ePOSPrint/PrintData")
        if root.tag != "PrintRequestInfo" or printed is None or len(job) > _LONGEST_ID:
            return job, None
        image = printed.find(f"{_EPOS}epos-print/{_EPOS}image")
        if image is None:  # nothing to print is a success
            return job, response("", self._status() | _PRINT_DONE)
        picture = self._picture_of(image)
        if picture is None:
            return job, response("SchemaError", self._status())
        code = next((code for fault, (code, _) in _SIGNS.items() if fault in self._faults), "")
        if code:
            return job, response(code, self._status())
        if EpsonFault.SPOOLS in self._faults:
            return job, response("", self._status())
        self._keep_ticket(picture)
        return job, response("", self._status() | _PRINT_DONE)

    def _picture_of(self, image: ET.Element) -> bytes | None:
        """The picture of a job as PNG; None: it does not fit its own size, or the paper."""
        try:
            size = int(image.attrib["width"]), int(image.attrib["height"])
            dots = base64.b64decode("".join((image.text or "").split()), validate=True)
        except (KeyError, ValueError):
            return None
        if size[0] > self.width_dots or len(dots) != (size[0] + 7) // 8 * size[1]:
            return None
        png = io.BytesIO()
        ImageChops.invert(Image.frombytes("1", size, dots)).save(png, "PNG")
        return png.getvalue()

    def _status(self) -> int:
        bits = _NEAR_END * (EpsonFault.NEAR_END in self._faults)
        for fault, (_, sign) in _SIGNS.items():
            bits |= sign * (fault in self._faults)
        return _ONLINE | bits

    def send(self, form: Mapping[str, str]) -> HttpAnswer:
        """A request, answered to the challenge of the server; once more when the nonce is old."""
        body = urlencode(form).encode()
        answer = self._exchange("POST", self.address, self._headers(), body)
        challenge = answer.headers.get("WWW-Authenticate", "")
        if answer.status == 401 and challenge.startswith("Digest "):
            self.challenges += 1
            self._nonce = {name: quoted or plain for name, quoted, plain in _CHALLENGE.findall(challenge)}
            self._count = 0
            answer = self._exchange("POST", self.address, self._headers(), body)
        self.last_status = answer.status
        return answer

    def _headers(self) -> dict[str, str]:
        headers = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
        return headers | ({"Authorization": self._proof()} if self._nonce else {})

    def _proof(self) -> str:
        self._count += 1
        realm, nonce, path = self._nonce.get("realm", ""), self._nonce["nonce"], urlsplit(self.address).path
        count, once = f"{self._count:08x}", secrets.token_hex(8)
        known = _md5(f"{self.user}:{realm}:{self._password}")
        proof = _md5(f"{known}:{nonce}:{count}:{once}:auth:{_md5(f'POST:{path}')}")
        return (
            f'Digest username="{self.user}", realm="{realm}", nonce="{nonce}", uri="{path}", qop=auth, '
            f'nc={count}, cnonce="{once}", response="{proof}", algorithm=MD5'
        )


def response(code: str, status: int) -> str:
    """The element that says what became of a job: no code is a success."""
    success = "true" if code == "" else "false"
    return f'<response success="{success}" code="{code}" status="{status}" battery="0"/>'


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
