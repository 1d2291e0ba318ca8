"""A served demonstration with its real hours, on a working day whose hour the test sets.

As a module it becomes what `python -m` with its arguments is, in one process or with workers.
"""

if __name__ == "__main__":
    from gevent import monkey

    monkey.patch_all()

import os
import runpy
import sys
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Self
from zoneinfo import ZoneInfo

from holidays import country_holidays

from server import app
from server.clock import Clock, system_now
from tests.harness.servers.served import Served

ZONE = ZoneInfo("Europe/Paris")
TUESDAY = 1
AHEAD = "clock-ahead-s"
"""The file in the server's folder that says how many seconds its clock is ahead."""


class MovedServed(Served):
    """A server whose clock moves forward only, from one hour of its `day` to the next."""

    def __init__(self, var: Path, **settings: Any) -> None:
        super().__init__(var, demo_hours="real", **settings)
        today = datetime.now(ZONE).date()
        self.day = open_tuesday(today + timedelta(days=7 + TUESDAY - today.weekday()))

    def command(self) -> list[str]:
        """The server with a clock of its own."""
        python, option, *real = super().command()
        return [python, option, "tests.harness.servers.moved_served", *real]

    def at(self, hour: int, minute: int = 0, *, days_later: int = 0) -> Self:
        """Moves the clock to a local hour of the day, or of one that follows."""
        wanted = datetime.combine(self.day + timedelta(days=days_later), time(hour, minute), ZONE)
        return self._be_ahead((wanted - datetime.now(UTC)).total_seconds())

    def later(self, seconds: float) -> Self:
        """Moves the clock forward."""
        return self._be_ahead(self.ahead_s + seconds)

    @property
    def ahead_s(self) -> float:
        """How far the server's clock is ahead of this machine's."""
        return float((self.var / AHEAD).read_text(encoding="ascii"))

    def _be_ahead(self, seconds: float) -> Self:
        place = self.var / AHEAD
        beside = place.with_suffix(".new")
        beside.write_text(str(seconds), encoding="ascii")
        os.replace(beside, place)  # the server reads it at any moment
        return self


def open_tuesday(tuesday: date) -> date:
    """This Tuesday or the first after it that is no public holiday, nor the day that follows."""
    holidays = country_holidays("FR")
    while tuesday in holidays or tuesday + timedelta(days=1) in holidays:
        tuesday += timedelta(days=7)
    return tuesday


def moved_now() -> datetime:
    """The wall clock, as far ahead as the test wants it."""
    ahead_s = float((Path(os.environ["PARVIS_VAR"]) / AHEAD).read_text(encoding="ascii"))
    return system_now() + timedelta(seconds=ahead_s)


if __name__ == "__main__":
    vars(app)["create_app"] = partial(app.create_app, clock=Clock(now=moved_now))
    sys.argv.pop(0)
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
