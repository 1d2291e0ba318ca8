"""The command line of the kiosk agent: what it writes, and what it says of a wrong setting."""

import json
import subprocess
import sys
import threading
import tomllib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from kiosk.agent import AgentSettings
from kiosk.agent.command import run_command
from kiosk.agent.gateway import PaperServer, PollAnswer, PrinterIdentity
from kiosk.agent.server_line import ServerLine, ServerRefused, ServerSilent
from tests.harness.programs import PROJECT

SERVER = "https://parvis.example"
NOTHING = {"offer": None, "dialect": "custom"}


@pytest.fixture(autouse=True)
def french(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PARVIS_LANGUAGE", "fr")
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path / "state"))


def installed(tmp_path: Path, *more: str, server: str = SERVER) -> Path:
    """The settings that the command wrote, if it did."""
    file, unit = tmp_path / "etc" / "kiosk.toml", tmp_path / "kiosk.service"
    run_command(["install", server, "--settings", str(file), "--unit", str(unit), *more])
    return file


def test_the_settings_hold_no_secret_and_the_service_is_confined(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    given = tmp_path / "authority.pem"
    given.write_text("certificates", encoding="utf-8")
    line = ("--line", "/dev/ttyUSB0", "--speed", "9600", "--authority", str(given))
    file = installed(tmp_path, *line)
    assert tomllib.loads(file.read_text(encoding="utf-8")) == {
        "server": SERVER,
        "port": 8600,
        "authority": str(file.with_name("kiosk-authority.pem")),
        "printer": {"line": "/dev/ttyUSB0", "speed": 9600},
    }
    unit = (tmp_path / "kiosk.service").read_text(encoding="utf-8")
    assert f"run --settings {file}\n" in unit
    assert "DynamicUser=yes\nStateDirectory=parvis-kiosk\nStateDirectoryMode=0700\n" in unit
    assert "MemoryMax=150M" in unit
    assert "http://127.0.0.1:8600/kiosk" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("server", "more", "said"),
    [
        ("http://parvis.example", (), "n’est pas en https"),
        ("https://parvis.example/kiosk", (), "n’est pas l’adresse"),
        (SERVER, ("--line", "/etc/passwd"), "n’est pas une ligne série"),
        (SERVER, ("--usb", "printer"), "n’est pas le nom d’une imprimante"),
        (SERVER, ("--authority", "/nowhere.pem"), "L’ordinateur refuse"),
    ],
)
def test_a_wrong_place_is_said_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], server: str, more: tuple[str, ...], said: str
):
    assert not installed(tmp_path, *more, server=server).exists()
    assert said in capsys.readouterr().err.replace("\u00a0", " ")


def test_the_doctor_says_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    file = installed(tmp_path, "--network", "127.0.0.1:9", server="http://127.0.0.1:9")
    capsys.readouterr()
    assert run_command(["doctor", "--settings", str(file)]) == 1
    said = capsys.readouterr().out.splitlines()
    assert [line[0] for line in said] == ["✗", "✗"]
    assert "imprimante n’est pas joignable" in said[0]
    assert "serveur ne répond pas" in said[1]


def test_the_program_loads_nothing_of_the_server():
    loaded = "import json, sys; import kiosk.agent.agent; print(json.dumps(sorted(sys.modules)))"
    answer = subprocess.run(
        [sys.executable, "-c", loaded], cwd=PROJECT, capture_output=True, text=True, check=True, timeout=30
    )
    packages = {name.partition(".")[0] for name in json.loads(answer.stdout)}
    assert packages & {"server", "signage", "flask", "gevent", "sqlalchemy", "babel", "pydantic"} == set()


class Peer(BaseHTTPRequestHandler):
    """A server that answers as the test says."""

    protocol_version = "HTTP/1.1"
    connections = 0
    closes_after_poll = False

    def setup(self) -> None:
        super().setup()
        type(self).connections += 1

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(200, json.dumps(NOTHING).encode())
        self.close_connection = self.closes_after_poll

    def do_GET(self) -> None:
        if "job=short" in self.path:
            self.send_response(200)
            self.send_header("Content-Length", "100")
            self.end_headers()
            self.wfile.write(b"\x1b@ half of a ticket")
            self.close_connection = True
        elif "job=" in self.path:
            self._answer(200, b"\x1b@ ticket", age="12.5")
        else:
            self._answer(302, b"")

    def _answer(self, status: int, body: bytes, age: str | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Location", "http://192.0.2.7/")
        if age is not None:
            self.send_header("X-Parvis-Age", age)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - named so there
        """Nothing is logged."""


@pytest.fixture
def peer() -> Iterator[type[Peer]]:
    made = type("OnePeer", (Peer,), {})
    with ThreadingHTTPServer(("127.0.0.1", 0), made) as listening:
        made.port = listening.server_port  # type: ignore[attr-defined]
        thread = threading.Thread(target=listening.serve_forever, args=(0.01,))
        thread.start()
        yield made
        listening.shutdown()
        thread.join()


def server_at(peer: type[Peer]) -> PaperServer:
    port = peer.port  # type: ignore[attr-defined]
    line = ServerLine(AgentSettings(f"http://127.0.0.1:{port}"))
    return PaperServer(line, lambda: PrinterIdentity("laon", "b1", "s"))


def asked(server: PaperServer) -> PollAnswer:
    return server.poll("ready", is_printing=False, interval_s=1)


def test_polls_and_fetches_share_a_connection_and_a_closed_one_is_opened_again(peer: type[Peer]):
    server = server_at(peer)
    assert [asked(server), asked(server)] == [PollAnswer(None, "custom")] * 2
    ticket = server.fetch("job")
    assert (ticket.blob, ticket.age_s) == (b"\x1b@ ticket", 12.5)
    assert peer.connections == 1
    peer.closes_after_poll = True
    assert [asked(server), asked(server)] == [PollAnswer(None, "custom")] * 2
    server.close()


def test_half_a_ticket_is_no_ticket_and_the_token_follows_no_redirect(peer: type[Peer]):
    server = server_at(peer)
    with pytest.raises(ServerSilent):
        server.fetch("short")
    server.close()
    line = ServerLine(AgentSettings(f"http://127.0.0.1:{peer.port}"))  # type: ignore[attr-defined]
    with pytest.raises(ServerRefused) as refused:
        line.send("GET", "/elsewhere", {}).expect(200)
    assert refused.value.status == 302
    line.close()
