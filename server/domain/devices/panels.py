"""The report of a screen's computer about its panel, and the hours a month with the panel off on purpose.

Rule: docs/rules/panels.md.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal, TypedDict
from zoneinfo import ZoneInfo

type PanelMethod = Literal["cec", "signal", "rs232"]
type PanelCommand = Literal["on", "off"]
type PanelAnswer = Literal["on", "off", "silent", "waiting"]

GOES_ON_WITHIN = timedelta(minutes=5)
"""A panel that is seen off again within this time was off in between."""
KEPT = timedelta(days=400)
"""How long the rests of panels are kept."""


class PanelReportAnswer(TypedDict):
    """What the computer of a screen did to its panel, and its answer: `waiting` until it is read."""

    method: PanelMethod
    commanded: PanelCommand
    answered: PanelAnswer


def is_off_on_purpose(panel: PanelReportAnswer) -> bool:
    """Whether a panel was switched off and says that it is off."""
    return panel["commanded"] == "off" and panel["answered"] == "off"


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
