"""Shapes of the alarms of a hall."""

from typing import Literal

from server.domain.alarms.detection import AlarmKind
from server.web.api.responses.exact import Count, ExactShape, InstantText


class AlarmOfHall(ExactShape):
    """An open alarm: what it is about, and who looks after it."""

    alarm: str
    kind: AlarmKind
    subject: str
    """The id of a kiosk, screen, queue or counter, or `server`."""
    text: str
    """The alarm as a sentence, in the reader's language."""
    raised_at: InstantText
    returns: Count
    """How often it came back soon after it was cleared."""
    acknowledged_at: InstantText | None
    acknowledged_by: str | None
    """The name of who looks after it; null for devices and programs."""
    cleared_at: InstantText | None
    clear_reason: Literal["well", "gone"] | None


class AlarmsAnswer(ExactShape):
    """The open alarms of a hall, those that nobody looks after first."""

    hall: str
    as_of: InstantText
    alarms: list[AlarmOfHall]
