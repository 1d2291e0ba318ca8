"""What `forked` starts: has imported the product, and each time it is asked a fork of it becomes a server.

A request is a line of JSON on its standard input; lines on its output tell who was started and who has ended.
It ends with its input, and its servers with it.
"""

from gevent import monkey

monkey.patch_all()

import ctypes  # noqa: E402
import gc  # noqa: E402
import importlib  # noqa: E402
import json  # noqa: E402
import os  # noqa: E402
import runpy  # noqa: E402
import signal  # noqa: E402
import sys  # noqa: E402
import time  # noqa: E402
from typing import Any  # noqa: E402

import gevent  # noqa: E402

from tests.harness.commands import make_passwords_cheap  # noqa: E402
from tests.harness.made_once import make_for_forks, make_once  # noqa: E402

IMPORTED = (
    "server.app.http_server",
    "server.commands.say",
    "server.jobs",
    "server.logs.gunicorn",
    "server.worker",
    "gunicorn.app.wsgiapp",
    "tests.harness.servers.served",
)
"""What the servers are made of, but for the modules that are run."""

PR_SET_PDEATHSIG = 1

# those that block: no hub may run before a fork
fork, waitpid = monkey.get_original("os", ["fork", "waitpid"])
select = monkey.get_original("select", "select")


def requested_forks() -> dict[str, Any]:
    """Forks for each request; returns in the fork only, with the request."""
    replies = os.dup(1)
    os.dup2(2, 1)
    begun, alive = b"", dict[int, int]()
    while True:
        ready, _, _ = select([0, *alive], [], [])
        for ended in set(ready) - {0}:
            pid = alive.pop(ended)
            os.close(ended)
            _tell(replies, pid=pid, status=os.waitstatus_to_exitcode(waitpid(pid, 0)[1]))
        if 0 not in ready:
            continue
        read = os.read(0, 65_536)
        if not read:
            raise SystemExit
        *lines, begun = (begun + read).split(b"\n")
        for line in lines:
            pid = fork()
            if pid == 0:
                for each in (replies, *alive):
                    os.close(each)
                found: dict[str, Any] = json.loads(line)
                return found
            alive[os.pidfd_open(pid)] = pid
            _tell(replies, pid=pid)


def _tell(replies: int, **told: int) -> None:
    os.write(replies, json.dumps(told).encode() + b"\n")


def become(module: str, arguments: list[str], environment: dict[str, str], output: str) -> None:
    """Runs a module as `python -m` does, with the outputs at the end of a file."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    gevent.reinit()
    with open(os.devnull, "rb") as nothing, open(output, "ab") as sink:
        for number, place in enumerate((nothing, sink, sink)):
            os.dup2(place.fileno(), number)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    gc.disable()  # what is imported stays
    for name in IMPORTED:
        importlib.import_module(name)
    make_passwords_cheap()
    make_once()
    make_for_forks()
    gc.freeze()  # a fork neither copies nor frees what it shares
    gc.enable()
    become(**requested_forks())
