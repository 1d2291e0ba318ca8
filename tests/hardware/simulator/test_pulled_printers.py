"""Simulated printers that fetch their jobs, against servers that answer as the makers' papers say."""

import base64
import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from PIL import Image

from hardware.simulator.epson_printer import EpsonFault, SimulatedEpsonPrinter
from hardware.simulator.faulty_printer import HttpAnswer
from hardware.simulator.star_printer import SimulatedStarPrinter, StarFault

EPSON_ADDRESS = "https://parvis.example/impression/epson/laon/laon-borne-1"
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
class EpsonServer:
    """Answers each poll with the next of `jobs`, after a challenge; keeps every form."""

    jobs: list[bytes] = field(default_factory=list)
    forms: list[dict[str, str]] = field(default_factory=list)
    proofs: list[str] = field(default_factory=list)

    def __call__(self, method: str, address: str, headers: Mapping[str, str], body: bytes) -> HttpAnswer:
        assert (method, address) == ("POST", EPSON_ADDRESS)
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


def epson_printer(server: EpsonServer, *faults: EpsonFault, notifies: bool = False) -> SimulatedEpsonPrinter:
    made = SimulatedEpsonPrinter(EPSON_ADDRESS, "laon-borne-1", "a secret", server, notifies=notifies)
    for fault in faults:
        made.set_fault(fault)
    return made


def md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def test_a_poll_says_who_asks_and_answers_the_challenge():
    server = EpsonServer()
    epson = epson_printer(server)
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
    server = EpsonServer([document(image())])
    epson = epson_printer(server)
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
    server = EpsonServer([document(image())])
    epson = epson_printer(server, fault)
    epson.poll()
    assert f'success="false" code="{code}"' in server.results()[0]
    assert epson.tickets() == []


def test_a_spooler_says_success_without_the_bit_of_printing():
    server = EpsonServer([document(image())])
    epson_printer(server, EpsonFault.SPOOLS).poll()
    assert 'success="true" code="" status="251658244"' in server.results()[0]


def test_an_empty_document_is_a_success_of_nothing():
    server = EpsonServer([document("")])
    epson = epson_printer(server)
    epson.poll()
    assert 'success="true"' in server.results()[0]
    assert epson.tickets() == []


@pytest.mark.parametrize(
    "body", [b"nothing", document(image(), wrapped=False), document(image(), job="x" * 31)]
)
def test_a_wrong_wrapper_is_dropped_without_a_word(body: bytes):
    server = EpsonServer([body])
    epson_printer(server).poll()
    assert server.kinds() == ["GetRequest"]


@pytest.mark.parametrize("wrong", [image(width=600), image(height=3), image(dots=b""), "<image/>"])
def test_a_picture_that_does_not_fit_is_a_fault_of_the_document(wrong: str):
    server = EpsonServer([document(wrong)])
    epson_printer(server).poll()
    assert 'code="SchemaError"' in server.results()[0]


def test_a_document_that_is_too_large_is_refused():
    server = EpsonServer([document(image()) + b" " * 2_000_000])
    epson_printer(server).poll()
    assert 'code="RequestEntityTooLarge"' in server.results()[0]


def test_a_printer_that_dies_says_nothing_and_one_that_is_off_asks_nothing():
    server = EpsonServer([document(image())])
    epson = epson_printer(server, EpsonFault.DIES_AFTER_BYTES)
    epson.poll()
    epson.set_fault(EpsonFault.OFFLINE)
    epson.poll()
    assert server.kinds() == ["GetRequest"]


def test_a_change_of_state_is_told_once():
    server = EpsonServer()
    epson = epson_printer(server, notifies=True)
    epson.poll()
    epson.poll()
    epson.set_fault(EpsonFault.PAPER_OUT)
    epson.poll()
    told = [form["Status"] for form in server.forms if form["ConnectionType"] == "SetStatus"]
    assert len(told) == 2
    assert 'asbstatus="0x0f000004"' in told[0]
    assert 'asbstatus="0x0f080004"' in told[1]


# --- the simulated Star printer against a server that answers as the protocol's guide says ----


STAR_ADDRESS = "https://parvis.example/impression/star/laon/laon-borne-1"
NOTHING = {"jobReady": False}


def png(width: int = 576) -> bytes:
    content = io.BytesIO()
    Image.new("1", (width, 40)).save(content, "PNG")
    return content.getvalue()


@dataclass
class StarServer:
    """Answers each poll with the next of `offers`, a fetch with `picture`; keeps every request."""

    offers: list[dict[str, Any]] = field(default_factory=list)
    picture: bytes = field(default_factory=png)
    requests: list[tuple[str, str, dict[str, list[str]]]] = field(default_factory=list)
    polls: list[dict[str, Any]] = field(default_factory=list)
    headers: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, method: str, address: str, headers: Mapping[str, str], body: bytes) -> HttpAnswer:
        parts = urlsplit(address)
        query = parse_qs(parts.query, keep_blank_values=True)
        self.requests.append((method, parts.path, query))
        self.headers = headers
        if method == "POST":
            self.polls.append(json.loads(body))
            offer = self.offers.pop(0) if self.offers else NOTHING
            return HttpAnswer(200, {}, json.dumps(offer).encode())
        if method == "GET" and "delete" not in query:
            return HttpAnswer(200, {"Content-Type": "image/png"}, self.picture)
        return HttpAnswer(200, {}, b"")

    def confirmations(self) -> list[tuple[str, str]]:
        """Token and code of each."""
        return [
            (query["token"][0], query["code"][0])
            for method, _, query in self.requests
            if method == "DELETE" or "delete" in query
        ]


def offer(token: str = "abc.1", **more: object) -> dict[str, Any]:
    return {"jobReady": True, "mediaTypes": ["image/png"], "jobToken": token, "deleteMethod": "DELETE"} | more


def star_printer(server: StarServer, *faults: StarFault) -> SimulatedStarPrinter:
    made = SimulatedStarPrinter(STAR_ADDRESS, "laon-borne-1", "a secret", server)
    for fault in faults:
        made.set_fault(fault)
    return made


def test_a_poll_says_who_and_how_the_printer_is():
    server = StarServer()
    star_printer(server).poll()
    assert [(method, path) for method, path, _ in server.requests] == [("POST", urlsplit(STAR_ADDRESS).path)]
    [poll] = server.polls
    assert (poll["statusCode"], poll["jobToken"], poll["printingInProgress"]) == ("200%20OK", None, False)
    assert server.headers["Content-Type"] == "application/json"
    proof = server.headers["Authorization"].removeprefix("Basic ")
    assert base64.b64decode(proof) == b"laon-borne-1:a secret"


def test_an_offered_job_is_fetched_printed_and_confirmed():
    server = StarServer([offer()])
    star = star_printer(server)
    star.poll()
    assert [method for method, *_ in server.requests] == ["POST", "GET", "DELETE", "POST"]
    assert server.requests[1][2]["token"] == ["abc.1"]
    assert server.requests[1][2]["type"] == ["image/png"]
    assert server.confirmations() == [("abc.1", "200 OK")]
    assert [ticket.png for ticket in star.tickets()] == [server.picture]


def test_a_server_that_gets_no_delete_is_told_by_get():
    server = StarServer([offer(deleteMethod="GET")])
    star_printer(server).poll()
    assert [method for method, *_ in server.requests] == ["POST", "GET", "GET", "POST"]
    assert server.confirmations() == [("abc.1", "200 OK")]


def test_after_an_action_the_printer_polls_again_at_once_with_its_result():
    server = StarServer([NOTHING | {"clientAction": [{"request": "GetPollInterval", "options": ""}]}])
    star_printer(server).poll()
    assert [poll["clientAction"] for poll in server.polls] == [
        None,
        [{"request": "GetPollInterval", "result": "5"}],
    ]


@pytest.mark.parametrize("fault", [StarFault.PAPER_OUT, StarFault.COVER_OPEN, StarFault.JAM])
def test_a_stopped_printer_only_polls(fault: StarFault):
    server = StarServer([offer()])
    star = star_printer(server, fault)
    star.poll()
    assert [method for method, *_ in server.requests] == ["POST"]
    assert server.polls[0]["statusCode"][:3] in ("410", "420", "411")
    assert star.tickets() == []


def test_a_printer_that_is_off_asks_for_nothing():
    server = StarServer([offer()])
    star_printer(server, StarFault.OFFLINE).poll()
    assert server.requests == []


def test_a_paper_in_the_outlet_is_said_until_it_is_taken():
    server = StarServer([offer()])
    star = star_printer(server, StarFault.NOT_TAKEN)
    star.poll()
    assert server.confirmations() == [("abc.1", "221 Paper present")]
    assert server.polls[-1]["statusCode"].startswith("221")
    star.clear_fault(StarFault.NOT_TAKEN)
    star.poll()
    assert server.polls[-1]["statusCode"].startswith("200")


def test_paper_that_ends_in_mid_ticket_is_said_and_the_rest_comes_later():
    server = StarServer([offer()])
    star = star_printer(server, StarFault.STOPS_IN_MID_TICKET)
    star.poll()
    assert server.confirmations() == [("abc.1", "410 Paper out")]
    assert star.tickets() == []
    star.clear_fault(StarFault.STOPS_IN_MID_TICKET)
    star.poll()
    assert server.confirmations()[-1] == ("abc.1", "200 OK")
    assert len(star.tickets()) == 1


@pytest.mark.parametrize(
    ("fault", "codes"),
    [(StarFault.DOWNLOAD_FAILS, ["520 Download failed"]), (StarFault.DIES_AFTER_BYTES, [])],
)
def test_a_job_that_is_lost_is_not_printed(fault: StarFault, codes: list[str]):
    server = StarServer([offer()])
    star = star_printer(server, fault)
    star.step()
    assert [code for _, code in server.confirmations()] == codes
    assert star.tickets() == []


@pytest.mark.parametrize("picture", [b"", b"no picture", png(577)])
def test_what_is_no_picture_for_its_paper_is_refused(picture: bytes):
    server = StarServer([offer()], picture=picture)
    star = star_printer(server)
    star.step()
    assert server.confirmations() == [("abc.1", "511 Decoding failed")]
    assert star.tickets() == []


def test_a_job_of_another_kind_is_refused():
    server = StarServer([offer(mediaTypes=["text/plain"])])
    star_printer(server).step()
    assert server.confirmations() == [("abc.1", "510 Media type")]


@pytest.mark.parametrize(
    ("kind", "address"), [(SimulatedEpsonPrinter, EPSON_ADDRESS), (SimulatedStarPrinter, STAR_ADDRESS)]
)
def test_a_server_that_does_not_answer_ends_the_turn(
    kind: type[SimulatedEpsonPrinter | SimulatedStarPrinter], address: str
):
    def away(*_: object) -> HttpAnswer:
        raise OSError

    asking = kind(address, "laon-borne-1", "a secret", away)
    asking.poll()
    assert asking.last_status is None
