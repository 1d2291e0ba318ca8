"""The simulated printers' page: tickets as pictures, switches for faults, for this computer only."""

import re
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from babel.messages.pofile import read_po
from flask import Flask
from flask.testing import FlaskClient

from hardware.document import PrintDocument, Text
from hardware.escpos_printer import PrinterProfile, render
from hardware.simulator import PrinterSharing, SharedPrinter, set_up_elsewhere, shared_printers
from hardware.simulator.faulty_printer import HttpAnswer
from hardware.simulator.pages import blueprint
from hardware.simulator.printer import PrinterFault, SimulatedPrinter
from hardware.simulator.star_printer import SimulatedStarPrinter, StarFault
from hardware.transports.tcp import TcpAddress
from hardware.verdict import print_document_bytes
from tests.harness.programs import PROJECT

CAYENNE = ZoneInfo("America/Cayenne")
CATALOGUES = PROJECT / "hardware" / "translations"


def sentences(language: str) -> dict[str, str]:
    with (CATALOGUES / language / "LC_MESSAGES" / "hardware.po").open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file) if message.id}


def translate(key: str, language: str, **values: object) -> str:
    return sentences(language)[key].format(**values)


@pytest.fixture
def client(simulated: SimulatedPrinter, fonts_dir: Path) -> FlaskClient:
    blob = render(PrintDocument(576, (Text("A042", 200, fit=True),)), PrinterProfile(), fonts_dir)
    print_document_bytes(TcpAddress(simulated.host, simulated.port), blob, job_number=1)
    app = Flask("page", static_folder=None)
    app.jinja_env.globals["csrf_token"] = lambda: "token-of-the-session"
    app.register_blueprint(
        blueprint(
            lambda: {"laon": simulated},
            translate,
            languages=("fr", "en", "es"),
            zones=lambda: {"laon": CAYENNE},
            labels=lambda: {"laon": "Borne du hall"},
        )
    )
    return app.test_client()


@pytest.mark.parametrize("language", ["fr", "en", "es"])
def test_the_page_shows_the_tickets_in_each_language_at_the_hour_of_their_hall(client, simulated, language):
    html = client.get(f"/imprimantes?lang={language}").get_data(as_text=True)
    assert f'<html lang="{language}"' in html
    assert sentences(language)["hardware.simulator.title"] in html
    assert '<h2 id="laon-title">Borne du hall</h2>' in html
    (src, alt) = re.findall(r'<img src="([^"]+)" alt="([^"]+)"', html)[0]
    [ticket] = simulated.tickets()
    assert ticket.received_at.astimezone(CAYENNE).strftime("%H:%M:%S") in alt
    picture = client.get(src)
    assert picture.content_type == "image/png"
    assert picture.data.startswith(b"\x89PNG")


def test_a_fault_is_turned_on_and_off_with_the_token_of_the_session(client, simulated):
    assert 'name="csrf_token" value="token-of-the-session"' in client.get("/imprimantes").text
    answer = client.post("/imprimantes/laon/faults", data={"fault": "paper_out", "is_on": "1"})
    assert answer.status_code == 303
    assert simulated.faults() == {PrinterFault.PAPER_OUT}
    assert sentences("fr")["hardware.simulator.fault.paper_out"] in client.get(answer.location).text
    client.post("/imprimantes/laon/faults", data={"fault": "paper_out", "is_on": "0"})
    assert simulated.faults() == frozenset()


def test_unknown_printers_tickets_and_faults_are_answered_clearly(client):
    assert client.get("/imprimantes/laon/tickets/99.png").status_code == 404
    assert client.get("/imprimantes/soissons/tickets/1.png").status_code == 404
    assert client.post("/imprimantes/soissons/faults", data={"fault": "mute"}).status_code == 404
    assert client.post("/imprimantes/laon/faults", data={"fault": "fire"}).status_code == 400


@pytest.mark.parametrize(
    ("address", "headers"),
    [("192.0.2.7", {}), ("127.0.0.1", {"X-Forwarded-For": "192.0.2.7"}), ("::ffff:192.0.2.7", {})],
)
def test_other_computers_get_not_found(client, address, headers):
    for path in ("/imprimantes", "/imprimantes/laon/tickets/1.png"):
        answer = client.get(path, environ_overrides={"REMOTE_ADDR": address}, headers=headers)
        assert answer.status_code == 404


def test_the_page_has_no_inline_script_style_or_handler(client):
    html = client.get("/imprimantes").text
    assert not re.findall(r"<script|<style|\sstyle=|\son\w+=", html)


def test_every_fault_has_its_sentence_and_the_catalogues_have_the_same_keys():
    french, english, spanish = (sentences(language) for language in ("fr", "en", "es"))
    assert french.keys() == english.keys() == spanish.keys()
    assert {f"hardware.simulator.fault.{fault}" for fault in PrinterFault} <= french.keys()
    for key, sentence in french.items():
        placeholders = set(re.findall(r"{\w+}", sentence))
        assert (
            placeholders == set(re.findall(r"{\w+}", english[key])) == set(re.findall(r"{\w+}", spanish[key]))
        )
        assert sentence
        assert english[key]
        assert spanish[key]


def test_a_printer_that_fetches_its_jobs_is_set_up_and_shown_with_its_own_faults(fonts_dir: Path):
    plugged: dict[str, SimulatedStarPrinter] = {}

    def set_up(address: str, user: str, secret: str) -> bool:
        if address != "http://127.0.0.1:8080/impression/star/laon/laon-borne-1":
            return False
        plugged[user] = SimulatedStarPrinter(address, user, secret, no_server)
        return True

    app = Flask("page", static_folder=None)
    app.jinja_env.globals["csrf_token"] = lambda: "token-of-the-session"
    app.register_blueprint(blueprint(lambda: plugged, translate, languages=("fr",), set_up=set_up))
    browser = app.test_client()
    typed = {"address": "http://192.0.2.7/", "user": "laon-borne-1", "secret": "a secret"}
    refused = browser.post("/imprimantes", data=typed, follow_redirects=True)
    assert sentences("fr")["hardware.simulator.set_up_refused"] in refused.get_data(as_text=True)
    assert plugged == {}
    typed["address"] = "http://127.0.0.1:8080/impression/star/laon/laon-borne-1"
    html = browser.post("/imprimantes", data=typed, follow_redirects=True).get_data(as_text=True)
    assert typed["address"] in html
    assert "a secret" not in html
    assert sentences("fr")["hardware.simulator.fault.not_taken"] in html
    for is_on, faults in (("1", {StarFault.NOT_TAKEN}), ("0", set())):
        browser.post("/imprimantes/laon-borne-1/faults", data={"fault": "not_taken", "is_on": is_on})
        assert plugged["laon-borne-1"].faults() == faults
    answer = browser.post("/imprimantes/laon-borne-1/faults", data={"fault": "cutter", "is_on": "1"})
    assert answer.status_code == 400


def no_server(*_: object) -> HttpAnswer:
    raise OSError


@pytest.fixture
def address(tmp_path: Path) -> str:
    return str(tmp_path / "printers.sock")


@pytest.fixture
def shared(simulated: SimulatedPrinter, address: str) -> Iterator[PrinterSharing]:
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(address)
    listening.listen()
    sharing = PrinterSharing(listening, lambda: {"laon": simulated}).start()
    yield sharing
    sharing.stop()


@pytest.fixture
def shared_printer(shared: PrinterSharing, address: str) -> SharedPrinter:
    """The printer as another process reads it now."""
    assert shared
    return shared_printers(lambda: connected(address))["laon"]


def connected(address: str) -> socket.socket:
    made = socket.socket(socket.AF_UNIX)
    try:
        made.connect(address)
    except OSError:
        made.close()
        raise
    return made


def test_tickets_are_shown_with_their_pictures(simulated, shared, address, fonts_dir):
    blob = render(PrintDocument(576, (Text("A042", 200, fit=True),)), PrinterProfile(), fonts_dir)
    for job_number in (1, 2):
        print_document_bytes(TcpAddress(simulated.host, simulated.port), blob, job_number=job_number)
    shared_printer = shared_printers(lambda: connected(address))["laon"]
    assert (shared_printer.host, shared_printer.port) == (simulated.host, simulated.port)
    own = simulated.tickets()
    assert [(each.number, each.received_at) for each in shared_printer.tickets()] == [
        (each.number, each.received_at) for each in own
    ]
    assert shared_printer.picture(own[0].number) == own[0].png
    assert shared_printer.picture(99) is None


def test_a_fault_is_switched_where_the_printer_runs(simulated, shared_printer, address):
    shared_printer.set_fault(PrinterFault.PAPER_OUT)
    assert simulated.faults() == {PrinterFault.PAPER_OUT}
    assert shared_printers(lambda: connected(address))["laon"].faults() == {PrinterFault.PAPER_OUT}
    shared_printer.clear_fault(PrinterFault.PAPER_OUT)
    assert simulated.faults() == frozenset()


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"nonsense",
        b"[]",
        b"{}",
        b'{"ask": "picture"}',
        b'{"ask": "picture", "name": "soissons", "number": 1}',
        b'{"ask": "switch", "name": "laon", "fault": "fire", "is_on": true}',
    ],
)
def test_an_unknown_request_gets_an_empty_answer(shared, address, line):
    with closing(connected(address)) as asked:
        asked.sendall(line + b"\n")
        assert asked.recv(100) == b"null\n"


def test_without_a_process_that_runs_printers_there_are_none(address):
    assert shared_printers(lambda: connected(address)) == {}


def test_a_printer_that_fetches_its_jobs_is_shared_and_set_up_from_elsewhere(address: str):
    star = SimulatedStarPrinter("http://127.0.0.1/impression/star/laon/b", "b", "secret", no_server)
    asked: list[tuple[str, str, str]] = []

    def set_up(*typed: str) -> bool:
        asked.append((typed[0], typed[1], typed[2]))
        return typed[0] == star.address

    listening = socket.socket(socket.AF_UNIX)
    listening.bind(address)
    listening.listen()
    sharing = PrinterSharing(listening, lambda: {"b": star}, set_up).start()
    try:
        shared_star = shared_printers(lambda: connected(address))["b"]
        assert (shared_star.asks_at, shared_star.fault_kind) == (star.address, StarFault)
        shared_star.set_fault(StarFault.NOT_TAKEN)
        assert star.faults() == {StarFault.NOT_TAKEN}
        assert set_up_elsewhere(lambda: connected(address), star.address, "b", "secret")
        assert not set_up_elsewhere(lambda: connected(address), "http://192.0.2.7/", "b", "secret")
        assert len(asked) == 2
    finally:
        sharing.stop()
    assert not set_up_elsewhere(lambda: connected(address), star.address, "b", "secret")
