"""Logs: lines `time=… level=… event=… name=value` on standard error, in UTC, a traceback indented below.

A value that is not one plain word is a JSON text, so that no line breaks. Tokens, keys, cookies, passwords
and e-mail addresses are masked. Requests, names, languages and notes of visitors are not logged.
"""

# only the standard library: a process for one kind of work starts in a tenth of the time without structlog

import json
import logging
import re
import sys
import threading
from datetime import UTC, datetime
from textwrap import indent
from types import TracebackType
from typing import Any, TextIO

from server.logs.masking import mask_secrets, masked_values
from server.logs.rates import RatedLines

OWN = ("server", "kiosk", "signage", "hardware", "gunicorn")
"""The loggers that follow the level of the settings."""
LONGEST_VALUE = 1_000
"""Characters of a value; a request's address may have eight thousand."""
_PLAIN = re.compile(r"[\w.:/+@%*-]+")


class LogLines(logging.Formatter):
    """One record as one line, its traceback indented by two spaces below it."""

    def format(self, record: logging.LogRecord) -> str:
        """The lines of a record, masked."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        head = {"time": at, "level": record.levelname.lower(), "event": record.getMessage()}
        values = masked_values(getattr(record, "values", {"logger": record.name}))
        line = " ".join(f"{name}={_written(value)}" for name, value in (head | values).items())
        if record.exc_info:
            line += "\n" + indent(self.formatException(record.exc_info), "  ")
        return mask_secrets(line)


def _written(value: Any) -> str:
    if value is None or isinstance(value, bool | int | float):
        return json.dumps(value)
    text = value if isinstance(value, str) else str(value)
    if len(text) > LONGEST_VALUE:
        text = mask_secrets(text)[:LONGEST_VALUE] + "…"
    return text if _PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=False)


def write_lines(level: str) -> None:
    """What this process logs from a level on (`debug`, `info`, `warning`, `error`) goes to standard error.

    So does what nothing caught. Once a process; one that is forked later inherits it.
    """
    least = getattr(logging, level.upper())
    lines = logging.StreamHandler()
    lines.setFormatter(LogLines())
    lines.addFilter(RatedLines())
    root = logging.getLogger()
    root.handlers[:] = [lines]
    root.setLevel(max(least, logging.WARNING))
    for name in OWN:
        logging.getLogger(name).setLevel(least)
    sys.excepthook = write_uncaught
    threading.excepthook = lambda found: write_uncaught(found.exc_type, found.exc_value, found.exc_traceback)


def write_uncaught(
    kind: type[BaseException], error: BaseException | None, traceback: TracebackType | None
) -> None:
    """One line, with its traceback, for what nothing caught."""
    if issubclass(kind, KeyboardInterrupt | SystemExit):
        return
    failed = (kind, error if error is not None else kind(), traceback)
    logging.getLogger("server").critical("uncaught", exc_info=failed, extra={"values": {}})


class _Masked:
    """A stream whose texts are masked as they are written."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Writes the text without its secrets."""
        self._stream.write(mask_secrets(text))
        return len(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def guard_standard_error() -> None:
    """What libraries write past the loggers (tracebacks of greenlets, of pywsgi) is masked too."""
    if not isinstance(sys.stderr, _Masked):
        sys.stderr = _Masked(sys.stderr)
