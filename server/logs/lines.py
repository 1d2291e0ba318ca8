"""What structlog's loggers say, as lines on standard error (`server.logs.plain_lines`)."""

from collections.abc import Mapping
from typing import Any

import structlog

from server.logs.plain_lines import write_lines


def configure_logs(level: str) -> None:
    """What this process logs, by structlog or not, from a level on goes to standard error.

    `level`: `debug`, `info`, `warning`, `error`. Once a process; one that is forked later inherits it.
    """
    write_lines(level)
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, _as_record],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def _as_record(_: Any, __: str, event: Mapping[str, Any]) -> Mapping[str, Any]:
    values = {name: value for name, value in event.items() if name not in ("event", "exc_info")}
    return {
        "msg": str(event.get("event", "")),
        "exc_info": event.get("exc_info"),
        "extra": {"values": values},
    }
