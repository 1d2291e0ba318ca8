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
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
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
    given = {**content, **printer}
    found: dict[str, Any] = {"server": "", "state": Path(os.environ.get(STATE_OF_SERVICE, USUAL_STATE))}
    for name, (kind, read) in _SETTINGS.items():
        value = given.get(name)
        if value is None:
            continue
        if type(value) is not kind or value == "":
            raise ValueError(name)
        found[name] = read(value)
    return AgentSettings(**found | {"server": checked_server(found["server"])})


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


def _number(found: int) -> int:
    if not 0 <= found < 65_536:
        raise ValueError(found)
    return found


def _speed(found: int) -> int:
    if found not in SPEEDS:
        raise ValueError("speed")
    return found


_SETTINGS: Mapping[str, tuple[type, Callable[[Any], object]]] = {
    "server": (str, str),
    "port": (int, _number),
    "state": (str, Path),
    "authority": (str, Path),
    "tickets_a_minute": (int, _number),
    "usb": (str, usb_name),
    "line": (str, checked_line),
    "speed": (int, _speed),
    "network": (str, network_address),
}
"""Of each setting its type in the file, and what reads it."""


def unit_text(settings: Path, language: str) -> str:
    """The unit. The service has a user of its own, which alone reads what it keeps."""
    return _UNIT.format(program=program(), name=PROGRAM, settings=settings.resolve(), language=language)


def program() -> Path:
    """Where this program is installed."""
    return Path(sys.argv[0]).resolve()


def settings_text(settings: AgentSettings) -> str:
    """The file of the settings: the server, the page, the printer."""
    network = settings.network
    printer = {
        "usb": settings.usb,
        "line": settings.line,
        "speed": settings.speed,
        "network": None if network is None else f"{network.host}:{network.port}",
    }
    place = {"server": settings.server, "port": settings.port, "authority": settings.authority}
    return "\n".join([*_lines(place), "", "[printer]", *_lines(printer), ""])


def _lines(values: Mapping[str, object]) -> Iterator[str]:
    """Settings in TOML: JSON quotes the same characters the same way."""
    for name, value in values.items():
        if value is not None:
            said = value if isinstance(value, int) else json.dumps(str(value), ensure_ascii=False)
            yield f"{name} = {said}"


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
