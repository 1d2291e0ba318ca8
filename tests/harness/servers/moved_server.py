"""A real server with a clock that a test moves.

`python -m tests.harness.servers.moved_server module arguments…`

It becomes what `python -m module arguments…` is, in one process or with workers.
"""

from gevent import monkey

monkey.patch_all()

import os  # noqa: E402
import runpy  # noqa: E402
import sys  # noqa: E402
from datetime import datetime, timedelta  # noqa: E402
from functools import partial  # noqa: E402
from pathlib import Path  # noqa: E402

from server import app  # noqa: E402
from server.clock import Clock, system_now  # noqa: E402
from tests.harness.servers.moved_served import AHEAD  # noqa: E402


def moved_now() -> datetime:
    """The wall clock, as far ahead as the test wants it."""
    ahead_s = float((Path(os.environ["PARVIS_VAR"]) / AHEAD).read_text(encoding="ascii"))
    return system_now() + timedelta(seconds=ahead_s)


if __name__ == "__main__":
    vars(app)["create_app"] = partial(app.create_app, clock=Clock(now=moved_now))
    sys.argv.pop(0)
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
