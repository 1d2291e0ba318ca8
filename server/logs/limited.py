"""Lines that a stranger can cause: at most a few a minute, then one that says how many were left out."""

import time
from typing import Any

import structlog

from server.domain.budgets import Budget

LINES, PERIOD_S = 5, 60.0

_log = structlog.get_logger("server")
_written: dict[tuple[str, str], Budget] = {}


def limited_line(event: str, *, key: str = "", is_failure: bool = False, **values: Any) -> None:
    """Writes a warning, or with its traceback what was just raised; at most LINES a minute.

    Lines are counted by event, and by a key that is one of few.
    """
    budget = _written.setdefault((event, key), Budget(LINES, PERIOD_S))
    now_s = time.monotonic()
    left_out = budget.used - budget.most if budget.is_over(now_s) else 0
    if not budget.take(now_s):
        return
    if left_out > 0:
        values["left_out"] = left_out
    _log.log(_ERROR if is_failure else _WARNING, event, exc_info=is_failure or None, **values)


_WARNING, _ERROR = 30, 40
