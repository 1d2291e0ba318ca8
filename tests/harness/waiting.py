"""Waits on conditions instead of sleeping, and lets one gesture begin inside another."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

PATIENCE_S = 45.0
"""How long what must come may take; passing tests do not wait, and a machine that is busy may take longer.

Longer than a heartbeat (25 s), which heals a screen that missed a message.
"""
PAGE_PATIENCE_MS = 120_000
"""The same for what a page must come to show: here seconds in which the processors were overloaded count."""
SELDOM_S = 0.1
"""How seldom at most a condition that stays false is looked at, unless told otherwise."""
PRESSURE = Path("/proc/pressure/cpu")
"""Where Linux counts for how many microseconds something has waited for a processor."""


def wait_until[Found](
    condition: Callable[[], Found], what: str, *, within_s: float = PATIENCE_S, every_s: float = 0.02
) -> Found:
    """The first true answer of `condition`; fails naming `what` when none came within `within_s` seconds.

    Seconds in which the processors were overloaded do not count: the timeout of the test bounds them.
    """
    begun_s, pause_s = _idle_s(), every_s
    while True:
        found = condition()
        if found:
            return found
        if _idle_s() - begun_s >= within_s:
            raise AssertionError(f"not within {within_s:g} s: {what} (last answer: {found!r})")
        time.sleep(pause_s)
        pause_s = max(every_s, min(pause_s * 1.3, SELDOM_S))


def run_clock_until(page: "Page", is_true: Callable[[], object], what: str, *, step_ms: int = 20) -> None:
    """Runs the clock of a page, which stands, by steps until something is true; slower than life."""

    def stepped() -> object:
        page.clock.run_for(step_ms)
        return is_true()

    if not is_true():
        wait_until(stepped, what)


def _idle_s() -> float:
    """A clock that stands still while something waits for a processor."""
    try:
        counted = PRESSURE.read_text(encoding="ascii").splitlines()[0]
    except OSError:
        counted = "total=0"  # a kernel that does not count it
    return time.monotonic() - int(counted.rpartition("total=")[2]) / 1_000_000


UNGUARDED_S = 0.5
"""As long as a gesture takes that waits for no lock."""


@contextmanager
def begun_before[R](module: ModuleType, step: str, begun: Callable[[], R]) -> Iterator[list[Future[R]]]:
    """Begins a gesture when a function of a module is first called, and lets it end unless it has to wait.

    The list holds its outcome. It is over when the context ends.
    """
    original: Callable[..., Any] = getattr(module, step)
    outcome: list[Future[R]] = []
    with ThreadPoolExecutor(1) as pool, pytest.MonkeyPatch.context() as patch:

        def late(*values: Any, **named: Any) -> Any:
            patch.setattr(module, step, original)
            outcome.append(pool.submit(begun))
            wait(outcome, timeout=UNGUARDED_S)
            return original(*values, **named)

        patch.setattr(module, step, late)
        yield outcome
