"""Shapes of live messages, by their names: what the server sends, then what pages send."""

from collections.abc import Mapping
from typing import Any, TypedDict

from server.domain.devices.device_state import (
    KioskReportAnswer,
    PlayerReport,
)
from server.live.publication import CallAnnounced, QueueChanged
from server.live.publisher import Heartbeat
from server.usecases.hall.read_board import AlertChanged, BoardChanged
from server.usecases.incidents.lists import HallIncidents
from server.usecases.printing.print_jobs import PrintVerdict
from server.usecases.tickets.ticket_page import FollowedTicket
from signage.board import Position, QueuesChanged


class MessageChanged(TypedDict):
    """The counter whose messages changed; null: the calls for help."""

    counter: str | None


class Nudge(TypedDict):
    """A message that says no more than its name: the page reads again."""


class ConfigurationChanged(TypedDict):
    """The revisions that apply now: `3.12`, the installation's and the hall's."""

    configuration: str


class RenewalAsked(TypedDict):
    """What a device needs to exchange its token, within two minutes."""

    told: str


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


class CounterKeep(TypedDict):
    """A console still holds the counters of its session: every 20 s, which renews their lease.

    The answer says whether it still holds the counter.
    """

    counter: str
    session: str


class AlertShown(TypedDict):
    """The alert that a screen shows: when it begins and at each connection, every two seconds until answered.

    A screen that has not sent it within 5 s counts as not reached (docs/rules/alerts.md).
    """

    alert: str


class ConfigurationApplied(TypedDict):
    """The revisions that a kiosk or a screen runs, when they change, at each connection and heartbeat."""

    configuration: str


TAKEN: Mapping[str, Any] = {
    "counter.keep": CounterKeep,
    "alert.shown": AlertShown,
    "device.state": KioskReportAnswer,
    "player.state": PlayerReport,
    "configuration.applied": ConfigurationApplied,
}
"""The shape of each message that a page sends."""
