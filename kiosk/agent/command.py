"""`parvis-kiosk`: the command line. Exit status 0 done, 1 refused or found wrong, 2 wrong usage.

Help is English, sentences are French, English or Spanish (docs/rules/kiosk-agent.md).
"""

import argparse
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Literal

from hardware.player.install_player import main as install_player
from hardware.transports import PrinterUnreachable
from hardware.transports.serial_line import SPEEDS, serial_lines
from hardware.transports.usb import plugged_printers
from kiosk.agent import (
    PROGRAM,
    USUAL_FILE,
    USUAL_PORT,
    USUAL_UNIT,
    AgentFault,
    AgentSettings,
    copy_authority,
    program,
    read_settings,
    settings_of,
    unit_text,
    write_settings,
)
from kiosk.agent.hall_link import cookies_of
from kiosk.agent.kept_files import KeptFiles
from kiosk.agent.local_printer import LocalPrinter, address_in
from kiosk.agent.own_tickets import provision_in
from kiosk.agent.server_line import ServerLine, ServerSilent
from kiosk.agent.words import language, sentence

CONNECT_WITHIN_S = 5.0
CLOCK_OFF_S = 300.0
MARKS = {"right": "✓", "off": "·", "wrong": "✗"}


@dataclass(frozen=True, slots=True)
class AgentFinding:
    """One thing that is right, to be known, or wrong: the key of a sentence and its values."""

    state: Literal["right", "off", "wrong"]
    key: str
    values: dict[str, object]


def examine(settings: AgentSettings) -> Iterator[AgentFinding]:
    """Everything that can be found out without printing."""
    yield _printer_found(settings)
    yield from _server_found(settings)


def printers_there() -> list[tuple[str, str]]:
    """What can be named in the settings: the option, and its value."""
    on_usb = [("--usb", str(each.name)) for each in plugged_printers()]
    return [*on_usb, *(("--line", str(line)) for line in serial_lines())]


def _printer_found(settings: AgentSettings) -> AgentFinding:
    address = address_in(settings)
    try:
        address.connect(within_s=CONNECT_WITHIN_S).close()
    except PrinterUnreachable as failure:
        is_forbidden = isinstance(failure.__cause__, PermissionError)
        key = "no_permission" if is_forbidden else "printer.unreachable_because"
        return AgentFinding("wrong", f"kiosk_agent.{key}", {"why": str(failure)})
    state = LocalPrinter(address).state()
    return AgentFinding("right" if state.may_print else "off", f"kiosk_agent.printer.{state.value}", {})


def _server_found(settings: AgentSettings) -> Iterator[AgentFinding]:
    try:
        kept = KeptFiles(settings.state)
        token = kept.read("token")
    except OSError as error:
        yield AgentFinding("wrong", "kiosk_agent.no_state", {"folder": settings.state, "why": error.strerror})
        return
    line = ServerLine(settings)
    try:
        answer = line.send("GET", "/device/me", cookies_of(token))
    except ServerSilent as silent:
        yield AgentFinding("wrong", "kiosk_agent.server.silent", {"why": str(silent)})
        return
    finally:
        line.close()
    if answer.status != 200:
        is_void = answer.status in (401, 403)
        key = "kiosk_agent.unpaired" if is_void else "kiosk_agent.server.refused"
        yield AgentFinding("wrong", key, {"page": settings.page, "status": answer.status})
        return
    known = answer.json()
    values = {"label": known["label"], "hall": known["hall"]["name"], "address": settings.server}
    yield AgentFinding("right", "kiosk_agent.server.known", values)
    provision = provision_in(kept)
    if provision is None or provision.series is None:
        yield AgentFinding("off", "kiosk_agent.no_series", {})
    server_s = _seconds_of(answer.headers.get("Date", ""))
    off_s = 0.0 if server_s is None else time.time() - server_s
    if abs(off_s) > CLOCK_OFF_S:
        yield AgentFinding("off", "kiosk_agent.clock", {"minutes": round(abs(off_s) / 60)})


def _seconds_of(date: str) -> float | None:
    try:
        return parsedate_to_datetime(date).timestamp()
    except ValueError:
        return None


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
            case "browser":
                return _install_browser(typed)
            case "printers":
                return _list_printers()
            case "doctor":
                return _examine(typed.settings)
            case _:
                return _run(typed.settings, typed.ends_with)
    except AgentFault as fault:
        print(f"✗ {sentence(f'kiosk_agent.{fault.key}', **fault.values)}", file=sys.stderr)
    except OSError as error:
        print(f"✗ {sentence('kiosk_agent.system', why=error)}", file=sys.stderr)
    return 1


def _run(file: Path, ends_with: int | None) -> int:
    from kiosk.agent.agent import KioskAgent  # the other commands draw and serve nothing

    settings = read_settings(file)
    stopping = threading.Event()
    agent = KioskAgent(settings, _say)
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: agent.stop(stopping))
    if ends_with is not None:
        threading.Thread(target=_end_with, args=(ends_with, agent.stop, stopping), daemon=True).start()
    _say("kiosk_agent.runs", address=settings.server, page=settings.page)
    agent.run(stopping)
    return 0


def _end_with(parent: int, stop: Callable[[threading.Event], None], stopping: threading.Event) -> None:
    """Stops when the process that started this one has ended."""
    while os.getppid() == parent:
        if stopping.wait(1.0):
            return
    stop(stopping)


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
    """Writes settings and unit. The kiosk is paired on its page."""
    file, unit = typed.settings, typed.unit
    try:
        settings = settings_of(vars(typed))
    except ValueError as error:
        raise AgentFault("wrong_usb", why=error) from error
    if typed.authority is not None:
        settings = replace(settings, authority=copy_authority(Path(typed.authority), file))
    write_settings(file, settings)
    unit.write_text(unit_text(file, language()), encoding="utf-8")
    print(sentence("kiosk_agent.installed", settings=file, unit=unit))
    print("  systemctl daemon-reload")
    print(f"  systemctl enable --now {PROGRAM}\n  {program()} doctor")
    print(sentence("kiosk_agent.open_page", page=settings.page))
    return 0


def _install_browser(typed: argparse.Namespace) -> int:
    """Makes this computer show the agent's page and nothing else, by the recipe of screens."""
    settings = read_settings(typed.settings)
    options = ["--dry-run"] * typed.dry_run + ["--undo"] * typed.undo
    place = [] if typed.root is None else ["--root", str(typed.root)]
    install_player(["--server", settings.server, "--page", settings.page, *options, *place])
    return 0


def _say(key: str, /, **values: object) -> None:
    """One line in the log of the service."""
    print(sentence(key, **values), flush=True)


def command_parser() -> argparse.ArgumentParser:
    """The commands with their options."""
    parser = argparse.ArgumentParser(
        prog=PROGRAM,
        description="Serves the kiosk's page on this computer, drives its printer, and gives tickets of the "
        "kiosk's own series while the server is away.",
    )
    commands = parser.add_subparsers(dest="command", required=True)
    for name, what in (("run", "serve and print until stopped"), ("doctor", "say what is right and wrong")):
        command = commands.add_parser(name, help=what)
        command.add_argument("--settings", type=Path, default=USUAL_FILE, help=f"default: {USUAL_FILE}")
        if name == "run":
            command.add_argument("--ends-with", type=int, metavar="PID", help="stop when this parent ends")
    commands.add_parser("printers", help="list the printers on USB and the serial lines of this computer")
    install = commands.add_parser("install", help="write the settings and the service")
    install.add_argument("server", help="the address of the server")
    place = install.add_mutually_exclusive_group()
    place.add_argument("--usb", help="the name of the printer; without it, the only one on USB")
    place.add_argument("--line", help="the serial line of the printer")
    place.add_argument("--network", help="host:port of a printer on the network")
    install.add_argument("--speed", type=int, choices=SPEEDS, help="of the line; without it, found by asking")
    install.add_argument("--authority", help="certificates of an authority of your own (PEM)")
    install.add_argument("--port", type=int, default=USUAL_PORT, help=f"of the page; default: {USUAL_PORT}")
    install.add_argument("--settings", type=Path, default=USUAL_FILE, help=f"default: {USUAL_FILE}")
    install.add_argument("--unit", type=Path, default=USUAL_UNIT, help=f"default: {USUAL_UNIT}")
    browser = commands.add_parser("browser", help="make this computer show the kiosk's page and nothing else")
    browser.add_argument("--settings", type=Path, default=USUAL_FILE, help=f"default: {USUAL_FILE}")
    browser.add_argument("--dry-run", action="store_true", help="say what would be done, change nothing")
    browser.add_argument("--undo", action="store_true", help="put back what was there")
    browser.add_argument("--root", type=Path, help="write the files into this folder, run no command")
    return parser


if __name__ == "__main__":
    main()
