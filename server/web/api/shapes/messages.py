"""Shapes of live messages, by their names: what the server sends, then what pages send."""

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, Field

from server.domain.devices.device_state import PlayerSound, PlayerState, PlayerView
from server.domain.visits.transitions import EndReason, LegState
from server.web.api.shapes.hall_answers import Position, QueueAnswer
from server.web.api.shapes.legs import ExactShape, InstantText

type Texts = dict[str, str]
"""A text by language."""
type AudioFiles = dict[str, str]
"""The address of an audio file by language."""


class SaidWait(ExactShape):
    """A range in seconds, 0 ≤ low ≤ high, and how pages say it."""

    low_s: int
    high_s: int
    said: Literal["under", "about", "between", "over"]


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
    rank: int


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
    kind: Literal["evacuate", "shelter", "medical", "custom", "taken_back"]
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
    alert_taken_back: ShownAlert | None = None
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
    waiting: int
    wait: SaidWait | None
    why_no_wait: Literal["after_closing"] | None = None


class QueuesChanged(Position):
    """The queues of a hall; `more`: how many were left out for size."""

    queues: list[QueueOnBoard]
    more: int = 0


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


class PrintVerdict(ExactShape):
    """A print job: its state and verdict, null before it was tried, and the reason of a failure."""

    job: str
    visit: str | None
    state: Literal["queued", "sending", "done", "cancelled"]
    verdict: Literal["printed", "held", "unknown", "refused"] | None
    why: str | None


class HallOfTicket(ExactShape):
    """The hall of a followed ticket."""

    slug: str
    name: str
    time_zone: str


class ServiceOfTicket(ExactShape):
    """The service of a followed ticket, named in the phone's language."""

    id: str
    name: str


class CounterOfTicket(ExactShape):
    """The counter that calls a followed ticket, in the phone's language."""

    id: str
    label: str
    direction: str
    hearing_loop: bool


class CallOfTicket(ExactShape):
    """The call of a followed ticket."""

    counter: CounterOfTicket
    called_at: InstantText
    rank: int


class TicketChanged(ExactShape):
    """A ticket as its visitor's phone shows it; `ahead`: how many are called before."""

    number: str
    hall: HallOfTicket
    service: ServiceOfTicket
    state: LegState
    ahead: int | None
    wait: SaidWait | None
    why_no_wait: Literal["after_closing", "closed", "break", "held", "no_counter", "paused"] | None
    call: CallOfTicket | None
    is_open: bool
    next_opening_at: InstantText | None
    may_give_up: bool
    may_take_back: bool
    take_back_until: InstantText | None
    is_continued: bool
    issued_at: InstantText
    ended_at: InstantText | None
    end_reason: EndReason | None
    demonstration: bool
    alert: ShownAlert | None
    alert_taken_back: ShownAlert | None = None
    epoch: str
    version: int
    as_of: InstantText


class MessageChanged(ExactShape):
    """The counter whose messages changed; null: the calls for help."""

    counter: str | None


class AlertChanged(Position):
    """The alert to show now or null; `audio`: its voice, once rendered."""

    alert: ShownAlert | None
    alert_taken_back: ShownAlert | None = None
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
    """Where a hall stands, every 25 s."""

    configuration: str


SENT: Mapping[str, type[BaseModel]] = {
    "board.changed": BoardChanged,
    "queues.changed": QueuesChanged,
    "call.announced": CallAnnounced,
    "queue.changed": QueueChanged,
    "menu.changed": Position,
    "print.verdict": PrintVerdict,
    "ticket.changed": TicketChanged,
    "message.changed": MessageChanged,
    "alert.changed": AlertChanged,
    "programme.changed": Nudge,
    "devices.changed": Nudge,
    "alarm.changed": Nudge,
    "configuration.changed": ConfigurationChanged,
    "picture.asked": Nudge,
    "renewal.asked": RenewalAsked,
    "heartbeat": Heartbeat,
}
"""The shape of each message that the server sends."""


class CounterKeep(ExactShape):
    """A console still holds the counters of its session."""

    counter: str
    session: str


class AlertShown(ExactShape):
    """The alert that a screen shows."""

    alert: str


class DeviceState(ExactShape):
    """What a kiosk says of itself; `clock_ms`: milliseconds its clock is ahead of the server's."""

    release: str
    clock_ms: int


class PlayerReport(DeviceState):
    """What a screen says of itself; `revision`: of its programme, empty before it has one."""

    media: PlayerState
    view: PlayerView
    sound: PlayerSound
    revision: str
    notice: str | None
    width_px: int
    height_px: int


class ConfigurationApplied(ExactShape):
    """The revisions that a kiosk or a screen runs."""

    configuration: str


TAKEN: Mapping[str, type[BaseModel]] = {
    "counter.keep": CounterKeep,
    "alert.shown": AlertShown,
    "device.state": DeviceState,
    "player.state": PlayerReport,
    "configuration.applied": ConfigurationApplied,
}
"""The shape of each message that a page sends."""
