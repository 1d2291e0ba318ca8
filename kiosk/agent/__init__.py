"""The kiosk agent: the program on a kiosk's computer, `parvis-kiosk`.

It serves the kiosk's page on this computer, so that the page opens without the network, hands requests on to
the hall's server, drives the kiosk's printer, and gives tickets of the kiosk's own series while the server is
away. It needs `hardware`, `kiosk`, the standard library and Babel; nothing of the server.

Here: its settings, one TOML file, and its service of systemd. `server` is the address of the server.
`[printer]` has `usb` (a name), or `line` and `speed`, or `network` (host:port); without it, the only printer
on USB is used. `authority` is a file of certificates of an authority of one's own. `port` is where the page
is, `tickets_a_minute` the most that it gives by itself (0: any number). The kiosk's token comes by pairing,
and stays in the folder `state`.
"""

import json
import os
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from hardware.transports.serial_line import SPEEDS, is_serial_line
from hardware.transports.tcp import RAW_PRINTING_PORT, TcpAddress
from hardware.transports.usb import UsbName, usb_name

PROGRAM = "parvis-kiosk"
USUAL_FILE = Path("/etc/parvis/kiosk.toml")
USUAL_STATE = Path("/var/lib") / PROGRAM
USUAL_PORT = 8600
STATE_OF_SERVICE = "STATE_DIRECTORY"
"""Where systemd says which folder a service keeps its state in."""
AUTHORITY_NAME = "kiosk-authority.pem"
USUAL_UNIT = Path("/etc/systemd/system") / f"{PROGRAM}.service"
_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_UNIT = """\
[Unit]
Description=Parvis kiosk: the page, the printer and the tickets of this kiosk
After=network.target
StartLimitIntervalSec=0

[Service]
ExecStart={program} run --settings {settings}
DynamicUser=yes
StateDirectory={name}
StateDirectoryMode=0700
SupplementaryGroups=lp dialout
Environment=PARVIS_LANGUAGE={language}
Restart=always
RestartSec=1
TimeoutStopSec=20
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK
MemoryMax=150M

[Install]
WantedBy=multi-user.target
"""


class AgentFault(Exception):
    """What keeps the agent from working, as the key of a sentence and its values."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.values = values


@dataclass(frozen=True, slots=True)
class AgentSettings:
    """Where the server, the page and the printer are. Without a place of it: the only printer on USB.

    `speed` in bits a second; None: found by asking. `state`: the folder of everything that the agent keeps.
    """

    server: str
    port: int = USUAL_PORT
    state: Path = USUAL_STATE
    usb: UsbName | None = None
    line: Path | None = None
    speed: int | None = None
    network: TcpAddress | None = None
    authority: Path | None = None
    tickets_a_minute: int = 30

    @property
    def page(self) -> str:
        """The address that the kiosk's browser opens."""
        return f"http://127.0.0.1:{self.port}/kiosk"


def read_settings(file: Path) -> AgentSettings:
    """The settings in a file. AgentFault: it is not there, or something in it is wrong."""
    try:
        written = file.read_bytes()
    except OSError as error:
        raise AgentFault("no_file", file=file, why=error.strerror) from error
    try:
        return settings_of(tomllib.loads(written.decode("utf-8")))
    except ValueError as error:
        raise AgentFault("wrong_file", file=file, why=error) from error


def settings_of(content: Mapping[str, object]) -> AgentSettings:
    """The settings in a document. ValueError, AgentFault: something in it is wrong."""
    printer = content.get("printer", {})
    if not isinstance(printer, dict):
        raise ValueError("[printer]")
    usb, line, network = (_text(printer, name) for name in ("usb", "line", "network"))
    authority = _text(content, "authority")
    return AgentSettings(
        server=checked_server(_text(content, "server") or ""),
        port=_number(content, "port", USUAL_PORT),
        state=_state(_text(content, "state")),
        usb=None if usb is None else usb_name(usb),
        line=None if line is None else checked_line(line),
        speed=_speed(printer.get("speed")),
        network=None if network is None else network_address(network),
        authority=None if authority is None else Path(authority),
        tickets_a_minute=_number(content, "tickets_a_minute", 30),
    )


def checked_server(address: str) -> str:
    """The address of a server, without a slash at its end. AgentFault: it is none, or not by https."""
    parts = urlsplit(address)
    if parts.hostname is None or parts.path.strip("/") or parts.query or parts.username:
        raise AgentFault("wrong_server", address=address)
    if parts.scheme != "https" and (parts.scheme, parts.hostname) not in [("http", on) for on in _LOOPBACK]:
        raise AgentFault("no_https", address=address)
    return address.rstrip("/")


def checked_line(line: str) -> Path:
    """The path of a serial line. AgentFault: it is none."""
    if not is_serial_line(line):
        raise AgentFault("wrong_line", line=line)
    return Path(line)


def network_address(text: str) -> TcpAddress:
    """A printer on the network, `host` or `host:port`. ValueError: it is none."""
    parts = urlsplit(f"//{text}")
    if parts.hostname is None:
        raise ValueError("network")
    return TcpAddress(parts.hostname, parts.port or RAW_PRINTING_PORT)


def _state(given: str | None) -> Path:
    if given is not None:
        return Path(given)
    of_service = os.environ.get(STATE_OF_SERVICE)
    return USUAL_STATE if of_service is None else Path(of_service)


def _text(content: Mapping[str, object], name: str) -> str | None:
    found = content.get(name)
    if found is not None and (not isinstance(found, str) or not found):
        raise ValueError(name)
    return found


def _number(content: Mapping[str, object], name: str, usual: int) -> int:
    found = content.get(name, usual)
    if not isinstance(found, int) or not 0 <= found < 65_536:
        raise ValueError(name)
    return found


def _speed(found: object) -> int | None:
    if found is None:
        return None
    if found not in SPEEDS or not isinstance(found, int):
        raise ValueError("speed")
    return found


def unit_text(settings: Path, language: str) -> str:
    """The unit. The service has a user of its own, which alone reads what it keeps."""
    return _UNIT.format(program=program(), name=PROGRAM, settings=settings.resolve(), language=language)


def program() -> Path:
    """Where this program is installed."""
    return Path(sys.argv[0]).resolve()


def settings_text(settings: AgentSettings) -> str:
    """The file of the settings."""
    lines = [f"server = {_quoted(settings.server)}", f"port = {settings.port}"]
    if settings.state != USUAL_STATE:
        lines.append(f"state = {_quoted(str(settings.state))}")
    if settings.authority is not None:
        lines.append(f"authority = {_quoted(str(settings.authority))}")
    lines += ["", "[printer]"]
    if settings.usb is not None:
        lines.append(f"usb = {_quoted(str(settings.usb))}")
    if settings.line is not None:
        lines.append(f"line = {_quoted(str(settings.line))}")
    if settings.speed is not None:
        lines.append(f"speed = {settings.speed}")
    if settings.network is not None:
        lines.append(f"network = {_quoted(f'{settings.network.host}:{settings.network.port}')}")
    return "\n".join(lines) + "\n"


def write_settings(file: Path, settings: AgentSettings) -> None:
    """Writes the file, which holds no secret: the user of the service reads it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(settings_text(settings), encoding="utf-8")
    file.chmod(0o644)


def copy_authority(given: Path, settings: Path) -> Path:
    """Copies certificates beside the settings, where the user of the service reads them; the copy."""
    certificates = given.read_bytes()
    folder = settings.parent
    if not folder.exists():
        folder.mkdir(parents=True)
        folder.chmod(0o755)
    copy = folder.resolve() / AUTHORITY_NAME
    copy.write_bytes(certificates)
    copy.chmod(0o644)
    return copy


def _quoted(text: str) -> str:
    """A text in TOML: JSON quotes the same characters the same way."""
    return json.dumps(text, ensure_ascii=False)
