"""How many lines of one kind may be written: so many a minute from one source, and from all together.

A line that is left out is counted, and the next one of its kind says how many were. Tracebacks, which are
thirty times as long as a line, are fewer. What strangers can cause thus never fills the disk.
"""

import logging
import time
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field

from server.domain.budgets import Budget

PERIOD_S = 60.0
OF_SOURCE, OF_ALL, TRACEBACKS = 5, 60, 5
"""Lines of one kind in a period: from one source, from all sources; and those with a traceback."""
_MOST_SOURCES = 1_000

SOURCE: ContextVar[Callable[[], str] | None] = ContextVar("log_source", default=None)
"""The network whose request or packet is being handled; None: nobody's, then a line is its own source."""


@dataclass(slots=True)
class _Kind:
    """One kind of line, as this process has written it."""

    of_all: Budget = field(default_factory=lambda: Budget(OF_ALL, PERIOD_S))
    tracebacks: Budget = field(default_factory=lambda: Budget(TRACEBACKS, PERIOD_S))
    by_source: dict[str, Budget] = field(default_factory=dict)
    left_out: int = 0

    def of(self, source: str, now_s: float) -> Budget:
        """The budget of a source."""
        if len(self.by_source) > _MOST_SOURCES:
            self.by_source = {name: each for name, each in self.by_source.items() if not each.is_over(now_s)}
        return self.by_source.setdefault(source, Budget(OF_SOURCE, PERIOD_S))


class RatedLines(logging.Filter):
    """Leaves out the lines of a kind over its rates.

    A kind is a logger, a text before its values, and a `reason` of one word, of which the code has a few.
    """

    def __init__(self) -> None:
        super().__init__()
        self._kinds: dict[tuple[str, str, str], _Kind] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether a record is written; adds `left_out` to it, and takes away a traceback too many."""
        values = getattr(record, "values", {"logger": record.name})
        reason = str(values.get("reason", ""))
        named = (record.name, str(record.msg), reason if reason.isidentifier() else "")
        kind = self._kinds.setdefault(named, _Kind())
        now_s, source = time.monotonic(), SOURCE.get()
        of_source = kind.of(repr((values, record.args)) if source is None else source(), now_s)
        if not of_source.take(now_s) or not kind.of_all.take(now_s):
            kind.left_out += 1
            return False
        if kind.left_out:
            record.values = {**values, "left_out": kind.left_out}
            kind.left_out = 0
        if record.exc_info and not kind.tracebacks.take(now_s):
            vars(record)["exc_info"] = None
        return True
