"""Waits on conditions instead of sleeping."""

import time
from collections.abc import Callable

PATIENCE_S = 45.0
"""How long what must come may take on a machine that is busy with other tests; passing tests do not wait.

Longer than a heartbeat (25 s), which heals a screen that missed a message.
"""
SELDOM_S = 0.1
"""How seldom at most a condition that stays false is looked at, unless told otherwise."""


def wait_until[Found](
    condition: Callable[[], Found], what: str, *, within_s: float = PATIENCE_S, every_s: float = 0.02
) -> Found:
    """The first true answer of `condition`; fails naming `what` when none came within `within_s` seconds."""
    deadline, pause_s = time.monotonic() + within_s, every_s
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() >= deadline:
            raise AssertionError(f"not within {within_s:g} s: {what} (last answer: {found!r})")
        time.sleep(pause_s)
        pause_s = max(every_s, min(pause_s * 1.3, SELDOM_S))
