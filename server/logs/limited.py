"""Lines that a stranger can cause, outside a request."""

from typing import Any

import structlog

_log = structlog.get_logger("server")


def limited_line(event: str, *, key: str = "", is_failure: bool = False, **values: Any) -> None:
    """Writes a warning, or with its traceback what was just raised, as `server.logs.rates` allows."""
    _log.log(_ERROR if is_failure else _WARNING, event, exc_info=is_failure or None, **values)


_WARNING, _ERROR = 30, 40
