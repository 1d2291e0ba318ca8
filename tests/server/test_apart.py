"""A separate process lives while it has work, and ends by itself if it has an idle limit."""

import os
from pathlib import Path

from server.apart import IsolatedWorker
from tests.harness.waiting import wait_until


def is_alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def test_an_idle_process_ends_and_begins_again_when_needed():
    apart = IsolatedWorker(idle_s=0.2)
    first = apart.call(os.getpid)
    assert first != os.getpid()
    wait_until(lambda: not is_alive(first), "it ends")
    second = apart.call(os.getpid)
    assert second not in (first, os.getpid())
    apart.close()
    assert not is_alive(second)


def test_a_process_without_an_idle_limit_stays():
    apart = IsolatedWorker()
    assert apart.call(os.getpid) == apart.call(os.getpid)
    apart.close()
