"""The kiosk's page on loopback: who may use it, what reaches the server, what opens without it."""

import errno
import http.client
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from hardware.simulator.printer import SimulatedPrinter
from kiosk.agent import AgentSettings
from kiosk.agent.agent import KioskAgent
from kiosk.agent.kept_files import KeptFiles
from tests.harness.waiting import wait_until
from tests.kiosk.agent.samples import kept_in, provision

TOKEN = "T" * 22
FILES = {
    "/kiosk/worker.js": b'const RELEASE = {"version": "1", "files": ["/kiosk", "/static/1/kiosk.js"]};\n',
    "/kiosk": b"<!doctype html><title>kiosk</title>",
    "/static/1/kiosk.js": b"export {};",
}


class HallServer(BaseHTTPRequestHandler):
    """A stand-in for the server: it keeps what it was asked."""

    protocol_version = "HTTP/1.1"
    asked: list[tuple[str, str, dict[str, str], bytes]]
    twice = False
    is_off = False

    def do_GET(self) -> None:
        if self.is_off:  # on a connection of before
            self.close_connection = True
            return None
        path, body = self.path.partition("?")[0], self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.asked.append((self.command, path, dict(self.headers), body))
        said: dict[str, Any] = {"path": path}
        headers = {}
        if path.endswith("/agent"):
            if self.twice:
                return self._answer(409, {"code": "kiosk_twice"})
            said = {"now": datetime.now(UTC).isoformat(), "next_rank": 5, "provision": "p1"}
        elif path.endswith("/provision"):
            said = provision(datetime.now(UTC))
        elif path == "/device/me":
            if TOKEN not in self.headers.get("Cookie", ""):
                return self._answer(401, {"code": "unknown_device"})
            said = {"hall": {"slug": "laon", "name": "Laon"}, "id": "laon-borne-1", "label": "Borne"}
        elif path == "/device/pairing":
            secret = "parvis_pairing=secret" not in self.headers.get("Cookie", "")
            name, value = ("parvis_pairing", "secret") if secret else ("__Host-parvis_device", TOKEN)
            headers = {"Set-Cookie": f"{name}={value}; Path=/; HttpOnly"}
        elif path.endswith("/menu"):
            said = {"look": {"stylesheet": "/look/1.css"}, "configuration": "1.1", "services": []}
        elif path.startswith("/impression/"):
            said = {"offer": None, "dialect": "epson"}
        return self._answer(200, FILES.get(path, said), **headers)

    do_POST = do_PUT = do_GET  # noqa: N815 - named so there

    def _answer(self, status: int, said: bytes | dict[str, Any], **headers: str) -> None:
        body = said if isinstance(said, bytes) else json.dumps(said).encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Type", "text/html" if isinstance(said, bytes) else "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - named so there
        """Nothing is logged."""


class Computer:
    """The computer of a kiosk, with a server that can be switched off."""

    def __init__(self, folder: Path, printer: SimulatedPrinter, *, is_paired: bool = True) -> None:
        self.asked: list[tuple[str, str, dict[str, str], bytes]] = []
        self.handler: type[HallServer] = type("OneHall", (HallServer,), {"asked": self.asked})
        self.hall = ThreadingHTTPServer(("127.0.0.1", 0), self.handler)
        self.hall.daemon_threads = True
        threading.Thread(target=self.hall.serve_forever, args=(0.01,), daemon=True).start()
        if is_paired:
            kept_in(folder, provision=None)
        port = self.hall.server_port
        self.settings = AgentSettings(f"http://127.0.0.1:{port}", 0, folder, network=printer_address(printer))
        self.said: list[str] = []
        self.agent = KioskAgent(self.settings, lambda key, **_: self.said.append(key))
        self.stopping = threading.Event()
        self.running = threading.Thread(target=self.agent.run, args=(self.stopping,))
        self.running.start()
        self.host = f"127.0.0.1:{self.agent.page.server_port}"

    def switch_off(self) -> None:
        """The server's port refuses connections, and those that are open end."""
        self.handler.is_off = True
        self.hall.shutdown()
        self.hall.server_close()
        self.agent.link.lose()
        wait_until(lambda: self.agent.link.state == "away", "the agent knows")

    def ask(
        self, path: str, method: str = "GET", body: bytes | None = None, **headers: str
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        connection = http.client.HTTPConnection(self.host, timeout=10)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if body is not None:
            sent = {"Content-Type": "application/json"} | sent
        connection.request(method, path, body=body, headers=sent)
        answer = connection.getresponse()
        found = answer.status, answer.headers, answer.read()
        connection.close()
        return found

    def json(self, path: str, **more: Any) -> Any:
        return json.loads(self.ask(path, **more)[2])

    def close(self) -> None:
        self.agent.stop(self.stopping)
        self.running.join()
        self.hall.shutdown()
        self.hall.server_close()


def printer_address(printer: SimulatedPrinter) -> Any:
    from hardware.transports.tcp import TcpAddress

    return TcpAddress(printer.host, printer.port)


@pytest.fixture
def printer(fonts_dir: Path) -> Iterator[SimulatedPrinter]:
    made = SimulatedPrinter(fonts_dir=fonts_dir).start()
    yield made
    made.stop()


@pytest.fixture
def computer(tmp_path: Path, printer: SimulatedPrinter, fonts_dir: Path) -> Iterator[Computer]:
    fonts = tmp_path / "page" / "fonts"
    fonts.parent.mkdir()
    fonts.symlink_to(fonts_dir)
    made = Computer(tmp_path, printer)
    wait_until(lambda: made.agent.link.state == "up", "the server answers")
    yield made
    made.close()


def test_another_page_or_name_opens_nothing_and_no_browser_gets_the_token(computer: Computer):
    press = json.dumps({"press_id": "press-0001", "service": "accueil"}).encode()
    tickets, own = "/api/v1/halls/laon/tickets", f"http://{computer.host}"
    computer.asked.clear()
    for headers in (
        {"Host": "parvis.example"},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
    ):
        assert computer.ask(tickets, "POST", press, **headers)[0] == 403, headers
    for path in (
        *("/api/v1/kiosks/laon-borne-1/presses", "/api/v1/%6biosks/laon-borne-1/presses"),
        *("/device/session", "/connexion", "/impression/x"),
    ):
        assert computer.ask(path, "POST", b"{}", Origin=own)[0] == 404
        assert computer.ask(path)[0] == 404
    assert not [each for each in computer.asked if each[1] == tickets]
    status, said, body = computer.ask(tickets, "POST", press, Origin=own, Authorization="Bearer x")
    assert status == 200
    [(_, _, sent, _)] = [each for each in computer.asked if each[1] == tickets]
    assert TOKEN in sent["Cookie"]
    assert "Authorization" not in sent
    assert "Origin" not in sent
    assert TOKEN not in str(said) + body.decode()
    assert "Access-Control-Allow-Origin" not in said


def test_the_page_opens_and_gives_tickets_without_the_server(computer: Computer, printer: SimulatedPrinter):
    computer.json("/api/v1/halls/laon/menu?lang=fr")
    wait_until(lambda: computer.agent.files.find("/kiosk"), "the files are kept")
    computer.switch_off()
    assert computer.ask("/kiosk")[2] == FILES["/kiosk"]
    assert computer.ask("/static/1/kiosk.js")[2] == FILES["/static/1/kiosk.js"]
    assert computer.json("/device/me")["id"] == "laon-borne-1"
    assert computer.ask("/health/ready")[0] == 503
    menu = computer.json("/api/v1/halls/laon/menu?lang=en")
    assert (menu["unplugged"], menu["services"][0]["name"]) == (True, "Reception")
    assert (menu["look"], menu["configuration"]) == ({"stylesheet": "/look/1.css"}, "1.1")
    press = json.dumps({"press_id": "press-0001", "service": "accueil", "language": "en"}).encode()
    tickets = "/api/v1/halls/laon/tickets"
    ticket = computer.json(tickets, method="POST", body=press)
    assert ticket["number"] == "HL005", "the server knew of four"
    wait_until(printer.tickets, "the paper")

    def verdict() -> str | None:
        found: str | None = computer.json(tickets, method="POST", body=press)["print"]["verdict"]
        return found

    assert wait_until(verdict, "its verdict") == "printed"
    for of_server_alone in ("/api/v1/appointments/check-in", "/api/v1/halls/laon/families"):
        assert computer.ask(of_server_alone, "POST", press)[0] == 503
    assert len(printer.tickets()) == 1


def test_a_damaged_file_of_the_page_is_no_file(computer: Computer):
    wait_until(lambda: computer.agent.files.find("/kiosk"), "the files are kept")
    for file in (computer.settings.state / "page").glob("*.kept"):
        file.write_bytes(file.read_bytes()[:-1] + b"#")
    assert computer.agent.files.find("/kiosk") is None


def test_on_a_full_disk_the_page_has_its_menu_and_the_agent_knows_it(
    computer: Computer, monkeypatch: pytest.MonkeyPatch
):
    def full(file: Path, content: bytes) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr("kiosk.agent.kept_files.write_whole", full)
    assert computer.ask("/api/v1/halls/laon/menu?lang=fr")[0] == 200
    assert computer.agent.kept.read("menu")["configuration"] == "1.1"


def test_a_kiosk_is_paired_on_its_page_and_the_token_stays_here(tmp_path: Path, printer: SimulatedPrinter):
    computer = Computer(tmp_path, printer, is_paired=False)
    try:
        status, headers, _ = computer.ask("/kiosk")
        assert (status, headers["Location"]) == (303, "/pair")
        assert computer.ask("/pair")[0] == 200
        for _ in range(2):
            answer = computer.ask("/device/pairing", "POST", b"{}")
            assert "Set-Cookie" not in answer[1]
        wait_until(lambda: computer.agent.link.state == "up", "it is paired")
        assert KeptFiles(tmp_path).read("token") == TOKEN
        assert (tmp_path / "token.json").stat().st_mode & 0o077 == 0
    finally:
        computer.close()


def test_of_two_agents_the_second_gives_nothing(computer: Computer):
    computer.handler.twice = True
    computer.agent.link.look()
    wait_until(lambda: computer.agent.link.state == "twice", "it is refused")
    press = json.dumps({"press_id": "press-0001", "service": "accueil"}).encode()
    assert computer.ask("/api/v1/halls/laon/tickets", "POST", press)[0] == 503
    assert computer.ask("/api/v1/halls/laon/menu?lang=fr")[0] == 503
