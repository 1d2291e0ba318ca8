"""What strangers can cause fills no disk: a few lines a minute of a kind and a source."""

import logging
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from server import logs
from server.logs import (
    LONGEST_VALUE,
    OF_ALL,
    OF_SOURCE,
    PERIOD_S,
    SOURCE,
    TRACEBACKS,
    LogLines,
    RatedLines,
)


class Log:
    """A log with a clock that a test sets; `lines` are those written."""

    def __init__(self) -> None:
        self.at_s, self.lines = 1_000.0, list[str]()
        self._rated, self._form = RatedLines(), LogLines()

    def monotonic(self) -> float:
        return self.at_s

    def write(
        self, event: str, source: str | None = "192.0.2.1", *, failed: bool = False, **values: Any
    ) -> None:
        SOURCE.set(None if source is None else lambda: source)
        record = logging.LogRecord(
            "server", logging.WARNING, "", 0, event, (), sys.exc_info() if failed else None
        )
        record.values = values
        if self._rated.filter(record):
            self.lines.append(self._form.format(record))


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Iterator[Log]:
    found = Log()
    monkeypatch.setattr(logs, "time", found)
    yield found
    SOURCE.set(None)


def test_a_source_writes_a_few_lines_of_a_kind_and_the_next_says_how_many_were_left_out(log: Log):
    for number in range(500):
        log.write("cut", number=number)
    assert len(log.lines) == OF_SOURCE
    log.write("refused")
    log.write("cut", reason="packets")
    log.write("cut", "192.0.2.2", number=500)
    assert [line.partition(" event=")[2] for line in log.lines[-3:]] == [
        "refused",
        "cut reason=packets",
        "cut number=500 left_out=495",
    ]
    log.at_s += PERIOD_S
    log.write("cut", number=501)
    assert log.lines[-1].endswith("event=cut number=501")


def test_however_many_sources_there_are_a_kind_writes_so_many_lines_a_minute(log: Log):
    for number in range(5_000):
        log.write("cut", f"2001:db8:{number:x}::/64")
    assert len(log.lines) == OF_ALL


def test_a_line_of_nobodys_request_is_its_own_source(log: Log):
    for hall in ("laon", "soissons"):
        for _ in range(50):
            log.write("alarms_not_watched", None, hall=hall)
    assert len(log.lines) == 2 * OF_SOURCE


def test_after_a_few_tracebacks_of_a_kind_the_line_stands_alone(log: Log):
    try:
        raise LookupError("here")
    except LookupError:
        for number in range(20):
            log.write("request_failed", f"192.0.2.{number}", failed=True)
    assert len(log.lines) == 20
    assert ["LookupError" in line for line in log.lines] == [True] * TRACEBACKS + [False] * (20 - TRACEBACKS)


def test_a_value_that_a_stranger_chose_is_cut(log: Log):
    log.write("request_failed", path="/" + "é" * 8_000)
    assert len(log.lines[0]) < LONGEST_VALUE + 100
