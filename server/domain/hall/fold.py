"""Facts of a hall and of its counters, and their fold with greetings, demand and appointments. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from server.domain.appointments import DEMAND_MET
from server.domain.facts import Fact, FactKind
from server.domain.hours.calendars import Break
from server.domain.instants import to_text
from server.domain.row_changes import Fold, in_turn, inserts, updates
from server.domain.tickets import StopReason
from server.domain.visits.facts import INFORMED
from server.domain.visits.verb_facts import Limits
from server.domain.waits.planned_absences import PlannedAbsence

_DUTY_BEGINS = inserts("duty", "session", "counter", "rule", "profile", "services", at="opened_at", id="duty")
_DUTY_ENDS = updates("duty", "duty", at="closed_at")
_NOT_PAUSED = dict.fromkeys(("paused_at", "pause_reason"))
_STOP = inserts("ticket_stop", "id", "business_day", "service", "reason", at="stopped_at")

HALL_FOLDS: dict[str, Fold] = {
    FactKind.TICKET_NOT_ISSUED: inserts(
        "not_issued", "id", "business_day", "service", "reason", "device", at="wanted_at"
    ),
    FactKind.VISITOR_INFORMED: inserts(
        "not_issued",
        *("id", "business_day", "device"),
        at="wanted_at",
        sets={"reason": INFORMED},
        service="referral",
    ),
    FactKind.GREETING_COUNTED: inserts(
        "greeting",
        *("id", "business_day", "service", "counter"),
        at="greeted_at",
        sets={"is_undone": False},
    ),
    FactKind.COUNTER_OPENED: in_turn(
        inserts(
            "counter_session",
            *("counter", "profile", "rule", "services", "joined_to"),
            at="opened_at",
            by="author",
            id="session",
        ),
        _DUTY_BEGINS,
    ),
    FactKind.COUNTER_PAUSED: in_turn(
        updates("counter_session", "session", at="paused_at", pause_reason="reason"), _DUTY_ENDS
    ),
    FactKind.COUNTER_RESUMED: in_turn(updates("counter_session", "session", sets=_NOT_PAUSED), _DUTY_BEGINS),
    FactKind.COUNTER_CLOSED: in_turn(
        updates("counter_session", "session", at="closed_at", sets=_NOT_PAUSED, close_reason="reason"),
        _DUTY_ENDS,
    ),
    FactKind.PROFILE_CHANGED: in_turn(
        updates("counter_session", "session", "profile", "rule", "services"),
        updates("duty", "ended_duty", at="closed_at"),
        _DUTY_BEGINS,
    ),
    FactKind.TICKETS_STOPPED: lambda fact: _STOP(replace(fact, body={"reason": "other", **fact.body})),
    FactKind.TICKETS_REOPENED: updates("ticket_stop", "id", at="reopened_at"),
    FactKind.TARGET_DECIDED: inserts(
        "target",
        *("id", "service", "wait_s", "share_percent", "applies_from_on", "decided_on", "decided_by"),
        at="recorded_at",
    ),
    FactKind.TARGET_WITHDRAWN: inserts(
        "target_withdrawal",
        *("id", "target", "from_on", "reason", "decided_on", "decided_by"),
        at="recorded_at",
    ),
    FactKind.BREAK_DECIDED: inserts(
        "break_decision", "id", "business_day", "half_day", "choice", at="decided_at"
    ),
    FactKind.ABSENCE_PLANNED: inserts(
        "planned_absence",
        *("id", "counter", "from_on", "weekdays", "starts_min", "ends_min"),
        at="planned_at",
    ),
    FactKind.ABSENCE_REMOVED: updates("planned_absence", "id", at="removed_at"),
    FactKind.QUIET_SET: inserts("quiet", "id", at="set_at", quiet_until="until"),
    FactKind.APPOINTMENT_BOOKED: inserts(
        "appointment",
        *("id", "service", "booked_at", "booked_on", "is_convocation"),
        sets={"state": "booked"},
    ),
    FactKind.APPOINTMENT_MOVED: updates("appointment", "appointment", "service", "booked_at", "booked_on"),
    FactKind.APPOINTMENT_CANCELLED: updates("appointment", "appointment", sets={"state": "cancelled"}),
    FactKind.APPOINTMENT_CHECKED_IN: in_turn(
        updates(
            "appointment",
            "appointment",
            *("visit", "arrival"),
            at="checked_in_at",
            sets={"state": "checked_in"},
        ),
        updates("not_issued", "demand", sets={"reason": DEMAND_MET}),
    ),
    FactKind.CHECK_IN_UNDONE: updates(
        "appointment",
        "appointment",
        sets={"state": "booked"} | dict.fromkeys(("visit", "arrival", "checked_in_at")),
    ),
}
"""By the kind of fact."""


def tickets_stopped(fact_id: str, business_day: date, *, service: str, reason: StopReason) -> Fact:
    """No more tickets of a service are given on a business day, for a reason."""
    body = {"id": fact_id, "business_day": business_day.isoformat(), "service": service, "reason": reason}
    return Fact(FactKind.TICKETS_STOPPED, body)


def tickets_reopened(stop: str, *, service: str) -> Fact:
    """Tickets of a service are given again; `stop` is the id of the stop that ends."""
    return Fact(FactKind.TICKETS_REOPENED, {"id": stop, "service": service})


def break_decided(fact_id: str, at: Break, *, choice: str) -> Fact:
    """Somebody decided what happens to waiting visitors at a break: finish, or carry_over."""
    body = {
        "id": fact_id,
        "business_day": at.on.isoformat(),
        "half_day": at.half_day,
        "choice": choice,
        "resumes_at": to_text(at.resumes_at),
    }
    return Fact(FactKind.BREAK_DECIDED, body)


def absence_planned(planned: PlannedAbsence) -> Fact:
    """Nobody will call at a counter at these times."""
    body = {
        "id": planned.id,
        "counter": planned.counter,
        "from_on": planned.from_on.isoformat(),
        "weekdays": list(planned.weekdays),
        "starts_min": planned.starts_min,
        "ends_min": planned.ends_min,
    }
    return Fact(FactKind.ABSENCE_PLANNED, body, counter=planned.counter)


def absence_removed(planned: PlannedAbsence) -> Fact:
    """A planned absence holds no more."""
    body = {"id": planned.id, "counter": planned.counter}
    return Fact(FactKind.ABSENCE_REMOVED, body, counter=planned.counter)


def quiet_set(fact_id: str, until: datetime) -> Fact:
    """Calls are not spoken until an instant; an instant that has passed brings the voice back."""
    return Fact(FactKind.QUIET_SET, {"id": fact_id, "until": to_text(until)})


@dataclass(frozen=True, slots=True)
class DutyTerms:
    """Under which terms a counter is on duty: its services, profile and calling rule."""

    services: tuple[str, ...]
    rule: str
    profile: str | None = None

    def as_body(self) -> dict[str, Any]:
        """The terms as JSON values for a fact."""
        return {"services": list(self.services), "rule": self.rule, "profile": self.profile}


def counter_opened(
    session: str, counter: str, *, duty: str, terms: DutyTerms, joined_to: str | None = None
) -> Fact:
    """An agent has taken a counter; `joined_to`: the session that holds it as a further place."""
    body = {"session": session, "counter": counter, "duty": duty, "joined_to": joined_to} | terms.as_body()
    return Fact(FactKind.COUNTER_OPENED, body, counter=counter)


def counter_paused(session: str, counter: str, *, duty: str, reason: str) -> Fact:
    """A counter pauses; its duty interval ends."""
    return Fact(
        FactKind.COUNTER_PAUSED,
        {"session": session, "counter": counter, "duty": duty, "reason": reason},
        counter=counter,
    )


def counter_resumed(session: str, counter: str, *, duty: str, terms: DutyTerms) -> Fact:
    """A counter is back from its pause; a new duty interval begins."""
    body = {"session": session, "counter": counter, "duty": duty} | terms.as_body()
    return Fact(FactKind.COUNTER_RESUMED, body, counter=counter)


def counter_closed(session: str, counter: str, *, duty: str | None, reason: str) -> Fact:
    """A counter session has ended: closed, taken_over, expired or day_end."""
    return Fact(
        FactKind.COUNTER_CLOSED,
        {"session": session, "counter": counter, "duty": duty, "reason": reason},
        counter=counter,
    )


def profile_changed(
    session: str, counter: str, *, duties: tuple[str | None, str | None], terms: DutyTerms
) -> Fact:
    """A counter session continues under other terms. `duties`: the interval that ends, and the next one."""
    body = {
        "session": session,
        "counter": counter,
        "ended_duty": duties[0],
        "duty": duties[1],
    } | terms.as_body()
    return Fact(FactKind.PROFILE_CHANGED, body, counter=counter)


def presence_confirmed(session: str, counter: str) -> Fact:
    """The agent of a session confirmed being present."""
    return Fact(FactKind.PRESENCE_CONFIRMED, {"session": session, "counter": counter}, counter=counter)


@dataclass(frozen=True, slots=True)
class ServiceEnded:
    """The last service that ended at a counter."""

    service: str
    ended_at: datetime


def wrap_up_until(ended: ServiceEnded | None, wrap_up_s: Mapping[str, int], now: datetime) -> datetime | None:
    """Until when a counter without a visitor wraps up; None when it does not, or has finished.

    `wrap_up_s`: seconds by service; a service that is not in it has none.
    """
    if ended is None:
        return None
    until = ended.ended_at + timedelta(seconds=wrap_up_s.get(ended.service, 0))
    return until if until > now else None


FORGOTTEN = "forgotten"
"""The reason of a pause that the hall makes by itself; no agent may choose it."""


@dataclass(frozen=True, slots=True)
class PresenceTimes:
    """When the console of a session asks whether its agent is there, and until when an answer counts."""

    asks_at: datetime
    gives_back_at: datetime

    def is_over(self, now: datetime) -> bool:
        """Whether the time to answer is over: the called visitor then goes back to the queue."""
        return self.gives_back_at <= now


def presence_times(signs: Iterable[datetime], limits: Limits) -> PresenceTimes:
    """When to ask a session that has called a visitor; `signs`: the last gesture at each of its places.

    The call itself is such a sign, so there is at least one. Whether its console is still open does not
    matter: a computer that is off cannot ask, and answers no sooner.
    """
    asks_at = max(signs) + timedelta(seconds=limits.forgotten_after_s)
    return PresenceTimes(asks_at, asks_at + timedelta(seconds=limits.forgotten_answer_s))
