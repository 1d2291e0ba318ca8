"""What a hall's kiosks and screens report about themselves, and the state that supervision shows for a
player.

Rule: docs/rules/supervision.md. A player is `up to date` only with proof: it is connected, it has reported
that it has all its files, and it runs the programme that the server has for it now.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, Literal, Self, TypedDict, cast
from zoneinfo import ZoneInfo

from hardware.json_types import Pixels
from server.domain.devices.connections import (
    SILENT_AFTER,
    DeviceConnection,
    DeviceConnectionAnswer,
    live_connections,
    with_sign_of_life,
    without,
)
from server.domain.instants import from_text, to_text
from server.domain.typed_fields import Name, Within, read_message

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


LOST_AFTER = SILENT_AFTER
"""A device that sent nothing for this long counts as absent."""
APPLIED_WITHIN = timedelta(seconds=60)
"""How long a connected device may take to run a published revision, before it counts as not updated."""
_MARK = re.compile(r"[0-9]{1,10}\.[0-9]{1,10}")
LARGEST_CLOCK_MS = 10 * 366 * 86_400_000
"""The largest deviation of a screen's clock that is reported, in milliseconds; a larger one is cut to it."""


class PlayerState(StrEnum):
    """Whether a player has the files that it must show."""

    UP_TO_DATE = "up to date"
    DOWNLOADING = "downloading"
    PENDING = "pending"
    POSSIBLY_OUTDATED = "possibly outdated"
    NOT_UPDATED = "not updated"
    UNKNOWN = "unknown"


class PlayerView(StrEnum):
    """What a screen shows: a view of its page, an alert over it, or nothing at all outside its hours."""

    CONNECTING = "connecting"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    CALLS = "calls"
    REST = "rest"
    EMPTY = "empty"
    CLOSED = "closed"
    BREAK = "break"
    ALERT = "alert"
    ASLEEP = "asleep"


class PlayerSound(StrEnum):
    """Whether a screen can say calls: it has no sound, the browser lets it, or the browser forbids it."""

    NONE = "none"
    ON = "on"
    BLOCKED = "blocked"


class KioskReportAnswer(TypedDict):
    """What a kiosk says of itself, at each connection and heartbeat."""

    release: Name
    clock_ms: Annotated[int, Within(-LARGEST_CLOCK_MS, LARGEST_CLOCK_MS)]
    """Milliseconds its clock is ahead of the server's; negative: behind."""


class ScreenReport(KioskReportAnswer):
    """What a screen says of itself, without its notice: a new field goes here."""

    media: PlayerState
    view: PlayerView
    sound: PlayerSound
    revision: Name
    """The revision of its programme; empty before it has one."""
    width_px: Annotated[Pixels, Within(0, 100_000)]
    height_px: Annotated[Pixels, Within(0, 100_000)]
    panel: PanelReportAnswer | None
    """Null where no program commands the panel."""


class PlayerReport(ScreenReport):
    """What a screen says of itself, when it changes, at each connection and heartbeat."""

    notice: Name | None


type Report = PlayerReport | KioskReportAnswer


class SightingMessage(TypedDict):
    """The last known state of a device as JSON values; instants are in RFC 3339."""

    seen_at: str
    since: str
    is_connected: bool
    report: Report | None
    connections: list[DeviceConnectionAnswer]
    configuration: str | None


@dataclass(frozen=True, slots=True)
class Sighting:
    """The last known state of a device. `since`: when it connected, disconnected, or last reported a change.

    `configuration`: the revisions it runs (`HallConfiguration.mark`), None before its first report.
    """

    seen_at: datetime
    since: datetime
    is_connected: bool
    report: Report | None = None
    connections: tuple[DeviceConnection, ...] = ()
    configuration: str | None = None

    def as_message(self) -> SightingMessage:
        """The same as JSON values."""
        return {
            "seen_at": to_text(self.seen_at),
            "since": to_text(self.since),
            "is_connected": self.is_connected,
            "report": self.report,
            "connections": [each.as_message() for each in self.connections],
            "configuration": self.configuration,
        }

    @classmethod
    def of_message(cls, message: Mapping[str, Any]) -> Self:
        """The sighting from its stored JSON values."""
        fields = message["report"]
        report = read_message(PlayerReport, fields) or read_message(KioskReportAnswer, fields)
        seen_at, since = from_text(message["seen_at"]), from_text(message["since"])
        connections = tuple(DeviceConnection.of_message(each) for each in message["connections"])
        is_connected, configuration = bool(message["is_connected"]), message.get("configuration")
        return cls(seen_at, since, is_connected, report, connections, configuration)


def with_new_connections(
    before: Sighting | None, now: datetime, *new_connections: DeviceConnection
) -> Sighting:
    """The state after a device gave a sign of life on its own connections; its last report stays."""
    found = Sighting(now, now, is_connected=True) if before is None else replace(before, seen_at=now)
    if not is_present(before, now):
        found = replace(found, since=now, is_connected=True)
    for connection in new_connections:
        found = replace(found, connections=with_sign_of_life(found.connections, connection, now))
    return found


def with_report(before: Sighting | None, report: Report, now: datetime) -> Sighting:
    """The state after a report of the device. A clock that drifts is not a change."""
    present = with_new_connections(before, now)
    is_same = present.report is not None and {**present.report, "clock_ms": report["clock_ms"]} == report
    return replace(present, since=present.since if is_same else now, report=report)


def with_applied_configuration(before: Sighting | None, configuration: str, now: datetime) -> Sighting:
    """The state after the device reported which configuration it runs."""
    present = with_new_connections(before, now)
    is_same = present.configuration == configuration
    return replace(present, since=present.since if is_same else now, configuration=configuration)


def configuration_of_message(message: object) -> str | None:
    """The revisions in a device's message; None when it holds none: a page may come from any release."""
    configuration = message.get("configuration") if isinstance(message, Mapping) else None
    return configuration if isinstance(configuration, str) and _MARK.fullmatch(configuration) else None


def left(before: Sighting | None, now: datetime, ended: str = "") -> Sighting | None:
    """A connection (its id) of a device has ended; after the last one, of any worker, it is away."""
    if before is None:
        return None
    connections = without(before.connections, ended)
    if live_connections(connections, now):
        return replace(before, connections=connections)
    return replace(before, since=now, is_connected=False, connections=connections)


def player_report(sighting: Sighting | None) -> PlayerReport | None:
    """The last report of a screen; None before one, and of a kiosk."""
    report = None if sighting is None else sighting.report
    return cast(PlayerReport, report) if report is not None and "media" in report else None


def is_present(sighting: Sighting | None, now: datetime) -> bool:
    """Whether a device is there: connected, with a sign of life within LOST_AFTER."""
    return sighting is not None and sighting.is_connected and now - sighting.seen_at <= LOST_AFTER


def state_of(sighting: Sighting | None, published: str, now: datetime) -> PlayerState:
    """The state of a player whose programme is `published` (a revision) at the server now."""
    report = player_report(sighting)
    if sighting is None or report is None:
        return PlayerState.UNKNOWN
    media = report["media"]
    if is_present(sighting, now):
        is_other = report["revision"] != published
        is_behind = is_other and media in (PlayerState.UP_TO_DATE, PlayerState.POSSIBLY_OUTDATED)
        return PlayerState.PENDING if is_behind else media
    if media in (PlayerState.UP_TO_DATE, PlayerState.POSSIBLY_OUTDATED):
        return PlayerState.POSSIBLY_OUTDATED
    return PlayerState.UNKNOWN if media is PlayerState.UNKNOWN else PlayerState.NOT_UPDATED


def configuration_state(
    sighting: Sighting | None, published: str, published_at: datetime, now: datetime
) -> PlayerState:
    """Whether a device runs the configuration that was published (its mark, and when that was).

    A device that is present has a minute to take it. For one that is absent its last report decides.
    """
    if sighting is None or sighting.configuration is None:
        return PlayerState.UNKNOWN
    runs_it = sighting.configuration == published
    if not is_present(sighting, now):
        return PlayerState.POSSIBLY_OUTDATED if runs_it else PlayerState.NOT_UPDATED
    if runs_it:
        return PlayerState.UP_TO_DATE
    return PlayerState.PENDING if now - published_at <= APPLIED_WITHIN else PlayerState.NOT_UPDATED


def is_same_but_for_time(one: Sighting | None, other: Sighting | None) -> bool:
    """Whether two states look the same to a supervisor: all but the times of signs of life is equal."""
    if one is None or other is None:
        return one is other
    timeless = replace(one, seen_at=other.seen_at, connections=other.connections) == other
    return timeless and {each.id for each in one.connections} == {each.id for each in other.connections}
