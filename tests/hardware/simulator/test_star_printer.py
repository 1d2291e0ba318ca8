"""The simulated Star printer against a server that answers as the protocol's guide says."""

import base64
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from PIL import Image

from hardware.simulator.faulty_printer import HttpAnswer
from hardware.simulator.star_printer import SimulatedStarPrinter, StarFault

ADDRESS = "https://parvis.example/impression/star/laon/laon-borne-1"
NOTHING = {"jobReady": False}


def png(width: int = 576) -> bytes:
    content = io.BytesIO()
    Image.new("1", (width, 40)).save(content, "PNG")
    return content.getvalue()


@dataclass
class Server:
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


def printer(server: Server, *faults: StarFault) -> SimulatedStarPrinter:
    made = SimulatedStarPrinter(ADDRESS, "laon-borne-1", "a secret", server)
    for fault in faults:
        made.set_fault(fault)
    return made


def test_a_poll_says_who_and_how_the_printer_is():
    server = Server()
    printer(server).poll()
    assert [(method, path) for method, path, _ in server.requests] == [("POST", urlsplit(ADDRESS).path)]
    [poll] = server.polls
    assert (poll["statusCode"], poll["jobToken"], poll["printingInProgress"]) == ("200%20OK", None, False)
    assert server.headers["Content-Type"] == "application/json"
    proof = server.headers["Authorization"].removeprefix("Basic ")
    assert base64.b64decode(proof) == b"laon-borne-1:a secret"


def test_an_offered_job_is_fetched_printed_and_confirmed():
    server = Server([offer()])
    star = printer(server)
    star.poll()
    assert [method for method, *_ in server.requests] == ["POST", "GET", "DELETE", "POST"]
    assert server.requests[1][2]["token"] == ["abc.1"]
    assert server.requests[1][2]["type"] == ["image/png"]
    assert server.confirmations() == [("abc.1", "200 OK")]
    assert [ticket.png for ticket in star.tickets()] == [server.picture]


def test_a_server_that_gets_no_delete_is_told_by_get():
    server = Server([offer(deleteMethod="GET")])
    printer(server).poll()
    assert [method for method, *_ in server.requests] == ["POST", "GET", "GET", "POST"]
    assert server.confirmations() == [("abc.1", "200 OK")]


def test_after_an_action_the_printer_polls_again_at_once_with_its_result():
    server = Server([NOTHING | {"clientAction": [{"request": "GetPollInterval", "options": ""}]}])
    printer(server).poll()
    assert [poll["clientAction"] for poll in server.polls] == [
        None,
        [{"request": "GetPollInterval", "result": "5"}],
    ]


@pytest.mark.parametrize("fault", [StarFault.PAPER_OUT, StarFault.COVER_OPEN, StarFault.JAM])
def test_a_stopped_printer_only_polls(fault: StarFault):
    server = Server([offer()])
    star = printer(server, fault)
    star.poll()
    assert [method for method, *_ in server.requests] == ["POST"]
    assert server.polls[0]["statusCode"][:3] in ("410", "420", "411")
    assert star.tickets() == []


def test_a_printer_that_is_off_asks_for_nothing():
    server = Server([offer()])
    printer(server, StarFault.OFFLINE).poll()
    assert server.requests == []


def test_a_paper_in_the_outlet_is_said_until_it_is_taken():
    server = Server([offer()])
    star = printer(server, StarFault.NOT_TAKEN)
    star.poll()
    assert server.confirmations() == [("abc.1", "221 Paper present")]
    assert server.polls[-1]["statusCode"].startswith("221")
    star.clear_fault(StarFault.NOT_TAKEN)
    star.poll()
    assert server.polls[-1]["statusCode"].startswith("200")


def test_paper_that_ends_in_mid_ticket_is_said_and_the_rest_comes_later():
    server = Server([offer()])
    star = printer(server, StarFault.STOPS_IN_MID_TICKET)
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
    server = Server([offer()])
    star = printer(server, fault)
    star.step()
    assert [code for _, code in server.confirmations()] == codes
    assert star.tickets() == []


@pytest.mark.parametrize("picture", [b"", b"no picture", png(577)])
def test_what_is_no_picture_for_its_paper_is_refused(picture: bytes):
    server = Server([offer()], picture=picture)
    star = printer(server)
    star.step()
    assert server.confirmations() == [("abc.1", "511 Decoding failed")]
    assert star.tickets() == []


def test_a_job_of_another_kind_is_refused():
    server = Server([offer(mediaTypes=["text/plain"])])
    printer(server).step()
    assert server.confirmations() == [("abc.1", "510 Media type")]


def test_a_server_that_does_not_answer_ends_the_turn():
    def away(*_: object) -> HttpAnswer:
        raise OSError

    star = SimulatedStarPrinter(ADDRESS, "laon-borne-1", "a secret", away)
    star.poll()
    assert star.last_status is None
