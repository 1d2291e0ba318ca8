#!/usr/bin/env python3
"""Turns a small computer with Debian 13 into the player of a screen or kiosk, and back again.

    sudo python3 install_player.py --server https://parvis.example.fr

It may be run again at any time: it changes only what differs. `--dry-run` says what it would do and changes
nothing. `--undo` puts back every file that it changed, and leaves packages and the browser's folder.
`--root FOLDER` writes the files into a folder and runs no command, to be read or checked.

Rule and reasons: docs/rules/panels.md. Not tried on a real small computer with a real panel.
"""

import argparse
import base64
import json
import os
import ssl
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

USER = "parvis-player"
PROGRAMS = "/opt/parvis-player"
STATE = "/var/lib/parvis-player"
PROFILE = f"{STATE}/browser"
KEPT = "/var/lib/parvis-player-installed.json"
PACKAGES = (
    "cage", "chromium", "wlr-randr", "v4l-utils", "alsa-utils", "unattended-upgrades", "ca-certificates",
    "libpam-systemd", "fonts-noto-core", "fonts-noto-color-emoji",
)  # fmt: skip
PARTS = ("__init__.py", "agent.py", "panels.py", "panel_commands.json")
"""The files of the program, next to this one or on the server."""

UNIT = """\
[Unit]
Description=The screen or kiosk of a hall: its browser and its panel
After=systemd-user-sessions.service network-online.target sound.target parvis-kiosk.service
Wants=network-online.target dbus.socket systemd-logind.service
Conflicts=getty@tty1.service
StartLimitIntervalSec=0

[Service]
Type=notify
NotifyAccess=all
ExecStart=/usr/bin/cage -- /usr/bin/python3 -m hardware.player.agent /etc/parvis-player.json
User={user}
PAMName=login
TTYPath=/dev/tty1
TTYReset=yes
TTYVHangup=yes
TTYVTDisallocate=yes
StandardInput=tty-fail
StandardOutput=journal
StandardError=journal
UtmpIdentifier=tty1
UtmpMode=user
WorkingDirectory={programs}
Environment=PYTHONPATH={programs} PYTHONDONTWRITEBYTECODE=1
SupplementaryGroups=video render audio dialout
NoNewPrivileges=no
ProtectSystem=strict
ReadWritePaths={state} /run /tmp /var/tmp
ProtectKernelTunables=yes
ProtectKernelModules=yes
Restart=always
RestartSec=5
TimeoutStartSec=180
WatchdogSec=90

[Install]
WantedBy=graphical.target
"""
UPGRADES = """\
// Security updates and fixes of Debian, at night; the computer starts again where an update needs it.
Unattended-Upgrade::Origins-Pattern { "origin=Debian,codename=${distro_codename},label=Debian";
  "origin=Debian,codename=${distro_codename}-security,label=Debian-Security"; };
Unattended-Upgrade::Automatic-Reboot "true";
Unattended-Upgrade::Automatic-Reboot-WithUsers "true";
Unattended-Upgrade::Automatic-Reboot-Time "03:30";
Unattended-Upgrade::Remove-Unused-Dependencies "true";
"""
TIMER = """\
[Timer]
OnCalendar=
OnCalendar=*-*-* {hour}
RandomizedDelaySec=10min
"""
NIGHTLY = """\
[Unit]
Description=Start the screen's browser again, so that it runs its newest version

[Service]
Type=oneshot
ExecStart=/usr/bin/systemctl try-restart parvis-player.service
"""
NIGHTLY_TIMER = """\
[Unit]
Description=Start the screen's browser again every night

[Timer]
OnCalendar=*-*-* 03:20
RandomizedDelaySec=5min

[Install]
WantedBy=timers.target
"""
SOUND = """\
# The sound of calls goes to the card named {card} (aplay -l lists the cards).
defaults.pcm.card {card}
defaults.ctl.card {card}
"""
PLAIN = {
    "/etc/systemd/system.conf.d/50-parvis-player.conf": "# Its own watchdog starts a computer that hangs.\n"
    "[Manager]\nRuntimeWatchdogSec=30s\nRebootWatchdogSec=5min\nCtrlAltDelBurstAction=none\n",
    "/etc/systemd/journald.conf.d/50-parvis-player.conf": "[Journal]\nSystemMaxUse=200M\n",
    "/etc/apt/apt.conf.d/21parvis-player-periodic": 'APT::Periodic::Update-Package-Lists "1";\n'
    'APT::Periodic::Unattended-Upgrade "1";\nAPT::Periodic::AutocleanInterval "7";\n',
    "/etc/systemd/logind.conf.d/50-parvis-player.conf": "[Login]\nNAutoVTs=0\nReserveVT=0\n",
    "/etc/sysctl.d/50-parvis-player.conf": "kernel.sysrq = 0\n",
    "/etc/modprobe.d/50-parvis-player.conf": "install usb-storage /bin/false\n",
}
"""Files without a choice. The last three: no second console, no keys to the kernel, no stick."""
FLAGS = (
    "--kiosk", "--ozone-platform=wayland", "--no-first-run", "--no-default-browser-check", "--noerrdialogs",
    "--hide-crash-restore-bubble", "--disable-pinch", "--overscroll-history-navigation=0",
    "--disable-component-update", "--autoplay-policy=no-user-gesture-required", "--password-store=basic",
    "--disk-cache-size=200000000", f"--user-data-dir={PROFILE}",
)  # fmt: skip

OFF = (
    "TranslateEnabled", "PasswordManagerEnabled", "AutofillAddressEnabled", "AutofillCreditCardEnabled",
    "MetricsReportingEnabled", "SearchSuggestEnabled", "SpellcheckEnabled", "AlternateErrorPagesEnabled",
    "DefaultBrowserSettingEnabled", "BrowserGuestModeEnabled", "BrowserAddPersonEnabled",
    "BackgroundModeEnabled", "ComponentUpdatesEnabled", "PromotionsEnabled", "UserFeedbackAllowed",
    "PrintingEnabled", "AudioCaptureAllowed", "VideoCaptureAllowed", "ScreenCaptureAllowed",
    "AllowDinosaurEasterEgg",
)  # fmt: skip
"""Policies of the browser that are false: what it does not offer."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What the person who installs has chosen."""

    server: str
    panel: dict[str, object]
    sound_card: str | None = None
    authority: Path | None = None
    page: str | None = None
    """Of a kiosk with an agent: the page that the agent serves on this computer."""


@dataclass(slots=True)
class Computer:
    """Where files are written and commands run. `changes` are the sentences that were said."""

    root: Path = Path("/")
    is_dry: bool = False
    runs_commands: bool = True
    changes: list[str] = field(default_factory=list)

    def place(self, path: str) -> Path:
        """The place of an absolute path of the computer."""
        return self.root / path.lstrip("/")

    def say(self, text: str) -> None:
        """Says what is done, or would be."""
        self.changes.append(text)
        sys.stdout.write(f"{'would: ' if self.is_dry else ''}{text}\n")

    def write(self, path: str, content: str) -> bool:
        """Writes a file that differs, remembering what was there; whether it did."""
        place = self.place(path)
        before = place.read_text("utf-8") if place.exists() else None
        if before == content:
            return False
        self.say(f"write {path}")
        if not self.is_dry:
            self._remember(path, before)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(content, "utf-8")
            place.chmod(0o644)
        return True

    def remembered(self) -> dict[str, str | None]:
        """The files that were written, each with its content before; None where there was none."""
        kept = self.place(KEPT)
        return json.loads(kept.read_text("utf-8")) if kept.exists() else {}

    def _remember(self, path: str, before: str | None) -> None:
        kept = self.remembered()
        if path not in kept:
            self.place(KEPT).parent.mkdir(parents=True, exist_ok=True)
            self.place(KEPT).write_text(json.dumps({**kept, path: before}, indent=1), "utf-8")

    def run(self, *command: str) -> None:
        """Runs a command; a failure ends the installation with what it printed."""
        if not self.runs_commands:
            return
        self.say(" ".join(command))
        if not self.is_dry:
            environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
            subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)

    def succeeds(self, *command: str) -> bool:
        """Whether a command that changes nothing succeeds; never where no command is run."""
        if not self.runs_commands:
            return False
        return subprocess.run(command, check=False, capture_output=True).returncode == 0


def policies(choices: Choices) -> dict[str, object]:
    """What the browser may do: show this server's pages with sound, and nothing else."""
    found: dict[str, object] = {
        "URLBlocklist": ["*"],
        "URLAllowlist": [choices.server, *([choices.page.rpartition("/")[0]] if choices.page else [])],
        **dict.fromkeys(OFF, False),
        "AutoplayAllowed": True,
        "BrowserSignin": 0,
        "SyncDisabled": True,
        "NetworkPredictionOptions": 2,
        "DefaultNotificationsSetting": 2,
        "DefaultGeolocationSetting": 2,
        "DefaultPopupsSetting": 2,
        "DownloadRestrictions": 3,
        "DeveloperToolsAvailability": 2,
        "IncognitoModeAvailability": 1,
        "ExtensionInstallBlocklist": ["*"],
        "RemoteDebuggingAllowed": True,
    }
    if choices.authority is not None:
        der = ssl.PEM_cert_to_DER_cert(choices.authority.read_text("ascii"))
        found["CACertificates"] = [base64.b64encode(der).decode("ascii")]
    return found


def configuration(choices: Choices) -> dict[str, object]:
    """What the program on this computer reads: the page to begin at, the browser, the panel."""
    browser = ["chromium", *FLAGS]
    address = choices.page or f"{choices.server}/pair"
    return {"address": address, "browser": browser, "panel": choices.panel}


def files(choices: Choices) -> Iterator[tuple[str, str]]:
    """Every file of the installation but the program's own: its path and its content."""
    yield "/etc/parvis-player.json", _json(configuration(choices))
    yield "/etc/chromium/policies/managed/parvis-player.json", _json(policies(choices))
    unit = UNIT.format(user=USER, programs=PROGRAMS, state=STATE)
    yield "/etc/systemd/system/parvis-player.service", unit
    yield "/etc/systemd/system/parvis-player-nightly.service", NIGHTLY
    yield "/etc/systemd/system/parvis-player-nightly.timer", NIGHTLY_TIMER
    yield "/etc/apt/apt.conf.d/52parvis-player-upgrades", UPGRADES
    yield from PLAIN.items()
    for name, hour in (("apt-daily", "02:00"), ("apt-daily-upgrade", "02:45")):
        yield f"/etc/systemd/system/{name}.timer.d/50-parvis-player.conf", TIMER.format(hour=hour)
    if choices.sound_card is not None:
        yield "/etc/asound.conf", SOUND.format(card=choices.sound_card)


def _json(content: dict[str, object]) -> str:
    return json.dumps(content, indent=2) + "\n"


def program_part(name: str, choices: Choices) -> str:
    """A file of the program: the one next to this file, else the server's."""
    neighbour = Path(__file__).with_name(name)
    if neighbour.exists():
        return neighbour.read_text("utf-8")
    address = f"{choices.server}/player/{name}"
    trusted = ssl.create_default_context(cafile=choices.authority)
    try:
        with urllib.request.urlopen(address, timeout=30, context=trusted) as answer:
            content: bytes = answer.read()
    except urllib.error.URLError as failed:
        raise SystemExit(f"{address}: {failed.reason}") from failed
    return content.decode("utf-8")


def install(computer: Computer, choices: Choices) -> None:
    """Packages, a user without rights, the program, every file, and the services."""
    parts = {name: program_part(name, choices) for name in PARTS}
    missing = [name for name in PACKAGES if not computer.succeeds("dpkg", "-s", name)]
    if missing:
        computer.run("apt-get", "update")
        computer.run("apt-get", "install", "--yes", "--no-install-recommends", *missing)
    if not computer.succeeds("id", USER):
        without_rights = ("--system", "--user-group", "--shell", "/usr/sbin/nologin")
        computer.run("useradd", *without_rights, "--home-dir", STATE, "--create-home", USER)
    written = [
        computer.write(f"{PROGRAMS}/hardware/player/{name}", content) for name, content in parts.items()
    ]
    written += [computer.write(path, content) for path, content in files(choices)]
    if any(written) or missing:
        _start(computer)


def _start(computer: Computer) -> None:
    computer.run("systemctl", "daemon-reload")
    computer.run("systemctl", "set-default", "graphical.target")
    computer.run("systemctl", "disable", "getty@tty1.service")
    computer.run("systemctl", "mask", "ctrl-alt-del.target")
    computer.run("systemctl", "enable", "parvis-player.service", "parvis-player-nightly.timer")
    if computer.place("/run/systemd/system").exists():  # else this is no running computer, a chroot perhaps
        computer.run("systemctl", "restart", "apt-daily.timer", "apt-daily-upgrade.timer")
        computer.run("systemctl", "restart", "parvis-player-nightly.timer", "parvis-player.service")


def undo(computer: Computer) -> None:
    """Puts back what was there; packages, the user and the browser's folder stay."""
    remembered = computer.remembered()
    if not remembered:
        computer.say("nothing to undo: nothing was installed by this program")
        return
    computer.run("systemctl", "disable", "parvis-player.service", "parvis-player-nightly.timer")
    computer.run("systemctl", "unmask", "ctrl-alt-del.target")
    computer.run("systemctl", "enable", "getty@tty1.service")
    if computer.place("/run/systemd/system").exists():
        computer.run("systemctl", "stop", "parvis-player.service", "parvis-player-nightly.timer")
    for path, before in remembered.items():
        computer.say(f"{'remove' if before is None else 'put back'} {path}")
        if not computer.is_dry:
            place = computer.place(path)
            place.unlink(missing_ok=True)
            if before is not None:
                place.write_text(before, "utf-8")
    if not computer.is_dry:
        computer.place(KEPT).unlink()
    computer.run("systemctl", "daemon-reload")
    computer.say(f"packages and {PROFILE} stay; to forget the pairing too: rm -r {PROFILE}")


def parse_arguments(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """What was typed. Ends with status 2 for what cannot be."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else "")
    parser.add_argument("--server", help="address of the server, https://…")
    parser.add_argument("--page", help="of a kiosk with an agent: its page, http://127.0.0.1:8600/kiosk")
    parser.add_argument("--panel", choices=("none", "cec", "signal", "rs232"), default="none")
    parser.add_argument("--cec-adapter", default="/dev/cec0")
    parser.add_argument("--output", default="HDMI-A-1", help="output of the panel, as wlr-randr calls it")
    parser.add_argument("--line", default="/dev/ttyS0", help="RS-232 line of the panel")
    parser.add_argument("--maker", default="lg", help="lg, samsung, or a JSON file with a row of your own")
    parser.add_argument("--number", type=int, default=1, help="number of the panel on its line, 1 to 254")
    parser.add_argument("--sound-card", help="name of the sound card, as aplay -l calls it")
    parser.add_argument("--authority", type=Path, help="certificate (PEM) of your own certificate authority")
    parser.add_argument("--dry-run", action="store_true", help="say what would be done, change nothing")
    parser.add_argument("--undo", action="store_true", help="put back what was there")
    parser.add_argument("--root", type=Path, help="write the files into this folder, run no command")
    typed = parser.parse_args(arguments)
    address = urlsplit(typed.server or "")
    is_address = address.scheme in ("https", "http") and address.hostname and address.path in ("", "/")
    if not typed.undo and not (is_address and not address.query and not address.fragment):
        parser.error("--server: the address of the server, as https://parvis.example.fr")
    if typed.page is not None and urlsplit(typed.page).hostname not in ("127.0.0.1", "::1"):
        parser.error("--page: a page of this computer")
    if not 1 <= typed.number <= 254:
        parser.error("--number: from 1 to 254")
    if typed.sound_card is not None and not typed.sound_card.replace("_", "").replace("-", "").isalnum():
        parser.error("--sound-card: a name without spaces, as aplay -l calls it")
    return typed


def panel_typed(typed: argparse.Namespace) -> dict[str, object]:
    """The panel for the program's configuration."""
    if typed.panel == "cec":
        return {"method": "cec", "adapter": typed.cec_adapter}
    if typed.panel == "signal":
        return {"method": "signal", "output": typed.output}
    if typed.panel == "none":
        return {"method": "none"}
    row = Path(typed.maker)
    maker = {"maker": typed.maker}
    if row.suffix == ".json":
        maker = {"maker": "custom", "custom": json.loads(row.read_text("utf-8"))}
    return {"method": "rs232", "line": typed.line, "number": typed.number, **maker}


def main(arguments: Sequence[str] | None = None) -> None:
    """Installs, or undoes."""
    typed = parse_arguments(arguments)
    computer = Computer(typed.root or Path("/"), is_dry=typed.dry_run, runs_commands=typed.root is None)
    if computer.runs_commands and not computer.is_dry and os.geteuid() != 0:
        raise SystemExit("to change this computer, run it with sudo; --dry-run needs no right")
    if typed.undo:
        return undo(computer)
    server = typed.server.rstrip("/")
    choices = Choices(server, panel_typed(typed), typed.sound_card, typed.authority, typed.page)
    install(computer, choices)
    if not computer.changes:
        computer.say("nothing to change")
    return None


if __name__ == "__main__":
    main()
