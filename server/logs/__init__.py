"""Logs: lines `time=… level=… event=… name=value` on standard error, in UTC, a traceback indented below.

A value that is not one plain word is a JSON text, so that no line breaks. Tokens, keys, cookies, passwords
and e-mail addresses are masked. Requests, names, languages and notes of visitors are not logged.
"""

import json
import logging
import re
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from textwrap import indent
from types import TracebackType
from typing import Any, TextIO

from server.domain.instants import Budget
from server.ids import API_KEY_PREFIX, is_token_shaped

MASK = "***"
SECRET_NAMES = frozenset(
    {
        "token", "ticket", "short_code", "password", "secret", "secret_key", "client_secret",
        "oidc_client_secret", "id_token", "access_token", "api_key", "authorization", "cookie",
        "smtp_password", "vigilance_key", "apikey",
    }
)  # fmt: skip
"""Values of these names are never written."""

_NAMES = "|".join(sorted(SECRET_NAMES, key=len, reverse=True))
_AFTER = re.compile(
    r"(?i)("
    r"\bbearer\s+"  # the header of devices and programs
    r"|[#?&]t=|[?&](?:code|state|nonce|id_token_hint)=|/t/|/tickets/"  # of devices, tickets and sign-ins
    r"|\bparvis_(?:device|session|form|provider|pairing|browser|installation)=|\bsession="  # cookies
    rf"|\b(?:{_NAMES})[\"']?\s*[:=]\s*[\"']?"
    r"|://[^\s/:@]+:(?=[^\s/@]+@)"  # the password in a database's address
    r")[^\s\"'&;,/?#)\]}@]+"
)
_SIGNED = re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]*", re.ASCII)
"""A signed token of a provider of identities."""
_PREFIXED = re.compile(rf"(?:whsec_|{API_KEY_PREFIX})[A-Za-z0-9+/=_-]+")
"""The secret of a webhook, and an API key."""
_ADDRESS = re.compile(r"(?<![\w.+%-])[\w.+%-]+(?=@[\w-]+(?:\.[\w-]+)+)")
"""The name in an e-mail address; its domain stays, since it says which mail server refused."""
_LONG = re.compile(r"(?:(?<![\w-])|(?<=%[0-9A-Fa-f]{2}))(?:[\w-]{22}){1,2}(?![\w-])", re.ASCII)
PERIOD_S = 60.0
OF_SOURCE, OF_ALL, TRACEBACKS = 5, 60, 5
"""Lines of one kind in a period: from one source, from all sources; and those with a traceback."""
_MOST_SOURCES = 1_000
SOURCE: ContextVar[Callable[[], str] | None] = ContextVar("log_source", default=None)
"""The network whose request or packet is being handled; None: nobody's, then a line is its own source."""
OWN = ("server", "kiosk", "signage", "hardware", "gunicorn")
"""The loggers that follow the level of the settings."""
LONGEST_VALUE = 1_000
"""Characters of a value; a request's address may have eight thousand."""
_PLAIN = re.compile(r"[\w.:/+@%*-]+")


def mask_secrets(text: str) -> str:
    """The text with every secret and the name of every e-mail address replaced, whoever wrote the line.

    A secret is known by what stands before it (`Bearer …`, `#t=…`, `/t/…`, `token=…`, a cookie), by its
    prefix (`parvis_key_…`, `whsec_…`), or by its shape: twenty-two URL-safe characters, or twice as many, as
    `server.ids.new_token` makes them, or a signed token.
    """
    without_shaped = _ADDRESS.sub(MASK, _PREFIXED.sub(MASK, _SIGNED.sub(MASK, text)))
    return _LONG.sub(_masked_if_token, _AFTER.sub(rf"\g<1>{MASK}", without_shaped))


def _masked_if_token(found: re.Match[str]) -> str:
    return MASK if is_token_shaped(found[0]) else found[0]


def masked_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a record, those with a secret's name replaced."""
    return {name: MASK if name.lower() in SECRET_NAMES else value for name, value in values.items()}


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
    """Leaves out the lines of a kind over its rates: so many a minute from one source, and from all together.

    A line that is left out is counted, and the next one of its kind says how many were. Tracebacks, which are
    thirty times as long as a line, are fewer. What strangers can cause thus never fills the disk.

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


def configure_logs(level: str) -> None:
    """What this process logs, by structlog or not, from a level on goes to standard error.

    `level`: `debug`, `info`, `warning`, `error`. Once a process; one that is forked later inherits it.
    """
    import structlog  # a process for one kind of work starts in a tenth of the time without it

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
