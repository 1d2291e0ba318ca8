"""The `parvis` command line as a process of its own that need not import it: forked from one that has.

A start of Python costs a hundred times what most commands do. `python -m server.cli` itself is tried by the
tests of the command line and by the page « Ouvrir un vrai hall ».
"""

import multiprocessing
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from tests.harness.programs import PROJECT, PYTHON

_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(["server.cli", __name__])


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended and what it printed."""

    status: int
    stdout: str
    stderr: str


def run_command(arguments: list[str], environment: dict[str, str], *, typed: str = "") -> Ended:
    """Runs a command with `typed` on its standard input, in a forked process."""
    with tempfile.TemporaryDirectory(prefix="parvis-command-") as folder:
        place = Path(folder)
        (place / "0").write_text(typed, encoding="utf-8")
        command = _forks.Process(target=_become, args=(arguments, environment, place))
        command.start()
        try:
            command.join()
        finally:
            command.kill()  # where the timeout of the test came first
        printed = [
            (place / name).read_text(encoding="utf-8") if (place / name).exists() else "" for name in "12"
        ]
        assert command.exitcode is not None
        return Ended(command.exitcode, *printed)


def begin_command(arguments: list[str], environment: dict[str, str], place: Path) -> ForkServerProcess:
    """A command that goes on, in a forked process; it writes to the files `1` and `2` of a new folder.

    It is killed at the end of the tests.
    """
    place.mkdir()
    (place / "0").touch()
    command = _forks.Process(target=_become, args=(arguments, environment, place), daemon=True)
    command.start()
    return command


def _become(arguments: list[str], environment: dict[str, str], place: Path) -> None:
    """What the forked process does: the files of `place` are its standard streams."""
    for number, flags in enumerate((os.O_RDONLY, os.O_WRONLY | os.O_CREAT, os.O_WRONLY | os.O_CREAT)):
        os.dup2(os.open(place / str(number), flags, 0o600), number)
    os.chdir(PROJECT)
    os.environ.clear()
    os.environ.update(environment)
    sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
    sys.argv = ["parvis", *arguments]
    # here, so that who imports this module does not import all commands
    from server import cli

    make_passwords_cheap()
    cli.main()


def start_command(arguments: list[str], environment: dict[str, str], *, typed: str = "") -> Ended:
    """The same by `python -m server.cli`, as a person starts it."""
    ended = subprocess.run(
        [str(PYTHON), "-m", "server.cli", *arguments],
        cwd=PROJECT,
        env=environment,
        input=typed,
        capture_output=True,
        text=True,
        check=False,
    )
    return Ended(ended.returncode, ended.stdout, ended.stderr)


def make_passwords_cheap() -> None:
    """Lets this process hash and check passwords at next to no cost from now on.

    At the product's cost, those of a run would keep a core busy for minutes. Servers that tests fork
    take this too; what is started as a person starts it has the real cost.
    """
    from argon2 import PasswordHasher

    from server.usecases.people import sessions

    sessions.PASSWORDS = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
