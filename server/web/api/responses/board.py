"""Shapes of the board of a hall: calls, queues, the alert to show."""

from typing import Literal

from pydantic import Field

from server.domain.alerts.alerts import AlertKind
from server.web.api.responses.exact import LEFT_OUT, Count, ExactShape, InstantText, Position, SaidWait, Texts


class CalledCounter(ExactShape):
    """The counter of a call. Of a former one only id and label; the oldest lose their directions."""

    id: str
    label: str
    name: Texts = Field(default_factory=dict)
    direction: Texts = Field(default_factory=dict)
    hearing_loop: bool = False


class CallOnBoard(ExactShape):
    """A call whose visitor is not at the counter yet; `rank` is 2 and more for recalls."""

    call: str
    number: str
    counter: CalledCounter
    called_at: InstantText
    rank: int = Field(ge=1)


class FormerCall(ExactShape):
    """A call that is over."""

    number: str
    counter: CalledCounter
    called_at: InstantText


class ShownAlert(ExactShape):
    """An alert to show; `taken_back`: it was raised by mistake, and pages say so for a minute.

    `texts`: the words of a custom alert by language.
    """

    alert: str
    kind: AlertKind | Literal["taken_back"]
    drill: bool
    raised_at: InstantText
    until: InstantText | None
    texts: dict[str, Texts]
    has_voice: bool


class BoardBreak(ExactShape):
    """A break in which nobody is called."""

    begins_at: InstantText
    resumes_at: InstantText


class BoardChanged(Position):
    """The calls and the former calls of a hall, the latest first."""

    calls: list[CallOnBoard]
    recent: list[FormerCall]
    programme_revision: str
    alert: ShownAlert | None
    alert_taken_back: ShownAlert = LEFT_OUT
    quiet_until: InstantText | None
    break_: BoardBreak | None = Field(alias="break")


class NamedService(ExactShape):
    """A service and its name by language."""

    id: str
    name: Texts


class QueueOnBoard(ExactShape):
    """A queue on a screen: how many wait, and the wait of who takes a ticket now."""

    queue: str
    services: list[NamedService]
    waiting: Count
    wait: SaidWait | None
    why_no_wait: Literal["after_closing"] = LEFT_OUT


class BoardAnswer(BoardChanged):
    """The board of a hall and its queues."""

    queues: list[QueueOnBoard]
