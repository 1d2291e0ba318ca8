"""Shapes of alerts: as whoever raises and ends them reads them."""

from typing import Annotated

from pydantic import Field

from server.domain.alerts.alerts import AlertEndReason, AlertKind, ScreenReached
from server.web.api.responses.exact import ExactShape, InstantText, Texts

type AlertWords = dict[str, Texts]
"""The words of a custom alert by language: `title` and `text`. Empty for any other kind."""


class HallName(ExactShape):
    """A hall by its slug, and its name."""

    hall: str
    name: str


class AlertOfHall(ExactShape):
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


class HallAlertsAnswer(ExactShape):
    """The alerts in force in a hall, the one that screens show first."""

    hall: str
    as_of: InstantText
    alerts: list[AlertOfHall]


class AlertOnScreen(ExactShape):
    """A screen of a hall with an alert: whether it has said that it shows it."""

    screen: str
    label: str
    state: ScreenReached
    shown_at: InstantText | None


class AlertInHall(ExactShape):
    """An alert in one of its halls: its screens, and how far its end is."""

    hall: str
    name: str
    site: str
    raised_at: InstantText
    is_in_force: bool
    end_asked_by: str | None
    """The name of who confirmed the end a first time; a program reads null."""
    end_asked_at: InstantText | None
    end_alone_at: InstantText | None
    """The instant after which that person may end it alone; null where the site always needs two people."""
    is_end_asked_by_reader: bool
    needs_second_person: bool
    ended_at: InstantText | None
    ended_by: str | None
    end_reason: AlertEndReason | None
    screens: list[AlertOnScreen]


class AlertAnswer(ExactShape):
    """An alert: who raised it and when, and each of its halls that the caller may read."""

    alert: str
    kind: AlertKind
    drill: bool
    texts: AlertWords
    raised_at: InstantText
    raised_by: str | None
    until: InstantText | None
    may_take_back_until: InstantText | None
    """The last instant at which the caller may take it back; null: not theirs, over, or too late."""
    halls: list[AlertInHall]
    as_of: InstantText


class HallFailed(HallName):
    """A hall that refused, with the code and the sentence of its refusal."""

    code: str
    detail: str


class HallAlready(HallName):
    """A hall in which such an alert of the caller held before."""

    alert: str


class RaisedAlertAnswer(AlertAnswer):
    """An alert that was raised just now, or by the same press before."""

    is_new: bool
    already: list[HallAlready]
    failed: list[HallFailed]


class AlertGestureAnswer(AlertAnswer):
    """An alert after its end was asked for or confirmed, or it was taken back."""

    failed: list[HallFailed]


class AlertsAnswer(ExactShape):
    """The alerts in force, then those of the last day, the latest first."""

    alerts: list[AlertAnswer]
    as_of: InstantText


class EndAsked(ExactShape):
    """An alert whose end another person has asked for."""

    alert: str
    kind: AlertKind
    drill: bool
    texts: AlertWords
    asked_by: str | None
    asked_at: InstantText
    halls: Annotated[list[HallName], Field(min_length=1)]


class EndsAskedAnswer(ExactShape):
    """The alerts whose end the caller may confirm."""

    asked: list[EndAsked]
    as_of: InstantText
