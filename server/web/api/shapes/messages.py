"""Shapes of live messages, by their names: what the server sends, then what pages send."""

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from server.domain.devices.device_state import PlayerSound, PlayerState, PlayerView
from server.domain.devices.panels import PanelAnswer, PanelCommand, PanelMethod
from server.usecases.incidents.read_incidents import HallIncidents
from server.web.api.responses.board import BoardChanged, CalledCounter, QueueOnBoard, ShownAlert
from server.web.api.responses.exact import LEFT_OUT, Count, ExactShape, InstantText, Position, Texts
from server.web.api.responses.hall import QueueAnswer
from server.web.api.responses.printing import PrintVerdict
from server.web.api.responses.tickets import FollowedTicket

type AudioFiles = dict[str, str]
"""The address of an audio file by language."""


class QueuesChanged(Position):
    """The queues of a hall; `more`: how many were left out for size."""

    queues: list[QueueOnBoard]
    more: Count = 0


class CallAnnounced(ExactShape):
    """One call or recall. Sent again with its audio once that is ready.

    `once_ms`, `loop_once_ms`: milliseconds after which the first of the two sentences ends.
    """

    call: str
    rank: int
    number: str
    counter: CalledCounter
    text: Texts
    at: InstantText
    audio: AudioFiles
    brief: AudioFiles = Field(default_factory=dict)
    once_ms: dict[str, int] = Field(default_factory=dict)
    loop: AudioFiles = Field(default_factory=dict)
    loop_once_ms: dict[str, int] = Field(default_factory=dict)


class QueueChanged(QueueAnswer):
    """The queue with the first legs of each; `is_partial`: rows were left out, and the page reads them."""

    is_partial: bool


class MessageChanged(ExactShape):
    """The counter whose messages changed; null: the calls for help."""

    counter: str | None


class AlertChanged(Position):
    """The alert to show now or null; `audio`: its voice, once rendered."""

    alert: ShownAlert | None
    alert_taken_back: ShownAlert = LEFT_OUT
    audio: AudioFiles = Field(default_factory=dict)


class Nudge(ExactShape):
    """A message that says no more than its name: the page reads again."""


class ConfigurationChanged(ExactShape):
    """The revisions that apply now: `3.12`, the installation's and the hall's."""

    configuration: str


class RenewalAsked(ExactShape):
    """What a device needs to exchange its token, within two minutes."""

    told: str


class Heartbeat(Position):
    """Where a hall stands, every 25 s; `return_ms`: over how long pages spread their return."""

    configuration: str
    return_ms: int


SENT: Mapping[str, Any] = {
    "board.changed": BoardChanged,
    "queues.changed": QueuesChanged,
    "call.announced": CallAnnounced,
    "queue.changed": QueueChanged,
    "menu.changed": Position,
    "print.verdict": PrintVerdict,
    "ticket.changed": FollowedTicket,
    "message.changed": MessageChanged,
    "alert.changed": AlertChanged,
    "programme.changed": Nudge,
    "devices.changed": Nudge,
    "alarm.changed": Nudge,
    "incident.changed": HallIncidents,
    "configuration.changed": ConfigurationChanged,
    "picture.asked": Nudge,
    "renewal.asked": RenewalAsked,
    "heartbeat": Heartbeat,
}
"""The shape of each message that the server sends."""


class CounterKeep(ExactShape):
    """A console still holds the counters of its session: every 20 s, which renews their lease.

    The answer says whether it still holds the counter.
    """

    counter: str
    session: str


class AlertShown(ExactShape):
    """The alert that a screen shows: when it begins and at each connection, every two seconds until answered.

    A screen that has not sent it within 5 s counts as not reached (docs/rules/alerts.md).
    """

    alert: str


class DeviceState(ExactShape):
    """What a kiosk says of itself, at each connection and heartbeat.

    `clock_ms`: milliseconds its clock is ahead of the server’s.
    """

    release: str
    clock_ms: int


class PanelReport(ExactShape):
    """What the computer of a screen did to its panel, and what the panel answered."""

    method: PanelMethod
    commanded: PanelCommand
    answered: PanelAnswer


class PlayerReport(DeviceState):
    """What a screen says of itself, when it changes, at each connection and heartbeat.

    `revision`: of its programme, empty before it has one (docs/rules/supervision.md).
    """

    media: PlayerState
    view: PlayerView
    sound: PlayerSound
    revision: str
    notice: str | None
    width_px: int
    height_px: int
    panel: PanelReport | None
    """Null where no program commands the panel."""


class ConfigurationApplied(ExactShape):
    """The revisions that a kiosk or a screen runs, when they change, at each connection and heartbeat."""

    configuration: str


TAKEN: Mapping[str, Any] = {
    "counter.keep": CounterKeep,
    "alert.shown": AlertShown,
    "device.state": DeviceState,
    "player.state": PlayerReport,
    "configuration.applied": ConfigurationApplied,
}
"""The shape of each message that a page sends."""
