"""Facts of a hall and of its counters, and their fold with greetings, demand and appointments. Pure."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from server.domain.appointments import DEMAND_MET
from server.domain.facts import Fact, FactKind
from server.domain.hours.calendars import Break
from server.domain.instants import to_text
from server.domain.row_changes import Change, Insert, Recorded, Update, stored_values
from server.domain.visits.facts import INFORMED
from server.domain.visits.verb_facts import Limits


def _greeting_counted(fact: Recorded) -> list[Change]:
    body = fact.body
    row = {
        "id": body["id"],
        "hall": fact.hall,
        "business_day": body["business_day"],
        "service": body["service"],
    }
    return [
        Insert(
            "greeting", row | {"counter": body["counter"], "greeted_at": fact.happened_at, "is_undone": False}
        )
    ]


def _ticket_not_issued(fact: Recorded) -> list[Change]:
    return [Insert("not_issued", {**fact.body, "hall": fact.hall, "wanted_at": fact.happened_at})]


def _visitor_informed(fact: Recorded) -> list[Change]:
    row = {name: fact.body[name] for name in ("id", "business_day", "device")}
    of = {"service": fact.body["referral"], "reason": INFORMED}
    return [Insert("not_issued", {**row, **of, "hall": fact.hall, "wanted_at": fact.happened_at})]


def _duty(fact: Recorded) -> Insert:
    body = fact.body
    terms = {key: body[key] for key in ("session", "counter", "rule", "profile")}
    row = {
        "id": body["duty"],
        "hall": fact.hall,
        "services": json.dumps(body["services"]),
        "opened_at": fact.happened_at,
    }
    return Insert("duty", row | terms)


def _counter_opened(fact: Recorded) -> list[Change]:
    body = fact.body
    session = {
        "id": body["session"],
        "hall": fact.hall,
        "counter": body["counter"],
        "author": fact.author,
        "profile": body["profile"],
        "rule": body["rule"],
        "services": json.dumps(body["services"]),
        "opened_at": fact.happened_at,
        "joined_to": body.get("joined_to"),
    }
    return [Insert("counter_session", session), _duty(fact)]


def _counter_paused(fact: Recorded) -> list[Change]:
    body = fact.body
    return [
        Update(
            "counter_session",
            body["session"],
            {"paused_at": fact.happened_at, "pause_reason": body["reason"]},
        ),
        Update("duty", body["duty"], {"closed_at": fact.happened_at}),
    ]


def _counter_resumed(fact: Recorded) -> list[Change]:
    return [
        Update("counter_session", fact.body["session"], {"paused_at": None, "pause_reason": None}),
        _duty(fact),
    ]


def _counter_closed(fact: Recorded) -> list[Change]:
    body = fact.body
    closed: list[Change] = [
        Update(
            "counter_session",
            body["session"],
            {
                "closed_at": fact.happened_at,
                "close_reason": body["reason"],
                "paused_at": None,
                "pause_reason": None,
            },
        )
    ]
    if body["duty"] is not None:
        closed.append(Update("duty", body["duty"], {"closed_at": fact.happened_at}))
    return closed


def _profile_changed(fact: Recorded) -> list[Change]:
    body = fact.body
    terms = {"profile": body["profile"], "rule": body["rule"], "services": json.dumps(body["services"])}
    changed: list[Change] = [Update("counter_session", body["session"], terms)]
    if body["ended_duty"] is not None:
        changed.append(Update("duty", body["ended_duty"], {"closed_at": fact.happened_at}))
    if body["duty"] is not None:
        changed.append(_duty(fact))
    return changed


def _tickets_stopped(fact: Recorded) -> list[Change]:
    return [Insert("ticket_stop", {**fact.body, "hall": fact.hall, "stopped_at": fact.happened_at})]


def _tickets_reopened(fact: Recorded) -> list[Change]:
    return [Update("ticket_stop", fact.body["id"], {"reopened_at": fact.happened_at})]


def _appointment_booked(fact: Recorded) -> list[Change]:
    return [Insert("appointment", stored_values(fact.body) | {"hall": fact.hall, "state": "booked"})]


def _appointment_moved(fact: Recorded) -> list[Change]:
    moved = {name: fact.body[name] for name in ("service", "booked_at", "booked_on")}
    return [Update("appointment", fact.body["appointment"], stored_values(moved))]


def _appointment_cancelled(fact: Recorded) -> list[Change]:
    return [Update("appointment", fact.body["appointment"], {"state": "cancelled"})]


def _appointment_checked_in(fact: Recorded) -> list[Change]:
    body = fact.body
    values = {"state": "checked_in", "visit": body["visit"], "arrival": body["arrival"]}
    changes: list[Change] = [
        Update("appointment", body["appointment"], values | {"checked_in_at": fact.happened_at})
    ]
    if "demand" in body:
        changes.append(Update("not_issued", body["demand"], {"reason": DEMAND_MET}))
    return changes


def _check_in_undone(fact: Recorded) -> list[Change]:
    values = {"state": "booked"} | dict.fromkeys(("visit", "arrival", "checked_in_at"))
    return [Update("appointment", fact.body["appointment"], values)]


def _target_decided(fact: Recorded) -> list[Change]:
    return [Insert("target", {**fact.body, "hall": fact.hall, "recorded_at": fact.happened_at})]


def _target_withdrawn(fact: Recorded) -> list[Change]:
    names = ("id", "target", "from_on", "reason", "decided_on", "decided_by")
    row = {name: fact.body[name] for name in names}
    return [Insert("target_withdrawal", row | {"hall": fact.hall, "recorded_at": fact.happened_at})]


def _break_decided(fact: Recorded) -> list[Change]:
    row = {name: fact.body[name] for name in ("id", "business_day", "half_day", "choice")}
    return [Insert("break_decision", row | {"hall": fact.hall, "decided_at": fact.happened_at})]


def _quiet_set(fact: Recorded) -> list[Change]:
    row = stored_values({"quiet_until": fact.body["until"]})
    return [Insert("quiet", row | {"id": fact.body["id"], "hall": fact.hall, "set_at": fact.happened_at})]


HALL_FOLDS: dict[str, Callable[[Recorded], list[Change]]] = {
    FactKind.TICKET_NOT_ISSUED: _ticket_not_issued,
    FactKind.VISITOR_INFORMED: _visitor_informed,
    FactKind.GREETING_COUNTED: _greeting_counted,
    FactKind.COUNTER_OPENED: _counter_opened,
    FactKind.COUNTER_PAUSED: _counter_paused,
    FactKind.COUNTER_RESUMED: _counter_resumed,
    FactKind.COUNTER_CLOSED: _counter_closed,
    FactKind.PROFILE_CHANGED: _profile_changed,
    FactKind.TICKETS_STOPPED: _tickets_stopped,
    FactKind.TICKETS_REOPENED: _tickets_reopened,
    FactKind.TARGET_DECIDED: _target_decided,
    FactKind.TARGET_WITHDRAWN: _target_withdrawn,
    FactKind.BREAK_DECIDED: _break_decided,
    FactKind.QUIET_SET: _quiet_set,
    FactKind.APPOINTMENT_BOOKED: _appointment_booked,
    FactKind.APPOINTMENT_MOVED: _appointment_moved,
    FactKind.APPOINTMENT_CANCELLED: _appointment_cancelled,
    FactKind.APPOINTMENT_CHECKED_IN: _appointment_checked_in,
    FactKind.CHECK_IN_UNDONE: _check_in_undone,
}
"""By the kind of fact."""


def tickets_stopped(fact_id: str, business_day: date, *, service: str) -> Fact:
    """No more tickets of a service are given on a business day."""
    body = {"id": fact_id, "business_day": business_day.isoformat(), "service": service}
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
