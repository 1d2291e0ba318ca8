"""Answers about alerts. Instants are in RFC 3339, UTC; null where something did not happen."""

from typing import Literal, NotRequired, TypedDict

from server.domain.alerts.alerts import AlertEndReason, AlertKind, ScreenReached
from server.store.alerts import Words


class ShownAlert(TypedDict):
    """An alert that pages of a hall show; of the kind `taken_back`, one that nobody has to obey any more.

    `until`: when it ends by itself. `has_voice`: screens speak it.
    """

    alert: str
    kind: AlertKind | Literal[AlertEndReason.TAKEN_BACK]
    drill: bool
    raised_at: str
    until: str | None
    texts: Words
    has_voice: bool


class AlertPart(TypedDict):
    """The part of an answer about the alert of a hall; `alert_taken_back` for a minute after it was."""

    alert: ShownAlert | None
    alert_taken_back: NotRequired[ShownAlert]


class AlertOfHall(TypedDict):
    """An alert in force in a hall; `raised_by`: the name of its author, for people at work."""

    alert: str
    kind: AlertKind
    drill: bool
    raised_at: str
    until: str | None
    texts: Words
    raised_by: str | None


class HallAlertsAnswer(TypedDict):
    """The alerts in force in a hall (slug), the shown one first."""

    hall: str
    as_of: str
    alerts: list[AlertOfHall]


class AlertOnScreen(TypedDict):
    """A screen of a hall with an alert: whether it confirmed that it shows it, and when."""

    screen: str
    label: str
    state: ScreenReached
    shown_at: str | None


class EndOfAlert(TypedDict):
    """The name of who confirmed the end of an alert first, when, and from when they may end it alone."""

    end_asked_by: str | None
    end_asked_at: str | None
    end_alone_at: str | None


class AlertInHall(EndOfAlert):
    """An alert in one of its halls: its screens, and how far its end is. `site`: a name."""

    hall: str
    name: str
    site: str
    raised_at: str
    is_in_force: bool
    is_end_asked_by_reader: bool
    needs_second_person: bool
    ended_at: str | None
    ended_by: str | None
    end_reason: AlertEndReason | None
    screens: list[AlertOnScreen]


class AlertAnswer(TypedDict):
    """An alert: its author, and each of its halls that the reader may read.

    `may_take_back_until`: null where it is not the reader's, over, or too late.
    """

    alert: str
    kind: AlertKind
    drill: bool
    texts: Words
    raised_at: str
    raised_by: str | None
    until: str | None
    may_take_back_until: str | None
    halls: list[AlertInHall]
    as_of: str


class AlertsAnswer(TypedDict):
    """The alerts in force, then those of the last day, the latest first."""

    alerts: list[AlertAnswer]
    as_of: str


class HallName(TypedDict):
    """A hall by its slug, and its name."""

    hall: str
    name: str


class EndAsked(TypedDict):
    """An alert whose end another person than the reader (`asked_by`: a name) confirmed first."""

    alert: str
    kind: AlertKind
    drill: bool
    texts: Words
    asked_by: str | None
    asked_at: str
    halls: list[HallName]


class EndsAskedAnswer(TypedDict):
    """The alerts whose end waits for the reader."""

    asked: list[EndAsked]
    as_of: str
