"""Alerts: which there are, the ladder between them, how one ends. Pure: values in, values out.

The rule in words: `docs/rules/alerts.md`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from server.domain.facts import Erasable, Fact, FactKind
from server.domain.instants import to_text
from server.domain.refusals import Refusal
from server.domain.row_changes import Fold, inserts, updates


class AlertKind(StrEnum):
    """Kinds of alerts, by what people must do; the gravest first."""

    EVACUATE = "evacuate"
    SHELTER = "shelter"
    MEDICAL = "medical"
    CUSTOM = "custom"


class AlertEndReason(StrEnum):
    """How an alert ended: by two confirmations, by the first person alone, at its time, or taken back.

    Or `replaced`: a person raised the update of its bulletin.
    """

    CONFIRMED = "confirmed"
    UNANSWERED = "unanswered"
    EXPIRED = "expired"
    TAKEN_BACK = "taken_back"
    REPLACED = "replaced"


_GRAVITY = {kind: place for place, kind in enumerate(AlertKind)}
ENDED_BY_PEOPLE = frozenset({AlertKind.EVACUATE, AlertKind.SHELTER})
"""No timer ever ends these."""
CONFIRMED_WITHIN = timedelta(minutes=5)
"""How long the first confirmation of an end counts: a forgotten page ends nothing later."""
ANSWERED_WITHIN = timedelta(minutes=2)
"""How long a second person has to confirm before the first may end an alert alone, and how recently a person
must have acted to count as present.
"""
TAKEN_BACK_WITHIN = timedelta(minutes=1)
"""How long the person who raised an alert may take it back."""
TAKEN_BACK_SHOWN_FOR = timedelta(minutes=1)
"""How long screens and phones say that an alert was taken back."""
SHOWN_WITHIN = timedelta(seconds=5)
"""A screen that has not confirmed an alert after this time is named as not reached."""
SHORTEST_S, LONGEST_S = 60, 8 * 3_600
"""Bounds of the time after which an alert may expire."""


@dataclass(frozen=True, slots=True)
class AlertRules:
    """What a site has decided of its alerts.

    `needs_second_person`: another person than the first confirms an end. `has_sound_for_evacuation`: chime
    and voice also for `evacuate`, with the recorded agreement of the fire-safety officer.
    """

    needs_second_person: bool = False
    has_sound_for_evacuation: bool = False


@dataclass(frozen=True, slots=True)
class Alert:
    """An alert of a hall that nobody has ended. `id`: shared by all halls of one press; `row`: the hall's
    own.

    `words`: the id of the erasable words of a custom one. `end_asked_by`: the person who confirmed its end a
    first time.
    """

    id: str
    row: str
    kind: AlertKind
    is_drill: bool
    raised_at: datetime
    raised_by: str
    words: str | None = None
    expires_at: datetime | None = None
    end_asked_at: datetime | None = None
    end_asked_by: str | None = None

    def has_expired(self, now: datetime) -> bool:
        """Whether its stated time is over."""
        return self.expires_at is not None and self.expires_at <= now

    def end_is_asked(self, now: datetime) -> bool:
        """Whether a first confirmation of its end counts."""
        return self.end_asked_at is not None and now - self.end_asked_at < CONFIRMED_WITHIN


def in_force(alerts: Iterable[Alert], now: datetime) -> list[Alert]:
    """Those that hold, the one to show first: no drill before a drill, the graver before, then the later."""
    holding = (alert for alert in alerts if not alert.has_expired(now))
    latest_first = sorted(holding, key=lambda alert: (alert.raised_at, alert.row), reverse=True)
    return sorted(latest_first, key=lambda alert: (alert.is_drill, _GRAVITY[alert.kind]))


def expiry(kind: AlertKind, for_s: int | None, now: datetime) -> datetime | None:
    """When an alert raised now expires; None: when people end it.

    Refusals: never_expires for evacuate and shelter, expires_out_of_bounds.
    """
    if for_s is None:
        return None
    if kind in ENDED_BY_PEOPLE:
        raise Refusal("never_expires", kind=str(kind))
    if not SHORTEST_S <= for_s <= LONGEST_S:
        raise Refusal("expires_out_of_bounds", least_minutes=SHORTEST_S // 60, most_minutes=LONGEST_S // 60)
    return now + timedelta(seconds=for_s)


def end_reason(alert: Alert, by: str, rules: AlertRules, now: datetime, *, has_other: bool) -> AlertEndReason:
    """How a second confirmation ends an alert. `has_other`: another person who may end it is there to answer.

    Refusals: end_not_asked before a first confirmation; second_person_needed where the site always asks for
    two people; second_person_awaited while the other has not had ANSWERED_WITHIN to answer.
    """
    if not alert.end_is_asked(now) or alert.end_asked_at is None:
        raise Refusal("end_not_asked", minutes=int(CONFIRMED_WITHIN.total_seconds() // 60))
    if alert.end_asked_by != by:
        return AlertEndReason.CONFIRMED
    if rules.needs_second_person:
        raise Refusal("second_person_needed")
    if not has_other:
        return AlertEndReason.CONFIRMED
    if now - alert.end_asked_at < ANSWERED_WITHIN:
        raise Refusal("second_person_awaited", minutes=int(ANSWERED_WITHIN.total_seconds() // 60))
    return AlertEndReason.UNANSWERED


def check_may_take_back(alert: Alert, by: str, now: datetime) -> None:
    """Refusals: alert_of_another, too_late_to_take_back after TAKEN_BACK_WITHIN."""
    if alert.raised_by != by:
        raise Refusal("alert_of_another")
    if now - alert.raised_at >= TAKEN_BACK_WITHIN:
        raise Refusal("too_late_to_take_back", seconds=int(TAKEN_BACK_WITHIN.total_seconds()))


def has_voice(kind: AlertKind, rules: AlertRules) -> bool:
    """Whether screens chime and speak: no sound of ours may be taken for the evacuation signal."""
    return kind is not AlertKind.EVACUATE or rules.has_sound_for_evacuation


class ScreenReached(StrEnum):
    """The state of an alert on one screen."""

    SHOWN = "shown"
    WAITING = "waiting"
    COVERED = "covered"
    NOT_REACHED = "not_reached"


def is_before(alert: Alert, other: Alert) -> bool:
    """Whether of two alerts that hold this one is shown and the other waits under it."""
    return in_force([alert, other], min(alert.raised_at, other.raised_at))[0] is alert


def screen_reached(
    shown_at: datetime | None, asked_at: datetime, now: datetime, *, is_covered: bool = False
) -> ScreenReached:
    """Whether a screen has confirmed that it shows an alert; it has SHOWN_WITHIN to do so.

    `asked_at`: since when it could; `is_covered`: the screen shows another alert now and need not confirm
    this one.
    """
    if is_covered:
        return ScreenReached.COVERED
    if shown_at is not None:
        return ScreenReached.SHOWN
    return ScreenReached.WAITING if now - asked_at < SHOWN_WITHIN else ScreenReached.NOT_REACHED


@dataclass(frozen=True, slots=True)
class NewAlert:
    """An alert to raise. `press`: digest of the press, the same in all its halls."""

    id: str
    kind: str
    is_drill: bool
    press: str
    words: Erasable | None = None
    expires_at: datetime | None = None


def alert_raised(row: str, alert: NewAlert) -> Fact:
    """An alert takes the hall over; `row` is its id in this hall."""
    body = {
        "id": row,
        "alert": alert.id,
        "kind": alert.kind,
        "is_drill": alert.is_drill,
        "press": alert.press,
        "texts": None if alert.words is None else alert.words.as_body(),
        "expires_at": None if alert.expires_at is None else to_text(alert.expires_at),
    }
    return Fact(FactKind.ALERT_RAISED, body)


def alert_end_asked(row: str, alert: str) -> Fact:
    """A person has confirmed a first time that an alert is over."""
    return Fact(FactKind.ALERT_END_ASKED, {"id": row, "alert": alert})


def alert_ended(row: str, alert: str, *, reason: str) -> Fact:
    """An alert is over in the hall: `confirmed`, by a second person or because no second person was present.

    Or `unanswered`: the other person did not answer, the first ended it; or `expired`.
    """
    return Fact(FactKind.ALERT_ENDED, {"id": row, "alert": alert, "reason": reason})


def alert_taken_back(row: str, alert: str) -> Fact:
    """The person who raised an alert by mistake has taken it back."""
    return Fact(FactKind.ALERT_TAKEN_BACK, {"id": row, "alert": alert})


def alert_shown(row: str, alert: str, *, screen: str) -> Fact:
    """A screen confirms that it shows an alert; `row` is the id of this confirmation."""
    return Fact(FactKind.ALERT_SHOWN, {"id": row, "alert": alert, "screen": screen})


ALERT_FOLDS: dict[str, Fold] = {
    FactKind.ALERT_RAISED: inserts(
        "alert",
        *("id", "alert", "kind", "is_drill", "press", "texts", "expires_at"),
        at="raised_at",
        by="raised_by",
    ),
    FactKind.ALERT_END_ASKED: updates("alert", "id", at="end_asked_at", by="end_asked_by"),
    FactKind.ALERT_ENDED: updates("alert", "id", at="ended_at", by="ended_by", end_reason="reason"),
    FactKind.ALERT_TAKEN_BACK: updates(
        "alert", "id", at="ended_at", by="ended_by", sets={"end_reason": str(AlertEndReason.TAKEN_BACK)}
    ),
    FactKind.ALERT_SHOWN: inserts("alert_shown", "id", "alert", "screen", at="shown_at"),
}
"""By the kind of fact."""
