"""The real server as a child process, on a free port, with a folder of its own."""

import json
import os
import shutil
import signal
import ssl
import subprocess
import time
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from select import select
from threading import Lock
from typing import Any, Literal, Self

import httpx

from server.cli import server_command
from server.settings import Settings
from tests.harness.commands import run_command
from tests.harness.programs import PROJECT, PYTHON, child_of_tests
from tests.harness.sharing import free_port
from tests.harness.waiting import wait_until

Layout = Literal["embedded", "workers"]


def run_parvis(arguments: list[str], environment: dict[str, str], *, typed: str = "") -> str:
    """What a `parvis` command printed, with `typed` on its standard input; fails if it was refused."""
    ended = run_command(arguments, environment, typed=typed)
    assert ended.status == 0, f"parvis {' '.join(arguments)} → {ended.status}\n{ended.stdout}\n{ended.stderr}"
    return ended.stdout


class Served:
    """A server that can be started, killed and started again on the same database, port and folder."""

    def __init__(
        self,
        var: Path,
        *,
        database_url: str | None = None,
        redis_url: str | None = None,
        workers: int = 1,
        cores: set[int] | None = None,
        authority: Path | None = None,
        **settings: str,
    ) -> None:
        var.mkdir(parents=True, exist_ok=True)
        self.var, self.port, self.workers, self._cores = var, free_port(), workers, cores
        self.trust = ssl.create_default_context(cafile=authority) if authority else False
        self.database_url = database_url or f"sqlite:///{var / 'parvis.db'}"
        self.log = var / "server.log"
        self._server: subprocess.Popen[bytes] | Forked | None = None
        chosen = {
            "VAR": str(var),
            "PORT": str(self.port),
            "HOST": "127.0.0.1",
            "LANGUAGE": "fr",
            "DATABASE_URL": self.database_url,
            "WORKERS": str(workers),
            **({"REDIS_URL": redis_url} if redis_url else {}),
            **{name.upper(): value for name, value in settings.items()},
        }
        self._settings = Settings.model_validate({name.lower(): value for name, value in chosen.items()})
        self.base_url = self._settings.base_url
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("PARVIS_")}
        self.environment = inherited | {f"PARVIS_{name}": value for name, value in chosen.items()}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def parvis(self, *arguments: str, typed: str = "") -> str:
        """What a `parvis` command printed, run with this server's settings."""
        return run_parvis(list(arguments), self.environment, typed=typed)

    @property
    def demonstration(self) -> dict[str, Any]:
        """var/demo.json: sites, kiosks, screens, users, API key."""
        found: dict[str, Any] = json.loads((self.var / "demo.json").read_text(encoding="utf-8"))
        return found

    def take_demonstration(self, made: Path) -> None:
        """Copies a demonstration made in another folder; its SQLite database too, where it has one."""
        described = (made / "demo.json").read_text(encoding="utf-8")
        told = json.loads(described)["base_url"]
        (self.var / "demo.json").write_text(described.replace(told, self.base_url), encoding="utf-8")
        for folder in ("media", "audio"):
            if (made / folder).exists():
                shutil.copytree(made / folder, self.var / folder, dirs_exist_ok=True)
        if (made / "parvis.db").exists():
            shutil.copy(made / "parvis.db", self.var / "parvis.db")

    def republish(self, hall: str, change: Callable[[dict[str, Any]], None]) -> None:
        """Publishes the document of a hall (slug) again, with what `change` makes of it."""
        content = json.loads(self.parvis("export-configuration", "--hall", hall))
        change(content)
        place = self.var / f"{hall}.json"
        place.write_text(json.dumps(content), encoding="utf-8")
        self.parvis("import-configuration", str(place))

    def start(self, *, by_command: bool = False) -> Self:
        """Starts the server and waits until it is ready; returns itself.

        `by_command` starts `parvis serve`; otherwise a fork becomes at once what that command becomes, and on
        cores of its own that is started.
        """
        if by_command or self._cores is not None:
            command = [str(PYTHON), "-m", "server.cli", "serve"] if by_command else self.command()
            self._server = child_of_tests(
                command, environment=self.environment, cores=self._cores, output=self.log
            )
        else:
            _, _, module, *arguments = self.command()
            self._server = forks().start(module, arguments, self.environment, self.log)
        wait_until(self.is_ready, f"{self.base_url}/health/ready answers")
        return self

    def command(self) -> list[str]:
        """What is started: Python, `-m`, a module and its arguments."""
        return server_command(self._settings)

    def is_ready(self) -> bool:
        """Whether /health/ready answers 200; fails with the log's end if the server has ended."""
        if self._server is None or self._server.poll() is not None:
            raise AssertionError(f"the server has ended\n{self.log_end()}")
        try:
            asked = f"{self.base_url}/health/ready"
            return httpx.get(asked, timeout=2, trust_env=False, verify=self.trust).status_code == 200
        except httpx.TransportError:
            return False

    def log_end(self, lines: int = 40) -> str:
        """The last lines the server wrote."""
        return "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])

    def pids(self) -> list[int]:
        """The server's process and all its descendants, itself first."""
        assert self._server is not None
        found = [self._server.pid]
        for pid in found:
            for thread in Path(f"/proc/{pid}/task").glob("*/children"):
                found += [int(child) for child in thread.read_text().split()]
        return found

    def worker_pids(self) -> list[int]:
        """The processes its first one has started: with two workers, those, the oldest first."""
        first = self.pids()[0]
        found = [
            int(child)
            for thread in Path(f"/proc/{first}/task").glob("*/children")
            for child in thread.read_text().split()
        ]
        return sorted(found)

    def rss_kb(self) -> int:
        """Resident memory of the server's own process, in kB: work apart comes and goes."""
        return _rss_kb(self.pids()[0])

    def kill(self) -> None:
        """kill -9 of every process of the server at once."""
        assert self._server is not None
        for pid in reversed(self.pids()):
            os.kill(pid, signal.SIGKILL)
        self._server.wait()
        self._server = None

    def stop(self) -> None:
        """SIGTERM, as a service supervisor does; a server that goes on is killed and the test fails."""
        if self._server is None:
            return
        self._server.send_signal(signal.SIGTERM)
        try:
            wait_until(self._has_ended, "the server stops")
        except AssertionError as error:
            error.add_note(self.log_end())
            self.kill()
            raise
        self._server = None

    def _has_ended(self) -> bool:
        return self._server is not None and self._server.poll() is not None

    def restart(self) -> Self:
        """Stops cleanly and starts again."""
        self.stop()
        return self.start()


def _rss_kb(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1])
    return 0


LOOKED_EVERY_S = 0.05


class Forks:
    """The process of this one that becomes servers."""

    def __init__(self, command: Sequence[str] = (str(PYTHON), "-m", "tests.harness.servers.forking")) -> None:
        self._lock = Lock()
        self._started: list[int] = []
        self._ended: dict[int, int] = {}
        self._process = subprocess.Popen(
            command, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
        )

    def start(self, module: str, arguments: list[str], environment: dict[str, str], output: Path) -> "Forked":
        """`python -m module` with these arguments, whose outputs go to the end of a file."""
        assert self._process.stdin is not None
        wanted = {"module": module, "arguments": arguments, "environment": environment, "output": str(output)}
        with self._lock:
            self._process.stdin.write(json.dumps(wanted).encode() + b"\n")
            while not self._started:
                self._hear(None)
            return Forked(self, self._started.pop())

    def status(self, pid: int, within_s: float) -> int | None:
        """How a fork has ended; None: it has not, for so long."""
        with self._lock:
            while pid not in self._ended and self._hear(within_s):
                pass
            return self._ended.get(pid)

    def close(self) -> None:
        """Ends it, and with it every server."""
        self._process.communicate()

    def _hear(self, within_s: float | None) -> bool:
        """Whether a line arrived within the time."""
        replies = self._process.stdout
        assert replies is not None
        if not select([replies], [], [], within_s)[0]:
            return False
        line = replies.readline()
        if not line:
            raise AssertionError("what becomes servers has ended")
        told = json.loads(line)
        if "status" in told:
            self._ended[told["pid"]] = told["status"]
        else:
            self._ended.pop(told["pid"], None)  # machines give numbers of processes again
            self._started.append(told["pid"])
        return True


@cache
def forks() -> Forks:
    """Those of this process."""
    return Forks()


class Forked:
    """One of them, as `subprocess.Popen` has it."""

    def __init__(self, forks: Forks, pid: int) -> None:
        self._forks, self.pid = forks, pid

    def poll(self) -> int | None:
        """How it has ended; None: it has not."""
        return self._forks.status(self.pid, 0)

    def wait(self, timeout: float | None = None) -> int:
        """Raises subprocess.TimeoutExpired."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while (status := self._forks.status(self.pid, LOOKED_EVERY_S)) is None:
            if deadline is not None and time.monotonic() >= deadline:
                raise subprocess.TimeoutExpired(f"process {self.pid}", timeout or 0)
        return status

    def send_signal(self, number: int) -> None:
        """Nothing where it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)
