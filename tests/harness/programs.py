"""Finds the programs the tests start and starts them so that none outlives the tests."""

import os
import pwd
import shutil
import subprocess
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
PYTHON = PROJECT / ".venv" / "bin" / "python"


def program(name: str) -> str:
    """Absolute path of a program on the PATH; refuses with what to install."""
    found = shutil.which(name)
    if found is None:
        raise FileNotFoundError(f"{name} is not installed; `make test` installs what the tests need")
    return found


def postgresql_program(name: str) -> str:
    """Absolute path of a server program of the newest PostgreSQL of this machine."""
    found = sorted(
        Path("/usr/lib/postgresql").glob(f"*/bin/{name}"),
        key=lambda path: int(path.parts[-3].partition(".")[0]),
    )
    return str(found[-1]) if found else program(name)


def database_user() -> str | None:
    """Who must run PostgreSQL: None is the user of the tests, for root it is `postgres`."""
    if os.geteuid() != 0:
        return None
    return pwd.getpwnam("postgres").pw_name


def child_of_tests(
    command: list[str],
    *,
    user: str | None = None,
    cores: set[int] | None = None,
    environment: dict[str, str] | None = None,
    output: Path | None = None,
    folder: Path = PROJECT,
) -> subprocess.Popen[bytes]:
    """Starts a program that the kernel kills when the tests die, without standard input.

    `user` changes who runs it (root only), `cores` pins it, `environment` replaces its environment, `output`
    takes both its outputs (else they are dropped). It begins in `folder`, of another user in that of all.
    """
    prefix = [program("setpriv"), "--pdeathsig", "KILL"]
    if user is not None:
        prefix += ["--reuid", user, "--regid", user, "--init-groups"]
    if cores is not None:
        prefix = [program("taskset"), "-c", ",".join(map(str, sorted(cores))), *prefix]
    with output.open("ab") if output is not None else open(os.devnull, "ab") as sink:
        return subprocess.Popen(
            [*prefix, "--", *command],
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
            env=environment,
            cwd=folder if user is None else "/",
        )
