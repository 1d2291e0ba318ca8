"""Answers about alerts. Instants are in RFC 3339, UTC; null where something did not happen."""

from collections.abc import Mapping
from typing import Annotated, Literal, NotRequired, TypedDict

from annotated_types import MinLen

from hardware.json_types import InstantText, Texts
from server.domain.alerts import AlertEndReason, AlertKind, ScreenReached
from server.store.alerts import AlertWords


class ShownAlert(TypedDict):
    """An alert to show; `taken_back`: it was raised by mistake, and pages say so for a minute.

    `texts`: the words of a custom alert by language.
    """

    alert: str
    kind: AlertKind | Literal[AlertEndReason.TAKEN_BACK]
    drill: bool
    raised_at: InstantText
    until: InstantText | None
    texts: Mapping[str, Texts]
    has_voice: bool


class AlertPart(TypedDict):
    """The part of an answer about the alert of a hall; `alert_taken_back` for a minute after it was."""

    alert: ShownAlert | None
    alert_taken_back: NotRequired[ShownAlert]


class AlertOfHall(TypedDict):
    """An alert in force in a hall."""

    alert: str
    kind: AlertKind
    drill: bool
    raised_at: InstantText
    until: InstantText | None
    """When it ends by itself; null: never."""
    texts: AlertWords
    raised_by: str | None
    """The name of who raised it; null for devices and programs."""


class HallAlertsAnswer(TypedDict):
    """The alerts in force in a hall, the one that screens show first."""

    hall: str
    as_of: InstantText
    alerts: list[AlertOfHall]


class AlertOnScreen(TypedDict):
    """A screen of a hall with an alert: whether it has said that it shows it."""

    screen: str
    label: str
    state: ScreenReached
    shown_at: InstantText | None


class EndOfAlert(TypedDict):
    """The name of who confirmed the end of an alert first, when, and from when they may end it alone."""

    end_asked_by: str | None
    """The name of who confirmed the end a first time; a program reads null."""
    end_asked_at: InstantText | None
    end_alone_at: InstantText | None
    """The instant after which that person may end it alone; null where the site always needs two people."""


class AlertInHall(EndOfAlert):
    """An alert in one of its halls: its screens, and how far its end is."""

    hall: str
    name: str
    site: str
    raised_at: InstantText
    is_in_force: bool
    is_end_asked_by_reader: bool
    needs_second_person: bool
    ended_at: InstantText | None
    ended_by: str | None
    end_reason: AlertEndReason | None
    screens: list[AlertOnScreen]


class AlertAnswer(AlertOfHall):
    """An alert: who raised it and when, and each of its halls that the caller may read."""

    may_take_back_until: InstantText | None
    """The last instant at which the caller may take it back; null: not theirs, over, or too late."""
    halls: list[AlertInHall]
    as_of: InstantText


class AlertsAnswer(TypedDict):
    """The alerts in force, then those of the last day, the latest first."""

    alerts: list[AlertAnswer]
    as_of: InstantText


class HallName(TypedDict):
    """A hall by its slug, and its name."""

    hall: str
    name: str


class EndAsked(TypedDict):
    """An alert whose end another person has asked for."""

    alert: str
    kind: AlertKind
    drill: bool
    texts: AlertWords
    asked_by: str | None
    asked_at: InstantText
    halls: Annotated[list[HallName], MinLen(1)]


class EndsAskedAnswer(TypedDict):
    """The alerts whose end the caller may confirm."""

    asked: list[EndAsked]
    as_of: InstantText
