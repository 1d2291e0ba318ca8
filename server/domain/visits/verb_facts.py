"""Facts of the verbs that make a leg wait again, pause or change, and of the priority card.

Bodies follow the rules of `server.domain.facts`.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

from annotated_types import Interval

from server.domain.facts import Fact, FactKind
from server.domain.instants import text_or_none, to_text

type ReturnPlace = Literal["front", "arrival", "end"]
"""Where a parked visitor waits again: before the others, by the visit's arrival, after the others."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of a hall on verbs; counts are whole numbers, durations seconds.

    `recall_after_s`: between two recalls of one call. `most_recalls`: of one call, so that the highest rank
    is one more. `*_after_calls`: first calls of the same queue that a leg lets pass when it waits again.
    `park_s`: the timer of a parked leg unless the agent chooses another, at most `most_park_s`.
    `forgotten_after_s`: without a gesture after a call until the console asks whether its agent is there;
    `forgotten_answer_s`: from then until the called visitor goes back to the queue.
    """

    recall_after_s: Annotated[int, Interval(ge=0, le=120)] = 5
    most_recalls: Annotated[int, Interval(ge=0, le=20)] = 4
    postpone_after_calls: Annotated[int, Interval(ge=0, le=20)] = 3
    most_postponements: Annotated[int, Interval(ge=0, le=10)] = 2
    reinstate_after_calls: Annotated[int, Interval(ge=0, le=20)] = 3
    most_reinstatements: Annotated[int, Interval(ge=0, le=2)] = 2
    park_s: Annotated[int, Interval(ge=60, le=28_800)] = 900
    most_park_s: Annotated[int, Interval(ge=60, le=28_800)] = 7_200
    park_return: ReturnPlace = "front"
    forgotten_after_s: Annotated[int, Interval(ge=60, le=3_600)] = 300
    forgotten_answer_s: Annotated[int, Interval(ge=30, le=1_800)] = 120


@dataclass(frozen=True, slots=True)
class LegAtCounter:
    """A leg, its visit, and the counter from which something is done to it."""

    id: str
    visit: str
    counter: str | None


def leg_fact(kind: FactKind, leg: LegAtCounter, **body: object) -> Fact:
    """The fact of a gesture on a leg; `body`: what its columns take."""
    whole = {"leg": leg.id, "visit": leg.visit, "counter": leg.counter} | body
    return Fact(kind, whole, visit=leg.visit, counter=leg.counter)


def leg_postponed(leg: LegAtCounter, *, lets_pass: int, postponements: int) -> Fact:
    """Called and not there yet: waits again and lets `lets_pass` first calls of its queue pass."""
    return leg_fact(FactKind.LEG_POSTPONED, leg, lets_pass=lets_pass, postponements=postponements)


def leg_deferred(leg: LegAtCounter, *, lets_pass: int, postponements: int) -> Fact:
    """The visitor waits on and lets `lets_pass` first calls of its queue pass."""
    return leg_fact(FactKind.LEG_DEFERRED, leg, lets_pass=lets_pass, postponements=postponements)


def leg_parked(leg: LegAtCounter, *, until: datetime, place: ReturnPlace) -> Fact:
    """Served partly and set aside until a timer ends; then it waits again at `place`."""
    return leg_fact(FactKind.LEG_PARKED, leg, until=to_text(until), return_place=place)


def leg_resumed(leg: LegAtCounter, *, session: str, parked_s: int) -> Fact:
    """A parked leg is served again; `parked_s`: seconds it was set aside in all."""
    return leg_fact(FactKind.LEG_RESUMED, leg, session=session, parked_s=parked_s)


@dataclass(frozen=True, slots=True)
class WaitingPlace:
    """Where a leg waits: its key in the queue, the instant its wait is counted from, before the others."""

    sort_key: str
    reference_at: datetime
    is_at_front: bool


def leg_returned(leg: LegAtCounter, place: WaitingPlace) -> Fact:
    """The timer of a parked leg has ended: it waits again."""
    return _waits_again(FactKind.LEG_RETURNED, leg, place)


@dataclass(frozen=True, slots=True)
class CalledBefore:
    """When a leg was first and last called before a call that is void; None: never."""

    first_at: datetime | None
    last_at: datetime | None

    def as_body(self) -> dict[str, Any]:
        """The instants as JSON values for a fact."""
        return {
            "first_called_at": text_or_none(self.first_at),
            "last_called_at": text_or_none(self.last_at),
        }


@dataclass(frozen=True, slots=True)
class VoidCall:
    """What an alert leaves of a call: the calls before it, and the counter the leg had been sent to."""

    before: CalledBefore
    for_counter: str | None

    def as_body(self) -> dict[str, Any]:
        """Its JSON values for a fact."""
        return {"called_before": self.before.as_body(), "for_counter": self.for_counter}


def leg_given_back(leg: LegAtCounter, place: WaitingPlace, *, void: VoidCall | None = None) -> Fact:
    """It waits again before the others: its counter is forgotten, at no particular counter from now on.

    The instant of its first call is kept. `void`: an alert made its call void.
    """
    more = {} if void is None else void.as_body()
    return _waits_again(FactKind.LEG_GIVEN_BACK, leg, place, **more)


def _waits_again(kind: FactKind, leg: LegAtCounter, place: WaitingPlace, **more: object) -> Fact:
    where = {"sort_key": place.sort_key, "is_at_front": place.is_at_front}
    return leg_fact(kind, leg, reference_at=to_text(place.reference_at), **where, **more)


def service_added(leg: LegAtCounter, services: Sequence[str]) -> Fact:
    """Another service is added; `services`: all that open, one after the other, when this leg ends."""
    return leg_fact(FactKind.SERVICE_ADDED, leg, services=list(services))


@dataclass(frozen=True, slots=True)
class CorrectService:
    """The service a visitor really came for, with what follows from it."""

    service: str
    queue: str
    target_s: int


def service_corrected(leg: LegAtCounter, correct: CorrectService) -> Fact:
    """The service of a leg was wrong and is put right; number and place stay."""
    return leg_fact(
        FactKind.SERVICE_CORRECTED,
        leg,
        service=correct.service,
        queue=correct.queue,
        target_s=correct.target_s,
    )


@dataclass(frozen=True, slots=True)
class CheckedPriority:
    """A leg after its priority card was checked: its state, class, target and place in its queue.

    `called_before`: for a leg that now waits, the earlier calls that still count.
    """

    leg: str
    visit: str
    is_confirmed: bool
    state: str
    visit_class: str
    target_s: int
    sort_key: str
    called_before: CalledBefore | None = None


def priority_checked(checked: CheckedPriority, *, counter: str | None) -> Fact:
    """An agent has checked the priority card; a leg whose card was not shown waits again."""
    kind = FactKind.PRIORITY_CONFIRMED if checked.is_confirmed else FactKind.PRIORITY_NOT_CONFIRMED
    body = {
        "leg": checked.leg,
        "visit": checked.visit,
        "state": checked.state,
        "class": checked.visit_class,
        "target_s": checked.target_s,
        "sort_key": checked.sort_key,
        "counter": counter,
        "called_before": None if checked.called_before is None else checked.called_before.as_body(),
    }
    return Fact(kind, body, visit=checked.visit, counter=counter)


def leg_held(leg: str, visit: str, *, voided: CalledBefore | None, counter: str | None) -> Fact:
    """A leg cannot be received now and keeps its rank.

    `voided`: its call is void, and these earlier calls remain; None: it was waiting.
    """
    body = {
        "leg": leg,
        "visit": visit,
        "was_called": voided is not None,
        "called_before": None if voided is None else voided.as_body(),
        "counter": counter,
    }
    return Fact(FactKind.LEG_HELD, body, visit=visit, counter=counter)


def leg_released(leg: str, visit: str, *, counter: str | None) -> Fact:
    """A held leg may be called again, at its rank."""
    body = {"leg": leg, "visit": visit, "counter": counter}
    return Fact(FactKind.LEG_RELEASED, body, visit=visit, counter=counter)


MOST_LINKED = 10
"""Visits that may share one link, those that have ended included: it bounds the calls made in a row."""


@dataclass(frozen=True, slots=True)
class JoiningVisit:
    """A visit that joins a link; `was`: its former link, which no other visit shared any more."""

    visit: str
    was: str | None = None


def visits_linked(link: str, to: str, joining: Sequence[JoiningVisit], *, counter: str | None) -> Fact:
    """Visits share a link from now on; `to` is the visit they were linked to."""
    visits = [{"visit": each.visit, "was": each.was} for each in joining]
    body = {"link": link, "visit": to, "visits": visits, "counter": counter}
    return Fact(FactKind.VISITS_LINKED, body, counter=counter)


def visit_unlinked(link: str, visit: str, *, counter: str | None) -> Fact:
    """A visit leaves its link; the others stay linked."""
    return Fact(FactKind.VISIT_UNLINKED, {"link": link, "visit": visit, "counter": counter}, counter=counter)


def links_before(kind: str, body: Mapping[str, object]) -> dict[str, tuple[str | None, str | None]]:
    """Per visit that a link's fact changed: its link before, and the one the fact gave it."""
    if kind == FactKind.VISIT_UNLINKED:
        return {str(body["visit"]): (str(body["link"]), None)}
    visits = body["visits"]
    assert isinstance(visits, list)
    return {each["visit"]: (each["was"], str(body["link"])) for each in visits}


class Need(StrEnum):
    """The closed list of needs (glossary): what to do, never why."""

    STEP_FREE = "step_free"
    DEAF = "deaf"
    BLIND = "blind"
    CANNOT_READ = "cannot_read"
    SLOW = "slow"
    INTERPRETER = "interpreter"


def needs_text(needs: Collection[str]) -> str:
    """Needs as the stored text, each once, in a fixed order. Raises ValueError for an unknown one."""
    given = {Need(each) for each in needs}
    return ",".join(need for need in Need if need in given)


def needs_of(text: str | None) -> tuple[Need, ...]:
    """The needs of a stored text; none once it was erased."""
    return tuple(Need(each) for each in text.split(",")) if text else ()
