"""The print gateway: a program on a kiosk's computer that prints what the hall's server has for its printer.

It needs `hardware`, the standard library, and Babel for its sentences; nothing of the server. It prints only:
it issues no tickets while the server is away (`parvis-kiosk` would). Here: its settings, one TOML file, which
only its user may read, and its service of systemd. `address` and `secret` come from the page of devices.
`[printer]` has `usb` (a name), or `line` and `speed`; without it, the only printer on USB is used.
`authority` is a file of certificates of an authority of one's own.
"""

import json
import os
import stat
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from hardware.transports.serial_line import SPEEDS, is_serial_line
from hardware.transports.usb import UsbName, usb_name

FILE_NAME = "print-gateway.toml"
USUAL_FILE = Path("/etc/parvis") / FILE_NAME
CREDENTIALS = "CREDENTIALS_DIRECTORY"
"""Where systemd puts files that a service alone may read, whatever their mode says."""
_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_PATH_PARTS = 4
PROGRAM = "parvis-print-gateway"
AUTHORITY_NAME = "print-gateway-authority.pem"
USUAL_UNIT = Path("/etc/systemd/system") / f"{PROGRAM}.service"
_UNIT = """\
[Unit]
Description=Parvis print gateway: prints the tickets of this kiosk
After=network-online.target
Wants=network-online.target
StartLimitIntervalSec=0

[Service]
ExecStart={program} run
LoadCredential={file_name}:{settings}
DynamicUser=yes
SupplementaryGroups=lp dialout
Environment=PARVIS_LANGUAGE={language}
Restart=always
RestartSec=2
TimeoutStopSec=20
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK
MemoryMax=128M

[Install]
WantedBy=multi-user.target
"""


class GatewayFault(Exception):
    """What keeps the gateway from working, as the key of a sentence and its values."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.values = values


@dataclass(frozen=True, slots=True)
class GatewaySettings:
    """Where the server and the printer are. Without `usb` and `line`: the only printer on USB.

    `speed` in bits a second; None: found by asking.
    """

    address: str
    secret: str
    usb: UsbName | None = None
    line: Path | None = None
    speed: int | None = None
    authority: Path | None = None

    @property
    def user(self) -> str:
        """The id of the kiosk, which the address ends with."""
        return urlsplit(self.address).path.rpartition("/")[2]


def usual_file() -> Path:
    """The file of a service of systemd, else the usual one."""
    folder = os.environ.get(CREDENTIALS)
    return USUAL_FILE if folder is None else Path(folder) / FILE_NAME


def read_settings(file: Path) -> GatewaySettings:
    """The settings in a file. GatewayFault: it is not there, others may read it, or something in it is
    wrong.
    """
    try:
        with file.open("rb") as opened:
            mode = os.fstat(opened.fileno()).st_mode
            written = opened.read()
    except OSError as error:
        raise GatewayFault("no_file", file=file, why=error.strerror) from error
    if stat.S_IMODE(mode) & 0o077 and str(file.parent) != os.environ.get(CREDENTIALS):
        raise GatewayFault("open_file", file=file)
    try:
        return settings_of(tomllib.loads(written.decode("utf-8")))
    except ValueError as error:
        raise GatewayFault("wrong_file", file=file, why=error) from error


def settings_of(content: Mapping[str, object]) -> GatewaySettings:
    """The settings in a document. ValueError, GatewayFault: something in it is wrong."""
    printer = content.get("printer", {})
    if not isinstance(printer, dict):
        raise ValueError("[printer]")
    usb, line = _text(printer, "usb"), _text(printer, "line")
    authority, secret = _text(content, "authority"), _text(content, "secret")
    if secret is None:
        raise ValueError("secret")
    return GatewaySettings(
        address=checked_address(_text(content, "address") or ""),
        secret=secret,
        usb=None if usb is None else usb_name(usb),
        line=None if line is None else checked_line(line),
        speed=_speed(printer.get("speed")),
        authority=None if authority is None else Path(authority),
    )


def checked_address(address: str) -> str:
    """An address of a print gateway. GatewayFault: it is none, or passwords would travel in clear."""
    parts = urlsplit(address)
    steps = parts.path.strip("/").split("/")
    if parts.hostname is None or len(steps) != _PATH_PARTS or steps[:2] != ["impression", "gateway"]:
        raise GatewayFault("wrong_address", address=address)
    if parts.scheme != "https" and (parts.scheme, parts.hostname) not in [("http", on) for on in _LOOPBACK]:
        raise GatewayFault("no_https", address=address)
    return address


def checked_line(line: str) -> Path:
    """The path of a serial line. GatewayFault: it is none."""
    if not is_serial_line(line):
        raise GatewayFault("wrong_line", line=line)
    return Path(line)


def _text(content: Mapping[str, object], name: str) -> str | None:
    found = content.get(name)
    if found is not None and (not isinstance(found, str) or not found):
        raise ValueError(name)
    return found


def _speed(found: object) -> int | None:
    if found is None:
        return None
    if found not in SPEEDS or not isinstance(found, int):
        raise ValueError("speed")
    return found


def unit_text(settings: Path, language: str) -> str:
    """The unit. The service has a user of its own, which alone reads the settings while it runs."""
    return _UNIT.format(
        program=program(), file_name=FILE_NAME, settings=settings.resolve(), language=language
    )


def program() -> Path:
    """Where this program is installed."""
    return Path(sys.argv[0]).resolve()


def settings_text(settings: GatewaySettings) -> str:
    """The file of the settings."""
    lines = [f"address = {_quoted(settings.address)}", f"secret = {_quoted(settings.secret)}"]
    if settings.authority is not None:
        lines.append(f"authority = {_quoted(str(settings.authority))}")
    lines += ["", "[printer]"]
    if settings.usb is not None:
        lines.append(f"usb = {_quoted(str(settings.usb))}")
    if settings.line is not None:
        lines.append(f"line = {_quoted(str(settings.line))}")
    if settings.speed is not None:
        lines.append(f"speed = {settings.speed}")
    return "\n".join(lines) + "\n"


def write_private(file: Path, text: str) -> None:
    """Writes a file that its owner alone may read, from its first byte on."""
    file.parent.mkdir(parents=True, exist_ok=True)
    new = file.with_name(f".{file.name}.new")
    new.unlink(missing_ok=True)
    opened = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(opened, "w", encoding="utf-8") as written:
        written.write(text)
    new.replace(file)


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
