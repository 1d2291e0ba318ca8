"""The `demo` command: the demonstration, its past, and the demonstration played live."""

import json
import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from hardware.simulator.outlets import free_port
from server.clock import Clock
from server.commands.say import console, say, sentence
from server.demonstration.create import (
    DEMONSTRATION,
    Description,
    at_base_url,
    create_demonstration,
    demo_file,
    is_demonstration,
    write_demo_file,
)
from server.demonstration.history import Past, create_with_past, days_of, today
from server.domain.refusals import Refusal
from server.jobs import alone, is_server_running
from server.printing.simulated_printers import AGENTS, LOOPBACK
from server.settings import Settings
from server.store.operation.migrating import migrate
from server.store.operation.private_files import database_of
from server.usecases.configuration.publication import edit_hall_document

PLAYED_PACE = 4
"""The speed of the demonstration beside its server, as a multiple of real time."""
HALL_WITH_AGENT = "laon"
ACT_STYLES = {
    "issue": "cyan",
    "next": "green",
    "recall": "yellow",
    "no-show": "yellow",
    "refused": "dim",
    "away": "red",
}

History = Annotated[
    str | None,
    typer.Option(
        "--history",
        metavar="SPAN",
        help="Create it with a plausible past: 90d, 3w; an existing one keeps its own.",
    ),
]
Serving = Annotated[bool, typer.Option("--serve", help="Then serve it, with simulated visitors and agents.")]
Live = Annotated[
    bool, typer.Option("--live", help="Simulate visitors and agents on the running server until Ctrl-C.")
]
Still = Annotated[bool, typer.Option("--still", help="With --serve: simulate nobody.")]
EndsWith = Annotated[
    int | None,
    typer.Option("--ends-with", metavar="PID", hidden=True, help="With --live: end when this parent ends."),
]
Pace = Annotated[
    float, typer.Option("--pace", min=0.1, max=10_000, help="With --live: how many times faster than life.")
]


def described_demonstration(settings: Settings, history: str | None) -> Description:
    """Returns the content of `var/demo.json`. Creates a missing demonstration, with the requested history."""
    past = _past(history)
    if is_server_running(settings.var) and demo_file(settings).exists():
        return _read(settings)
    with alone(settings.var):
        with closing(database_of(settings, Clock())) as database:
            migrate(database)
            exists = is_demonstration(database)
            if not exists and past is None:
                return create_demonstration(database, settings)
        if exists:
            if past is not None:
                say(sentence("command.demo.exists"))
            described = at_base_url(settings, _read(settings))
            write_demo_file(settings, described)
            return described
        assert past is not None
        return _created_with_past(settings, past)


def _past(history: str | None) -> Past | None:
    try:
        return None if history is None else Past(days_of(history), today())
    except ValueError as error:
        raise typer.BadParameter(
            "a number of days or weeks, e.g. 90d or 3w", param_hint="--history"
        ) from error


def _created_with_past(settings: Settings, past: Past) -> Description:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console) as progress:
        bar = progress.add_task(sentence("command.demo.past"), total=None)
        return create_with_past(
            settings, past, lambda done, whole: progress.update(bar, completed=done, total=whole)
        )


def _read(settings: Settings) -> Description:
    described: Description = json.loads(demo_file(settings).read_text(encoding="utf-8"))
    return described


def warn_root() -> None:
    """Tells the superuser that a real hall is served under an account of its own."""
    if os.geteuid() == 0:
        say(sentence("command.demo.root"), style="yellow")


def start_player() -> None:
    """Starts the process that simulates visitors and agents; it ends with this process, which will serve."""
    command = [sys.executable, "-m", "server.cli", "demo", "--live", "--pace", str(PLAYED_PACE)]
    subprocess.Popen(
        [*command, "--ends-with", str(os.getpid())], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )


def start_agent(settings: Settings, described: Description) -> Description:
    """Starts the agent of one hall's kiosk, which ends with this process; the description with its address.

    The hall's document says from now on that the agent drives the printer.
    """
    [site] = [each for each in described["sites"] if each["slug"] == HALL_WITH_AGENT]
    kiosk, agents = site["kiosk"], settings.var / AGENTS
    if not agents.exists():
        _give_printer(settings, kiosk["id"])
        ports = {name: free_port() for name in ("page", "printer", "line")}
        agents.write_text(json.dumps({kiosk["id"]: ports}), encoding="utf-8")
    content = json.loads(agents.read_bytes())
    ports = content[kiosk["id"]]
    ports["server"] = settings.port
    agents.write_text(json.dumps(content), encoding="utf-8")
    folder = settings.var / "kiosk-agent"
    folder.mkdir(exist_ok=True, mode=0o700)
    if not (folder / "token.json").exists():
        (folder / "token.json").write_text(json.dumps(kiosk["token"]), encoding="utf-8")
    file = folder / "kiosk.toml"
    file.write_text(
        f'server = "http://{LOOPBACK}:{ports["line"]}"\nport = {ports["page"]}\n'
        f'state = "{folder.resolve()}"\n[printer]\nnetwork = "{LOOPBACK}:{ports["printer"]}"\n',
        encoding="utf-8",
    )
    command = [sys.executable, "-m", "kiosk.agent.command", "run", "--settings", str(file)]
    subprocess.Popen(
        [*command, "--ends-with", str(os.getpid())], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )
    kiosk["agent"] = f"http://{LOOPBACK}:{ports['page']}/kiosk"
    write_demo_file(settings, described)
    return described


def _give_printer(settings: Settings, kiosk: str) -> None:
    """Publishes the hall with the printer on the computer of its kiosk."""

    def change(content: dict[str, Any]) -> None:
        [found] = [each for each in content["kiosks"] if each["id"] == kiosk]
        found["printer"] = {"kind": "gateway", "profile": "raster-80", "paper_mm": 80}

    with alone(settings.var), closing(database_of(settings, Clock())) as database:
        edit_hall_document(database, HALL_WITH_AGENT, DEMONSTRATION, change)


def simulate_live(settings: Settings, pace: float, *, ends_with: int | None = None) -> None:
    """Plays the demonstration on the running server, a line for each act. Refusal: no_demonstration.

    `ends_with`: the parent process whose end ends the play, None for none.
    """
    # here, because no other command needs an HTTP client
    from server.demonstration.live import play_live

    if not demo_file(settings).exists():
        raise Refusal("no_demonstration", file=str(demo_file(settings)))
    play_live(_read(settings), pace=pace, tell=_say_act, ends_with=ends_with)


def _say_act(hall: str, verb: str, number: str, where: str) -> None:
    console.print(f"{hall:16} {verb:9} {number:6} {where}".rstrip(), style=ACT_STYLES.get(verb), markup=False)
    sys.stdout.flush()


def say_places(described: Description, file: Path) -> None:
    """Prints the address of every page and the accounts that may sign in."""
    kiosk, screen_label = sentence("command.demo.kiosk"), sentence("command.demo.screen")
    for site in described["sites"]:
        console.print(f"[bold]{site['slug']}[/bold]")
        console.print(f"  {kiosk:8} {site['kiosk']['url']}")
        if "agent" in site["kiosk"]:
            console.print(f"  {kiosk:8} {site['kiosk']['agent']} · parvis-kiosk")
        for screen in site["screens"]:
            console.print(f"  {screen_label:8} {screen['url']}")
    for user in described["users"]:
        console.print(f"  {user['login']:16} {user['password']:40} {user['role']} · {user['site']}")
    say(sentence("command.demo.pages", base=described["base_url"], file=file))
