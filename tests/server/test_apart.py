"""A separate process lives while it has work, and ends by itself if it has an idle limit."""

import os
from pathlib import Path

import pytest
import structlog

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


HEAVY = ("structlog", "pydantic", "sqlalchemy", "flask", "gevent")
LOADED = f"[each for each in {HEAVY} if each in __import__('sys').modules]"


def test_a_process_imports_only_what_its_work_needs():
    apart = IsolatedWorker()
    assert apart.call(eval, LOADED) == []
    apart.close()


def warn(event: str) -> None:
    structlog.get_logger("server.tests").warning(event, token="secret")


def test_work_that_logs_by_structlog_writes_masked_lines(capfd: pytest.CaptureFixture[str]):
    apart = IsolatedWorker()
    apart.call(warn, "warned")
    apart.close()
    [line] = capfd.readouterr().err.splitlines()
    assert line.endswith("level=warning event=warned token=***")
