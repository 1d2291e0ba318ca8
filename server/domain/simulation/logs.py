"""Days of a real log, for any rule to run on: from `legs.csv`, `counters.csv`, `services.csv` of any source.

Arrivals, appointments, service times, absences and the counters' hours are those of the log; only the order
of calls is the rule's. Assumptions where a log says nothing: each service has its own queue; a visitor who
was called would have waited on; one who left before the call would have left at that instant; a service that
never took place would have taken the service's mean; the last duty of a counter lasts until nobody it serves
waits.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import groupby, pairwise
from statistics import fmean

from server.domain.calling.waiting_legs import APPOINTMENT, PRIORITY, WALK_IN, CallingCounter, QueuedLeg
from server.domain.quality.leg_records import LegRecord
from server.domain.simulation.days import CounterPlan, DrawnDay, DrawnVisitor

ENOUGH_SERVICES = 10
"""With at least this many services in a log, their mean replaces the typed one."""
ABSENT = frozenset({"no_show", "left_after_call"})
USUAL_TARGETS_S = {WALK_IN: 900, APPOINTMENT: 600, PRIORITY: 600}
TARGET_COLUMNS = {WALK_IN: "target_s", APPOINTMENT: "target_appointment_s", PRIORITY: "target_priority_s"}
USUAL_MEAN_S = 600.0
WHOLE_DAY = timedelta(days=1)
AFTERWARDS = timedelta(hours=4)
"""A duty that begins this long after the last call still belongs to the day."""

type Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class LoggedDuty:
    """An interval in which a counter served these services; `closed_at` None: the log does not say.

    `zone`: that of the log at its opening. `planned`: the opening and closing that were planned, if any.
    """

    counter: str
    hall: str
    services: tuple[str, ...]
    opened_at: datetime
    closed_at: datetime | None
    session: str = ""
    zone: tzinfo = UTC
    planned: tuple[datetime, datetime] | None = None
    rule: str = ""


def days_of_log(
    legs: Iterable[LegRecord],
    duties: Iterable[LoggedDuty],
    services: Iterable[Row] = (),
    *,
    one_agent: bool = False,
) -> list[DrawnDay]:
    """The days of each hall in the log, numbered from 0; days without a counter on duty are left out.

    `one_agent`: an agent with several counters of one session receives one person at a time.
    """
    kept = [leg for leg in legs if not leg.is_outside and not leg.moved_before_call]
    settings = {row["service"]: row for row in services}
    mean_s = _means(kept, settings)
    all_duties = list(duties)
    days: list[DrawnDay] = []
    in_order = sorted(kept, key=lambda leg: (leg.hall, leg.business_day, leg.issued_at, leg.leg))
    for (hall, on), inside in groupby(in_order, key=lambda leg: (leg.hall, leg.business_day)):
        found = list(inside)
        plans = tuple(_plans(found, [duty for duty in all_duties if duty.hall == hall], one_agent=one_agent))
        if plans:
            visitors = tuple(_visitor(leg, mean_s, settings) for leg in found)
            days.append(DrawnDay(len(days), visitors, plans, mean_s, {}, hall=hall, on=on))
    return days


def _called_s(leg: LegRecord) -> int | None:
    """Seconds from the call to the end, None for a leg that was not called or has not ended."""
    if leg.first_called_at is None or leg.ended_at is None:
        return None
    return max(1, int((leg.ended_at - leg.first_called_at).total_seconds()))


def _means(legs: Iterable[LegRecord], settings: Mapping[str, Row]) -> dict[str, float]:
    taken: dict[str, list[int]] = {}
    for leg in legs:
        took_s = _called_s(leg)
        found = taken.setdefault(leg.service, [])
        if took_s is not None and leg.end_reason not in ABSENT:
            found.append(took_s)
    return {service: _mean(found, settings.get(service)) for service, found in taken.items()}


def _mean(taken: list[int], setting: Row | None) -> float:
    if len(taken) >= ENOUGH_SERVICES:
        return fmean(taken)
    return float(setting["typed_mean_s"]) if setting and setting.get("typed_mean_s") else USUAL_MEAN_S


def _target_s(leg: LegRecord, setting: Row | None) -> int:
    if leg.target_s is not None:
        return leg.target_s
    target = setting.get(TARGET_COLUMNS[leg.leg_class]) if setting else None
    return int(target) if target else USUAL_TARGETS_S[leg.leg_class]


def _visitor(leg: LegRecord, mean_s: Mapping[str, float], settings: Mapping[str, Row]) -> DrawnVisitor:
    took_s = _called_s(leg)
    has_left = (
        leg.first_called_at is None and leg.ended_at is not None and leg.end_reason != "closed_at_day_end"
    )
    queued = QueuedLeg(
        id=leg.leg,
        number=leg.number,
        series=leg.number.rstrip("0123456789"),
        service=leg.service,
        queue=leg.service,
        leg_class=leg.leg_class,
        reference=leg.reference_at,
        issued_at=max(leg.issued_at, leg.arrived_at or leg.issued_at),
        target_s=_target_s(leg, settings.get(leg.service)),
        booked_at=leg.booked_at,
        is_out_of_series=leg.position > 1,
    )
    return DrawnVisitor(
        queued,
        int(mean_s[leg.service]) if took_s is None else took_s,
        leg.ended_at if has_left and leg.ended_at is not None else queued.reference + WHOLE_DAY,
        is_absent=leg.end_reason in ABSENT,
    )


def _plans(legs: list[LegRecord], duties: list[LoggedDuty], *, one_agent: bool) -> Iterator[CounterPlan]:
    """The counters of one day: duties that touch it, those of one counter with equal services in one plan."""
    starts_at = min(leg.issued_at for leg in legs)
    ends_at = max(leg.first_called_at or leg.issued_at for leg in legs) + AFTERWARDS
    touching = [
        duty for duty in duties if duty.opened_at <= ends_at and (duty.closed_at or ends_at) >= starts_at
    ]
    in_order = sorted(touching, key=lambda duty: (duty.counter, duty.services, duty.opened_at))
    last = {duty.counter: duty.opened_at for duty in sorted(touching, key=lambda duty: duty.opened_at)}
    shared = _shared_sessions(touching) if one_agent else frozenset()
    for (counter, services), inside in groupby(in_order, key=lambda duty: (duty.counter, duty.services)):
        own = list(inside)
        spans = [(duty.opened_at, duty.closed_at or ends_at) for duty in own]
        pauses = [
            (closed_at, int((opened_at - closed_at).total_seconds()))
            for (_, closed_at), (opened_at, _) in pairwise(spans)
            if opened_at > closed_at
        ]
        yield CounterPlan(
            counter=CallingCounter(counter, frozenset(services)),
            queues=services,
            opens_at=spans[0][0],
            closes_at=max(closed_at for _, closed_at in spans),
            pauses=tuple(pauses),
            stays=spans[-1][0] == last[counter],
            agent=next((duty.session for duty in own if duty.session in shared), ""),
        )


def _shared_sessions(duties: Iterable[LoggedDuty]) -> frozenset[str]:
    """The sessions that hold several counters."""
    counters: dict[str, set[str]] = {}
    for duty in duties:
        if duty.session:
            counters.setdefault(duty.session, set()).add(duty.counter)
    return frozenset(session for session, places in counters.items() if len(places) > 1)
