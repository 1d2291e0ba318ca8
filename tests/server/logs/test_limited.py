"""What strangers can cause fills no disk: a few lines a minute, then how many were left out."""

from typing import Any

import pytest

from server.logs import limited


class Log:
    """A log with a clock that a test sets."""

    def __init__(self) -> None:
        self.at_s, self.lines = 1_000.0, list[tuple[int, str, dict[str, Any]]]()

    def monotonic(self) -> float:
        return self.at_s

    def log(self, level: int, event: str, **values: Any) -> None:
        self.lines.append((level, event, values))


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Log:
    found = Log()
    monkeypatch.setattr(limited, "time", found)
    monkeypatch.setattr(limited, "_log", found)
    monkeypatch.setattr(limited, "_written", {})
    return found


def test_an_event_is_written_five_times_a_minute_and_then_counted(log: Log):
    for number in range(500):
        limited.limited_line("cut", key="packets", number=number)
    limited.limited_line("cut", key="events")
    assert len(log.lines) == limited.LINES + 1
    log.at_s += limited.PERIOD_S
    limited.limited_line("cut", key="packets", number=500)
    assert log.lines[-1] == (30, "cut", {"number": 500, "left_out": 495, "exc_info": None})


def test_a_failure_is_an_error_with_its_traceback_a_few_times(log: Log):
    for _ in range(50):
        limited.limited_line("failed", is_failure=True)
    assert log.lines == [(40, "failed", {"exc_info": True})] * limited.LINES
