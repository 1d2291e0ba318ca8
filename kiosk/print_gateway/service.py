"""The service of systemd that runs the print gateway, and the file of its settings."""

import json
import os
import sys
from pathlib import Path

from kiosk.print_gateway.settings import FILE_NAME, GatewaySettings

NAME = "parvis-print-gateway"
AUTHORITY_NAME = "print-gateway-authority.pem"
USUAL_UNIT = Path("/etc/systemd/system") / f"{NAME}.service"
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
