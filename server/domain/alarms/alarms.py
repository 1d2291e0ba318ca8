"""Alarms: faults of devices, queues, counters or the clock that a person should know about.

Pure. A fault must last for a time before its alarm is raised, and be over for a time before it is cleared. A
fault that returns soon opens the same alarm again, and must then be over for longer: a flickering fault is
one alarm. In prose: `docs/rules/alarms.md`.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, Final, Literal

from annotated_types import Interval, MaxLen

from server.domain.facts import Erasable, Fact, FactKind
from server.domain.languages import FRENCH
from server.domain.refusals import Refusal
from server.domain.row_changes import Fold, inserts, updates


class AlarmKind(StrEnum):
    """What an alarm is about. Pages list alarms in this order."""

    CLOCK_SUSPECT = "clock_suspect"
    PRINTER_DOWN = "printer_down"
    COVER_OPEN = "cover_open"
    PAPER_OUT = "paper_out"
    UNPRINTED = "unprinted"
    KIOSK_TWICE = "kiosk_twice"
    KIOSK_SILENT = "kiosk_silent"
    AGENT_SILENT = "agent_silent"
    SCREEN_SILENT = "screen_silent"
    QUEUE_LONG = "queue_long"
    COUNTER_FORGOTTEN = "counter_forgotten"
    COUNTER_AWAITED = "counter_awaited"
    NEAR_END = "near_end"
    NOT_TAKEN = "not_taken"
    BULLETIN_WAITING = "bulletin_waiting"
    VIGILANCE_OLD = "vigilance_old"
    KEY_ENDED = "key_ended"
    KEY_ENDING = "key_ending"
    ESTIMATES_OFF = "estimates_off"


class Sign(StrEnum):
    """The state of a subject now. `unsure` changes nothing: the former state holds."""

    FAULTY = "faulty"
    WELL = "well"
    UNSURE = "unsure"


class AlarmTurn(StrEnum):
    """What happens to an alarm: it is raised, returns soon after it was cleared, or is cleared."""

    RAISED = "raised"
    RETURNED = "returned"
    CLEARED = "cleared"


ClearReason = Literal["well", "gone"]
WELL_AGAIN: Final = "well"
GONE: Final = "gone"
"""Why an alarm is cleared: the fault is over, or its subject is not watched any more."""

RETURNS_WITHIN = timedelta(minutes=10)
"""A fault back so soon after its alarm was cleared is the same alarm."""
CALM_AFTER_RETURN = timedelta(minutes=10)
"""How long the fault of an alarm that came back is gone before the alarm is cleared."""

ONE_AT_A_TIME = frozenset({AlarmKind.PRINTER_DOWN, AlarmKind.COVER_OPEN, AlarmKind.PAPER_OUT})
"""Kinds of one printer: a person who changes the paper opens the cover, which is no second alarm."""
QUIET = frozenset({AlarmKind.ESTIMATES_OFF})
"""Kinds that are on pages only: a recipient has them sent where it names them."""
_SILENT = frozenset({AlarmKind.KIOSK_SILENT, AlarmKind.AGENT_SILENT, AlarmKind.SCREEN_SILENT})

type Watched = tuple[AlarmKind, str]
"""A kind and its subject: the id of a kiosk, screen, queue, counter or key, a site (slug), or `server`."""


@dataclass(frozen=True, slots=True)
class AlarmRules:
    """The thresholds of a hall. Whole seconds; `off`: kinds that are not watched.

    `unprinted_jobs`: number of jobs in a row that a printer did not print. `silent_after_s`: seconds without
    a sign of a kiosk or screen while the hall is open. `queue_people`: number of people who wait, for
    `queue_for_s`, in a queue without a threshold of its own. `counter_after_s`: a counter is still open so
    long after the hall has closed.
    """

    unprinted_jobs: Annotated[int, Interval(ge=1, le=20)] = 3
    silent_after_s: Annotated[int, Interval(ge=30, le=3_600)] = 120
    queue_people: Annotated[int, Interval(ge=1, le=500)] = 30
    queue_for_s: Annotated[int, Interval(ge=0, le=3_600)] = 120
    counter_after_s: Annotated[int, Interval(ge=0, le=7_200)] = 900
    off: Annotated[tuple[AlarmKind, ...], MaxLen(len(AlarmKind))] = ()

    def raised_after(self, kind: AlarmKind) -> timedelta:
        """How long a fault lasts before its alarm is raised."""
        if kind in _SILENT:
            return timedelta(seconds=self.silent_after_s)
        if kind is AlarmKind.QUEUE_LONG:
            return timedelta(seconds=self.queue_for_s)
        return _RAISED_AFTER.get(kind, timedelta(0))

    def cleared_after(self, kind: AlarmKind) -> timedelta:
        """How long a fault is gone before its alarm is cleared."""
        return _CLEARED_AFTER.get(kind, timedelta(seconds=5))


_RAISED_AFTER = {
    AlarmKind.PRINTER_DOWN: timedelta(seconds=5),
    AlarmKind.COUNTER_AWAITED: timedelta(minutes=5),
    AlarmKind.NEAR_END: timedelta(seconds=30),
    AlarmKind.NOT_TAKEN: timedelta(minutes=2),
    AlarmKind.VIGILANCE_OLD: timedelta(minutes=30),
}
_CLEARED_AFTER = {
    AlarmKind.NEAR_END: timedelta(seconds=60),
    **dict.fromkeys(_SILENT, timedelta(seconds=30)),
    AlarmKind.QUEUE_LONG: timedelta(seconds=120),
    AlarmKind.CLOCK_SUSPECT: timedelta(seconds=60),
}


@dataclass(frozen=True, slots=True)
class Observed:
    """A sign, with what the sentence of an alarm raised by it names."""

    sign: Sign
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Memory:
    """Whether a subject was last faulty or well, and since when."""

    is_faulty: bool
    since: datetime


@dataclass(frozen=True, slots=True)
class Alarm:
    """An alarm, open or cleared. `returns`: how often its fault came back."""

    id: str
    kind: AlarmKind
    subject: str
    cleared_at: datetime | None = None
    returns: int = 0

    @property
    def is_open(self) -> bool:
        """Whether its fault is not over."""
        return self.cleared_at is None

    @property
    def watched(self) -> Watched:
        """What it is about."""
        return self.kind, self.subject


@dataclass(frozen=True, slots=True)
class AlarmChange:
    """What happens to an alarm; `alarm` None: a new one. `reason`: why it is cleared."""

    turn: AlarmTurn
    watched: Watched
    alarm: Alarm | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    reason: ClearReason = WELL_AGAIN


@dataclass(frozen=True, slots=True)
class Decision:
    """What one check changes: memories to keep, subjects to forget, alarms."""

    kept: Mapping[Watched, Memory]
    forgotten: frozenset[Watched]
    changes: tuple[AlarmChange, ...]

    def __bool__(self) -> bool:
        return bool(self.kept or self.forgotten or self.changes)


def decide(
    signs: Mapping[Watched, Observed],
    memories: Mapping[Watched, Memory],
    alarms: Mapping[Watched, Alarm],
    rules: AlarmRules,
    now: datetime,
) -> Decision:
    """Compares the signs of this check with the memories of earlier ones.

    `alarms`: of each subject the one that is open, else the last that was cleared. Kinds that are off are
    not watched; a subject that is no longer watched is forgotten, and its alarm cleared.
    """
    watched = {each: observed for each, observed in signs.items() if each[0] not in rules.off}
    kept = {each: memory for each, memory in _remembered(watched, memories, now) if memory is not None}
    after = {**memories, **kept}
    gone = frozenset(each for each in memories if each not in watched)
    cleared = list(_cleared(watched, after, alarms, rules, now))
    is_over = {change.watched for change in cleared}
    open_ = {each for each, alarm in alarms.items() if alarm.is_open and each not in is_over}
    raised: list[AlarmChange] = []
    for change in _raised(watched, after, alarms, rules, now):
        kind, subject = change.watched
        others = {(other, subject) for other in ONE_AT_A_TIME} if kind in ONE_AT_A_TIME else set()
        if change.watched not in open_ and others.isdisjoint(open_):
            raised.append(change)
            open_.add(change.watched)
    return Decision(kept, gone, (*cleared, *raised))


def _remembered(
    watched: Mapping[Watched, Observed], memories: Mapping[Watched, Memory], now: datetime
) -> Iterator[tuple[Watched, Memory | None]]:
    """The memories that this check changes; a subject that was never well or faulty has none."""
    for each, observed in watched.items():
        memory = memories.get(each)
        is_faulty = observed.sign is Sign.FAULTY
        is_news = observed.sign is not Sign.UNSURE and (memory is None or memory.is_faulty is not is_faulty)
        yield each, Memory(is_faulty, now) if is_news else None


def _cleared(
    watched: Mapping[Watched, Observed],
    memories: Mapping[Watched, Memory],
    alarms: Mapping[Watched, Alarm],
    rules: AlarmRules,
    now: datetime,
) -> Iterator[AlarmChange]:
    for each, alarm in alarms.items():
        if not alarm.is_open:
            continue
        if each not in watched:
            yield AlarmChange(AlarmTurn.CLEARED, each, alarm, reason=GONE)
            continue
        calm = CALM_AFTER_RETURN if alarm.returns else rules.cleared_after(alarm.kind)
        memory = memories.get(each)
        is_well = watched[each].sign is Sign.WELL and memory is not None and not memory.is_faulty
        if is_well and memory is not None and now - memory.since >= calm:
            yield AlarmChange(AlarmTurn.CLEARED, each, alarm)


def _raised(
    watched: Mapping[Watched, Observed],
    memories: Mapping[Watched, Memory],
    alarms: Mapping[Watched, Alarm],
    rules: AlarmRules,
    now: datetime,
) -> Iterator[AlarmChange]:
    """The alarms to raise, those not open yet; the gravest kind first."""
    faulty = [each for each, observed in watched.items() if observed.sign is Sign.FAULTY]
    for each in sorted(faulty, key=lambda each: (list(AlarmKind).index(each[0]), each[1])):
        observed, memory, last = watched[each], memories.get(each), alarms.get(each)
        if memory is None or not memory.is_faulty:
            continue
        if now - memory.since < rules.raised_after(each[0]):
            continue
        if last is not None and last.cleared_at is not None and now - last.cleared_at <= RETURNS_WITHIN:
            yield AlarmChange(AlarmTurn.RETURNED, each, last, observed.values)
        else:
            yield AlarmChange(AlarmTurn.RAISED, each, values=observed.values)


@dataclass(frozen=True, slots=True)
class AlarmChoice:
    """`kinds` and `hall` (slug): None means all that are not quiet, future ones included. `language` of the
    messages.

    `has_notices`: a webhook also hears of each publication and end of a notice.
    """

    kinds: frozenset[AlarmKind] | None = None
    hall: str | None = None
    language: str = FRENCH
    has_notices: bool = False

    def includes(self, kind: AlarmKind, hall: str) -> bool:
        """Whether the recipient receives an alarm of this kind and hall."""
        is_chosen = kind not in QUIET if self.kinds is None else kind in self.kinds
        return is_chosen and self.hall in (None, hall)

    def listed_kinds(self) -> list[str] | None:
        """The kinds in the order in which alarms are listed, None for every kind."""
        return None if self.kinds is None else [str(kind) for kind in AlarmKind if kind in self.kinds]

    def as_body(self) -> dict[str, Any]:
        """The choice as JSON values of a fact."""
        body: dict[str, Any] = {"kinds": self.listed_kinds(), "hall": self.hall, "language": self.language}
        return body | ({"has_notices": True} if self.has_notices else {})


def kinds_of(names: Collection[str], *, may_be_none: bool = False) -> frozenset[AlarmKind] | None:
    """The kinds that were chosen by name; None when it was every one that is not quiet.

    `may_be_none`: the recipient receives something else. Refusal: alarm_kinds_missing.
    """
    kinds = frozenset(kind for kind in AlarmKind if kind in names)
    if not kinds and not may_be_none:
        raise Refusal("alarm_kinds_missing")
    return None if kinds == frozenset(AlarmKind) - QUIET else kinds


def alarm_raised(alarm: str, change: AlarmChange) -> Fact:
    """A fault has lasted long enough for a person to know of it."""
    kind, subject = change.watched
    body = {"id": alarm, "kind": str(kind), "subject": subject, "values": dict(change.values)}
    return Fact(FactKind.ALARM_RAISED, body)


def alarm_returned(alarm: Alarm, change: AlarmChange) -> Fact:
    """The fault of an alarm that was cleared a moment ago is back: the alarm is open again."""
    return Fact(
        FactKind.ALARM_RETURNED,
        {"id": alarm.id, "returns": alarm.returns + 1, "values": dict(change.values)},
    )


def alarm_cleared(alarm: Alarm, *, reason: str) -> Fact:
    """The fault is over (`well`), or it is not watched any more (`gone`)."""
    return Fact(FactKind.ALARM_CLEARED, {"id": alarm.id, "reason": reason})


def alarm_acknowledged(alarm: str) -> Fact:
    """A person takes care of an alarm; the fact's author is that person."""
    return Fact(FactKind.ALARM_ACKNOWLEDGED, {"id": alarm})


def recipient_added(
    recipient: str, *, channel: str, site: str, address: Erasable, choice: AlarmChoice
) -> Fact:
    """One more address receives the chosen alarms of a site, or of every site (`*`)."""
    body = {"id": recipient, "channel": channel, "site": site, "address": address.as_body()}
    return Fact(FactKind.RECIPIENT_ADDED, body | choice.as_body())


def recipient_changed(recipient: str, choice: AlarmChoice) -> Fact:
    """Other alarms than before are sent to an address, or in another language."""
    return Fact(FactKind.RECIPIENT_CHANGED, {"id": recipient} | choice.as_body())


def recipient_renewed(recipient: str) -> Fact:
    """A webhook is signed with another secret from now on."""
    return Fact(FactKind.RECIPIENT_RENEWED, {"id": recipient})


def recipient_removed(recipient: str) -> Fact:
    """Alarms are not sent to an address any more."""
    return Fact(FactKind.RECIPIENT_REMOVED, {"id": recipient})


ALARM_FOLDS: dict[str, Fold] = {
    FactKind.ALARM_RAISED: inserts(
        "alarm", "id", "kind", "subject", at="raised_at", sets={"returns": 0}, told="values"
    ),
    FactKind.ALARM_RETURNED: updates(
        "alarm", "id", "returns", sets={"cleared_at": None, "clear_reason": None}, told="values"
    ),
    FactKind.ALARM_CLEARED: updates("alarm", "id", at="cleared_at", clear_reason="reason"),
    FactKind.ALARM_ACKNOWLEDGED: updates("alarm", "id", at="acknowledged_at", by="acknowledged_by"),
}
"""By the kind of fact."""
