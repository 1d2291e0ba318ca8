"""Servers whose processes need not import the product: forked from one that has.

A start of Python costs five times what else a start of the server does. The command that people and service
supervisors start is tried by the tests of starts, of the command line and of benches.
"""

import json
import os
import subprocess
import time
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from select import select
from threading import Lock

from tests.harness.programs import PROJECT, PYTHON

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
