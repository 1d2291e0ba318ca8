"""The report of a screen's computer about its panel, and the hours a month with the panel off on purpose.

Rule: docs/rules/panels.md.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal, Self, TypedDict
from zoneinfo import ZoneInfo

type PanelMethod = Literal["cec", "signal", "rs232"]
type PanelCommand = Literal["on", "off"]
type PanelAnswer = Literal["on", "off", "silent", "waiting"]

_METHODS: Mapping[object, PanelMethod] = {"cec": "cec", "signal": "signal", "rs232": "rs232"}
_COMMANDS: Mapping[object, PanelCommand] = {"on": "on", "off": "off"}
_ANSWERS: Mapping[object, PanelAnswer] = {
    "on": "on",
    "off": "off",
    "silent": "silent",
    "waiting": "waiting",
}
GOES_ON_WITHIN = timedelta(minutes=5)
"""A panel that is seen off again within this time was off in between."""
KEPT = timedelta(days=400)
"""How long the rests of panels are kept."""


class PanelReportAnswer(TypedDict):
    """What the computer of a screen did to its panel, and what the panel answered."""

    method: PanelMethod
    commanded: PanelCommand
    answered: PanelAnswer


@dataclass(frozen=True, slots=True)
class PanelReport:
    """How a panel is commanded, the state that was commanded, and its answer: `waiting` until it is read."""

    method: PanelMethod
    commanded: PanelCommand
    answered: PanelAnswer

    @classmethod
    def of_message(cls, message: object) -> Self | None:
        """The report in a message; None when it holds none: most screens have no such program."""
        if not isinstance(message, Mapping):
            return None
        given = [message.get(name) for name in ("method", "commanded", "answered")]
        if not all(isinstance(each, str) for each in given):
            return None
        method, commanded, answered = _METHODS.get(given[0]), _COMMANDS.get(given[1]), _ANSWERS.get(given[2])
        if method is None or commanded is None or answered is None:
            return None
        return cls(method, commanded, answered)

    def as_message(self) -> PanelReportAnswer:
        """The same as JSON values."""
        return {"method": self.method, "commanded": self.commanded, "answered": self.answered}

    @property
    def is_off_on_purpose(self) -> bool:
        """Whether the panel was switched off and says that it is off."""
        return self.commanded == "off" and self.answered == "off"


@dataclass(frozen=True, slots=True)
class PanelRest:
    """An interval in which a screen's panel was off on purpose, from its first to its last check."""

    screen: str
    began_at: datetime
    last_at: datetime


class PanelMonthAnswer(TypedDict):
    """A local month of a screen's panel."""

    month: str
    """As `2026-11`."""
    off_h: float
    """Hours in which it was off on purpose."""
    saved_kwh: float | None
    """These hours times the declared watts; null where none are declared."""


def panel_months(rests: Iterable[PanelRest], time_zone: str, watts: int | None) -> list[PanelMonthAnswer]:
    """The hours off of each local month that has any, the newest first, to a tenth of an hour.

    `watts`: what the panel draws lit, less what it draws off.
    """
    zone, sums = ZoneInfo(time_zone), dict[str, float]()
    for rest in rests:
        began_at = rest.began_at
        while began_at < rest.last_at:
            local = began_at.astimezone(zone)
            ends_at = min(_next_month(local).astimezone(UTC), rest.last_at)
            month = f"{local:%Y-%m}"
            sums[month] = sums.get(month, 0.0) + (ends_at - began_at).total_seconds() / 3600
            began_at = ends_at
    return [
        {
            "month": month,
            "off_h": round(hours, 1),
            "saved_kwh": None if watts is None else round(hours * watts / 1000, 1),
        }
        for month, hours in sorted(sums.items(), reverse=True)
    ]


def _next_month(local: datetime) -> datetime:
    """The first instant of the next local month."""
    later = local.replace(day=1, hour=0, minute=0, second=0, microsecond=0) + timedelta(days=32)
    return later.replace(day=1)
