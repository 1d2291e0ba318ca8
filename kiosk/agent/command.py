"""`parvis-print-gateway`: the command line. Exit status 0 done, 1 refused or found wrong, 2 wrong usage.

Help is English, sentences are French, English or Spanish (docs/rules/pulled-printers.md).
"""

import argparse
import getpass
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Literal

from hardware.transports import PrinterUnreachable
from hardware.transports.serial_line import SPEEDS, serial_lines
from hardware.transports.usb import plugged_printers, usb_name
from kiosk.agent import (
    PROGRAM,
    USUAL_FILE,
    USUAL_UNIT,
    GatewayFault,
    GatewaySettings,
    checked_address,
    checked_line,
    copy_authority,
    program,
    read_settings,
    settings_text,
    unit_text,
    usual_file,
    write_private,
)
from kiosk.agent.gateway import Gateway, HallServer, ServerRefused, ServerSilent, sentence_of_status
from kiosk.agent.local_printer import LocalPrinter, address_in

LANGUAGES = ("fr", "en", "es")
_FOLDER = Path(__file__).parent / "translations"
CONNECT_WITHIN_S = 5.0
CLOCK_OFF_S = 300.0
MARKS = {"right": "✓", "off": "·", "wrong": "✗"}


def language() -> str:
    """PARVIS_LANGUAGE, else that of the computer, else French."""
    names = ("PARVIS_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
    code = next((os.environ[name] for name in names if os.environ.get(name)), "")[:2].lower()
    return code if code in LANGUAGES else LANGUAGES[0]


def sentence(key: str, /, **values: object) -> str:
    """The sentence of a key, its placeholders filled."""
    return _sentences(language())[key].format(**values)


@cache
def _sentences(spoken: str) -> dict[str, str]:
    from babel.messages.pofile import read_po  # loaded for the first sentence

    with (_FOLDER / spoken / "LC_MESSAGES" / "kiosk_agent.po").open("rb") as file:
        return {str(each.id): str(each.string) for each in read_po(file) if each.id}


@dataclass(frozen=True, slots=True)
class GatewayFinding:
    """One thing that is right, to be known, or wrong: the key of a sentence and its values."""

    state: Literal["right", "off", "wrong"]
    key: str
    values: dict[str, object]


def examine(settings: GatewaySettings) -> Iterator[GatewayFinding]:
    """Everything that can be found out without printing."""
    yield _printer_found(settings)
    yield from _server_found(settings)


def printers_there() -> list[tuple[str, str]]:
    """What can be named in the settings: the option, and its value."""
    on_usb = [("--usb", str(each.name)) for each in plugged_printers()]
    return [*on_usb, *(("--line", str(line)) for line in serial_lines())]


def _printer_found(settings: GatewaySettings) -> GatewayFinding:
    address = address_in(settings)
    try:
        address.connect(within_s=CONNECT_WITHIN_S).close()
    except PrinterUnreachable as failure:
        is_forbidden = isinstance(failure.__cause__, PermissionError)
        key = "no_permission" if is_forbidden else "printer.unreachable_because"
        return GatewayFinding("wrong", f"kiosk_agent.{key}", {"why": str(failure)})
    state = LocalPrinter(address).state()
    return GatewayFinding("right" if state.may_print else "off", f"kiosk_agent.printer.{state.value}", {})


def _server_found(settings: GatewaySettings) -> Iterator[GatewayFinding]:
    server = HallServer(settings)
    try:
        server_s = server.check()
    except ServerSilent as silent:
        yield GatewayFinding("wrong", "kiosk_agent.server.silent", {"why": str(silent)})
        return
    except ServerRefused as refused:
        yield GatewayFinding("wrong", sentence_of_status(refused.status), {"status": refused.status})
        return
    finally:
        server.close()
    yield GatewayFinding("right", "kiosk_agent.server.known", {"address": settings.address})
    off_s = 0.0 if server_s is None else time.time() - server_s
    if abs(off_s) > CLOCK_OFF_S:
        yield GatewayFinding("off", "kiosk_agent.clock", {"minutes": round(abs(off_s) / 60)})


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs the command line and exits."""
    sys.exit(run_command(arguments))


def run_command(arguments: Sequence[str] | None = None) -> int:
    """Does what the arguments say; the exit status."""
    typed = command_parser().parse_args(arguments)
    try:
        match typed.command:
            case "install":
                return _install(typed)
            case "printers":
                return _list_printers()
            case "doctor":
                return _examine(typed.settings or usual_file())
            case _:
                return _run(typed.settings or usual_file())
    except GatewayFault as fault:
        print(f"✗ {sentence(f'kiosk_agent.{fault.key}', **fault.values)}", file=sys.stderr)
    except OSError as error:
        print(f"✗ {sentence('kiosk_agent.system', why=error)}", file=sys.stderr)
    return 1


def _run(file: Path) -> int:
    settings = read_settings(file)
    stopping = threading.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: stopping.set())
    _say("kiosk_agent.runs", address=settings.address)
    gateway = Gateway(HallServer(settings), LocalPrinter(address_in(settings)), _say)
    while not stopping.is_set():
        stopping.wait(gateway.step())
    gateway.leave()
    return 0


def _examine(file: Path) -> int:
    status = 0
    for found in examine(read_settings(file)):
        print(f"{MARKS[found.state]} {sentence(found.key, **found.values)}")
        status = 1 if found.state == "wrong" else status
    return status


def _list_printers() -> int:
    found = printers_there()
    for option, value in found:
        print(f"{option} {value}")
    if not found:
        print(sentence("kiosk_agent.none_plugged"))
    return 0


def _install(typed: argparse.Namespace) -> int:
    """Writes settings and unit; the secret is typed, or read from standard input."""
    try:
        settings = GatewaySettings(
            address=checked_address(typed.address),
            secret="",
            usb=None if typed.usb is None else usb_name(typed.usb),
            line=None if typed.line is None else checked_line(typed.line),
            speed=typed.speed,
        )
    except ValueError as error:
        raise GatewayFault("wrong_usb", why=error) from error
    question = sentence("kiosk_agent.secret", user=settings.user)
    secret = getpass.getpass(f"{question} ") if sys.stdin.isatty() else sys.stdin.readline()
    if not secret.strip():
        raise GatewayFault("no_secret")
    file, unit = typed.settings or USUAL_FILE, typed.unit
    authority = None if typed.authority is None else copy_authority(typed.authority, file)
    settings = replace(settings, secret=secret.strip(), authority=authority)
    write_private(file, settings_text(settings))
    unit.write_text(unit_text(file, language()), encoding="utf-8")
    print(sentence("kiosk_agent.installed", settings=file, unit=unit))
    print("  systemctl daemon-reload")
    print(f"  systemctl enable --now {PROGRAM}\n  {program()} doctor")
    return 0


def _say(key: str, /, **values: object) -> None:
    """One line in the log of the service."""
    print(sentence(key, **values), flush=True)


def command_parser() -> argparse.ArgumentParser:
    """The commands with their options."""
    parser = argparse.ArgumentParser(
        prog=PROGRAM,
        description="Prints what the hall's server has for the printer that is plugged into this computer. "
        "It prints only: it issues no tickets while the server is away.",
    )
    commands = parser.add_subparsers(dest="command", required=True)
    for name, what in (("run", "print until stopped"), ("doctor", "say what is right and wrong")):
        command = commands.add_parser(name, help=what)
        command.add_argument("--settings", type=Path, help=f"default: {USUAL_FILE}, or that of the service")
    commands.add_parser("printers", help="list the printers on USB and the serial lines of this computer")
    install = commands.add_parser("install", help="ask for the secret, write the settings and the service")
    install.add_argument("address", help="the address that the page of devices shows")
    place = install.add_mutually_exclusive_group()
    place.add_argument("--usb", help="the name of the printer; without it, the only one on USB")
    place.add_argument("--line", help="the serial line of the printer")
    install.add_argument("--speed", type=int, choices=SPEEDS, help="of the line; without it, found by asking")
    install.add_argument("--authority", type=Path, help="certificates of an authority of your own (PEM)")
    install.add_argument("--settings", type=Path, help=f"default: {USUAL_FILE}")
    install.add_argument("--unit", type=Path, default=USUAL_UNIT, help=f"default: {USUAL_UNIT}")
    return parser
