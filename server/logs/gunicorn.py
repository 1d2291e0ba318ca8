"""Gunicorn's own lines among ours: `--logger-class server.logs.gunicorn.GunicornLines`."""

import logging
from typing import Any

from gunicorn.glogging import Logger

from server.logs import configure_logs, guard_standard_error
from server.settings import Settings


class GunicornLines(Logger):  # type: ignore[misc]  # untyped library
    """Set up in the first process; its workers are forked from it and log alike."""

    def setup(self, cfg: Any) -> None:
        """Takes Gunicorn's handlers away, so that its records reach ours."""
        super().setup(cfg)
        for log in (self.error_log, self.access_log):
            log.handlers.clear()
            log.propagate = True
            log.setLevel(logging.NOTSET)
        configure_logs(Settings().log_level)
        guard_standard_error()
