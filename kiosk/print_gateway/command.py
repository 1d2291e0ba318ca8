"""`parvis-print-gateway`: the command line. Exit status 0 done, 1 refused or found wrong, 2 wrong usage.

Help is English, sentences are French, English or Spanish (docs/rules/pulled-printers.md).
"""

import argparse
import getpass
import signal
import sys
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from hardware.transports.serial_line import SPEEDS
from hardware.transports.usb import usb_name
from kiosk.print_gateway import service
from kiosk.print_gateway.examination import examine, printers_there
from kiosk.print_gateway.gateway import Gateway
from kiosk.print_gateway.hall_server import HallServer
from kiosk.print_gateway.local_printer import LocalPrinter, address_in
from kiosk.print_gateway.settings import (
    USUAL_FILE,
    GatewayFault,
    GatewaySettings,
    checked_address,
    checked_line,
    read_settings,
    usual_file,
)
from kiosk.print_gateway.words import language, sentence

MARKS = {"right": "✓", "off": "·", "wrong": "✗"}


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
        print(f"✗ {sentence(f'print_gateway.{fault.key}', **fault.values)}", file=sys.stderr)
    except OSError as error:
        print(f"✗ {sentence('print_gateway.system', why=error)}", file=sys.stderr)
    return 1


def _run(file: Path) -> int:
    settings = read_settings(file)
    stopping = threading.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: stopping.set())
    _say("print_gateway.runs", address=settings.address)
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
        print(sentence("print_gateway.none_plugged"))
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
    question = sentence("print_gateway.secret", user=settings.user)
    secret = getpass.getpass(f"{question} ") if sys.stdin.isatty() else sys.stdin.readline()
    if not secret.strip():
        raise GatewayFault("no_secret")
    file, unit = typed.settings or USUAL_FILE, typed.unit
    authority = None if typed.authority is None else service.copy_authority(typed.authority, file)
    settings = replace(settings, secret=secret.strip(), authority=authority)
    service.write_private(file, service.settings_text(settings))
    unit.write_text(service.unit_text(file, language()), encoding="utf-8")
    print(sentence("print_gateway.installed", settings=file, unit=unit))
    print("  systemctl daemon-reload")
    print(f"  systemctl enable --now {service.NAME}\n  {service.program()} doctor")
    return 0


def _say(key: str, /, **values: object) -> None:
    """One line in the log of the service."""
    print(sentence(key, **values), flush=True)


def command_parser() -> argparse.ArgumentParser:
    """The commands with their options."""
    parser = argparse.ArgumentParser(
        prog=service.NAME,
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
    install.add_argument(
        "--unit", type=Path, default=service.USUAL_UNIT, help=f"default: {service.USUAL_UNIT}"
    )
    return parser
