"""The simulated Epson printer against a server that answers as the protocol's manual says."""

import base64
import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs

import pytest
from PIL import Image

from hardware.simulator.epson_printer import EpsonFault, SimulatedEpsonPrinter
from hardware.simulator.faulty_printer import HttpAnswer

ADDRESS = "https://parvis.example/impression/epson/laon/laon-borne-1"
CHALLENGE = 'Digest realm="Parvis", qop="auth", algorithm=MD5, nonce="n1"'


def document(image: str, job: str = "abc.1", *, wrapped: bool = True) -> bytes:
    text = (
        '<PrintRequestInfo Version="2.00"><ePOSPrint>'
        f"<Parameter><devid>local_printer</devid><timeout>10000</timeout><printjobid>{job}</printjobid></Parameter>"
        '<PrintData><epos-print xmlns="http://www.epson-pos.com/schemas/2011/03/epos-print">'
        f"{image}</epos-print></PrintData></ePOSPrint></PrintRequestInfo>"
    )
    return (text if wrapped else f"<Envelope>{text}</Envelope>").encode()


def image(width: int = 16, height: int = 2, dots: bytes = b"\xff\x00\x00\xff") -> str:
    content = base64.b64encode(dots).decode()
    return f'<image width="{width}" height="{height}">{content}</image><cut type="feed"/>'


@dataclass
class Server:
    """Answers each poll with the next of `jobs`, after a challenge; keeps every form."""

    jobs: list[bytes] = field(default_factory=list)
    forms: list[dict[str, str]] = field(default_factory=list)
    proofs: list[str] = field(default_factory=list)

    def __call__(self, method: str, address: str, headers: Mapping[str, str], body: bytes) -> HttpAnswer:
        assert (method, address) == ("POST", ADDRESS)
        if "Authorization" not in headers:
            return HttpAnswer(401, {"WWW-Authenticate": CHALLENGE}, b"")
        self.proofs.append(headers["Authorization"])
        form = {name: values[0] for name, values in parse_qs(body.decode(), keep_blank_values=True).items()}
        self.forms.append(form)
        job = self.jobs.pop(0) if form["ConnectionType"] == "GetRequest" and self.jobs else b""
        return HttpAnswer(200, {"Content-Type": "text/xml; charset=utf-8"}, job)

    def kinds(self) -> list[str]:
        return [form["ConnectionType"] for form in self.forms]

    def results(self) -> list[str]:
        return [form["ResponseFile"] for form in self.forms if form["ConnectionType"] == "SetResponse"]


def printer(server: Server, *faults: EpsonFault, notifies: bool = False) -> SimulatedEpsonPrinter:
    made = SimulatedEpsonPrinter(ADDRESS, "laon-borne-1", "a secret", server, notifies=notifies)
    for fault in faults:
        made.set_fault(fault)
    return made


def md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def test_a_poll_says_who_asks_and_answers_the_challenge():
    server = Server()
    epson = printer(server)
    epson.poll()
    epson.poll()
    assert server.forms[0] == {"ConnectionType": "GetRequest", "ID": "laon-borne-1", "Name": "Parvis"}
    assert epson.challenges == 1, "the nonce is used again"
    assert [f"nc=0000000{n}" in proof for n, proof in enumerate(server.proofs, 1)] == [True, True]
    parts = dict(each.split("=", 1) for each in server.proofs[0].removeprefix("Digest ").split(", "))
    known, asked = md5("laon-borne-1:Parvis:a secret"), md5("POST:/impression/epson/laon/laon-borne-1")
    once = parts["cnonce"].strip('"')
    assert parts["response"].strip('"') == md5(f"{known}:n1:00000001:{once}:auth:{asked}")


def test_a_job_is_printed_and_its_result_is_posted():
    server = Server([document(image())])
    epson = printer(server)
    epson.poll()
    [result] = server.results()
    assert "<printjobid>abc.1</printjobid>" in result
    assert 'success="true" code="" status="251658246"' in result
    [ticket] = epson.tickets()
    with Image.open(io.BytesIO(ticket.png)) as picture:
        assert picture.size == (16, 2)
        assert [picture.getpixel(at) for at in ((0, 0), (8, 0), (0, 1), (8, 1))] == [0, 255, 255, 0]


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (EpsonFault.PAPER_OUT, "EPTR_REC_EMPTY"),
        (EpsonFault.COVER_OPEN, "EPTR_COVER_OPEN"),
        (EpsonFault.CUTTER, "EPTR_CUTTER"),
        (EpsonFault.NOT_TAKEN, "ERROR_WAIT_EJECT"),
        (EpsonFault.BUSY, "EX_DEVICE_BUSY"),
    ],
)
def test_a_job_that_meets_a_fault_is_not_printed(fault: EpsonFault, code: str):
    server = Server([document(image())])
    epson = printer(server, fault)
    epson.poll()
    assert f'success="false" code="{code}"' in server.results()[0]
    assert epson.tickets() == []


def test_a_spooler_says_success_without_the_bit_of_printing():
    server = Server([document(image())])
    printer(server, EpsonFault.SPOOLS).poll()
    assert 'success="true" code="" status="251658244"' in server.results()[0]


def test_an_empty_document_is_a_success_of_nothing():
    server = Server([document("")])
    epson = printer(server)
    epson.poll()
    assert 'success="true"' in server.results()[0]
    assert epson.tickets() == []


@pytest.mark.parametrize(
    "body", [b"nothing", document(image(), wrapped=False), document(image(), job="x" * 31)]
)
def test_a_wrong_wrapper_is_dropped_without_a_word(body: bytes):
    server = Server([body])
    printer(server).poll()
    assert server.kinds() == ["GetRequest"]


@pytest.mark.parametrize("wrong", [image(width=600), image(height=3), image(dots=b""), "<image/>"])
def test_a_picture_that_does_not_fit_is_a_fault_of_the_document(wrong: str):
    server = Server([document(wrong)])
    printer(server).poll()
    assert 'code="SchemaError"' in server.results()[0]


def test_a_document_that_is_too_large_is_refused():
    server = Server([document(image()) + b" " * 2_000_000])
    printer(server).poll()
    assert 'code="RequestEntityTooLarge"' in server.results()[0]


def test_a_printer_that_dies_says_nothing_and_one_that_is_off_asks_nothing():
    server = Server([document(image())])
    epson = printer(server, EpsonFault.DIES_AFTER_BYTES)
    epson.poll()
    epson.set_fault(EpsonFault.OFFLINE)
    epson.poll()
    assert server.kinds() == ["GetRequest"]


def test_a_change_of_state_is_told_once():
    server = Server()
    epson = printer(server, notifies=True)
    epson.poll()
    epson.poll()
    epson.set_fault(EpsonFault.PAPER_OUT)
    epson.poll()
    told = [form["Status"] for form in server.forms if form["ConnectionType"] == "SetStatus"]
    assert len(told) == 2
    assert 'asbstatus="0x0f000004"' in told[0]
    assert 'asbstatus="0x0f080004"' in told[1]


def test_a_server_that_does_not_answer_ends_the_turn():
    def away(*_: object) -> HttpAnswer:
        raise OSError

    epson = SimulatedEpsonPrinter(ADDRESS, "laon-borne-1", "a secret", away)
    epson.poll()
    assert epson.last_status is None
