"""The fold: what each fact changes in the rows of visits, legs, sessions and counts. The only writer.

The same function serves the live transaction and the rebuild, on the JSON form of facts, so that a rebuild
under
an empty configuration equals the live rows.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from server.domain.facts import FactKind, Json, is_started_by_call
from server.domain.instants import text_to_micros
from server.domain.transitions import EndReason

INSTANT_COLUMNS = frozenset(
    {
        *("arrived_at", "issued_at", "reference_at", "booked_at"),
        *("first_called_at", "last_called_at", "started_at", "ended_at"),
        *("lets_pass_since", "not_before", "parked_at"),
    }
)


@dataclass(frozen=True, slots=True)
class Insert:
    """A new row of a projection, by column."""

    table: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Update:
    """New values of the row with this id."""

    table: str
    id: str
    values: Mapping[str, Any]


type Change = Insert | Update


@dataclass(frozen=True, slots=True)
class Recorded:
    """What the fold may read of a recorded fact: `happened_at` in microseconds."""

    kind: str
    body: Json
    hall: str
    happened_at: int
    author: str
    is_clock_suspect: bool = False


def changes(fact: Recorded) -> list[Change]:
    """The rows a fact inserts or changes, in order; empty for a fact without projection."""
    fold = _FOLDS.get(fact.kind)
    return fold(fact) if fold is not None else []


def stored(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as rows keep them: instants become microseconds."""
    return {key: text_to_micros(value) if key in INSTANT_COLUMNS else value for key, value in values.items()}


def _leg_row(fact: Recorded, leg: Json, visit: str, *, number: str, business_day: str) -> Insert:
    row = stored(leg)
    row.update(
        visit=visit,
        hall=fact.hall,
        business_day=business_day,
        number=number,
        state="waiting",
        rank=0,
        is_held=False,
        is_start_pressed=False,
        is_clock_suspect=fact.is_clock_suspect,
    )
    if row.get("added_services") is not None:
        row["added_services"] = json.dumps(row["added_services"])
    return Insert("leg", row)


def _ticket_issued(fact: Recorded) -> list[Change]:
    visit, leg = fact.body["visit"], fact.body["leg"]
    row = dict(visit)
    row["language"] = visit["language"]["id"] if visit["language"] else None
    row["hall"] = fact.hall
    row["class"], row["priority"] = leg["class"], leg["priority"]
    row |= stored({key: leg[key] for key in ("issued_at", "arrived_at", "booked_at")})
    return [
        Insert("visit", row),
        _leg_row(fact, leg, visit["id"], number=visit["number"], business_day=visit["business_day"]),
    ]


def _leg_called(fact: Recorded) -> list[Change]:
    body = fact.body
    values: dict[str, Any] = {
        "state": "called",
        "is_held": False,
        "counter": body["counter"],
        "session": body["session"],
        "call": body["call"],
        "rank": 1,
        "last_called_at": fact.happened_at,
        "rule": body["why"]["rule"],
        "why": json.dumps(body["why"], ensure_ascii=False, sort_keys=True, separators=(",", ":")),
    }
    if not body.get("is_again"):
        values["first_called_at"] = fact.happened_at
    return [Update("leg", body["leg"], _suspect(fact, values))]


def _suspect(fact: Recorded, values: dict[str, Any]) -> dict[str, Any]:
    return values | {"is_clock_suspect": True} if fact.is_clock_suspect else values


def _leg_recalled(fact: Recorded) -> list[Change]:
    values = {"rank": fact.body["rank"], "last_called_at": fact.happened_at}
    if fact.body.get("is_arrival"):
        values["started_at"] = fact.happened_at
    return [Update("leg", fact.body["leg"], values)]


def _leg_started(fact: Recorded) -> list[Change]:
    values = {"state": "in_service", "started_at": fact.happened_at}
    values["is_start_pressed"] = not is_started_by_call(fact.kind, fact.body)
    return [Update("leg", fact.body["leg"], _suspect(fact, values))]


_NOT_CALLED: Mapping[str, Any] = {
    **dict.fromkeys(("counter", "session", "call", "rule", "why", "first_called_at", "last_called_at")),
    "rank": 0,
    "started_at": None,
}
"""The columns of a leg whose only call is void."""


def _void_call(body: Json) -> dict[str, Any]:
    """The columns of a leg that waits, its call void; those before it stand where the fact tells them."""
    return {**_NOT_CALLED, **stored(body.get("called_before") or {})}


def _leg_held(fact: Recorded) -> list[Change]:
    void = {**_void_call(fact.body), "state": "waiting"} if fact.body["was_called"] else {}
    return [Update("leg", fact.body["leg"], _suspect(fact, {"is_held": True, **void}))]


def _leg_released(fact: Recorded) -> list[Change]:
    return [Update("leg", fact.body["leg"], {"is_held": False})]


def _needs_noted(fact: Recorded) -> list[Change]:
    needs = fact.body["needs"]
    return [Update("visit", fact.body["visit"], {"needs": needs["id"] if needs else None})]


def _priority_checked(fact: Recorded) -> list[Change]:
    body = fact.body
    priority = "confirmed" if fact.kind == FactKind.PRIORITY_CONFIRMED else "not_confirmed"
    values: dict[str, Any] = {"priority": priority} | {
        name: body[name] for name in ("state", "class", "target_s", "sort_key")
    }
    if body["state"] == "waiting":
        values |= _void_call(body)
    visit = {"priority": priority, "class": body["class"]}
    return [Update("leg", body["leg"], _suspect(fact, values)), Update("visit", body["visit"], visit)]


_WITHOUT_CALL: Json = dict.fromkeys(("counter", "session", "call", "rule", "why", "started_at")) | {"rank": 0}
"""A leg that waits again belongs to no counter; when it was called is kept."""


def _leg_postponed(fact: Recorded) -> list[Change]:
    body = fact.body
    values = {
        "state": "waiting",
        "lets_pass": body["lets_pass"],
        "lets_pass_since": fact.happened_at,
        "postponements": body["postponements"],
        "is_out_of_series": True,
    }
    return [Update("leg", body["leg"], _suspect(fact, {**values, **_WITHOUT_CALL}))]


def _leg_parked(fact: Recorded) -> list[Change]:
    body = fact.body
    values = {
        "state": "parked",
        "parked_at": fact.happened_at,
        "not_before": text_to_micros(body["until"]),
        "return_place": body["return_place"],
    }
    return [Update("leg", body["leg"], _suspect(fact, values))]


_NOT_PARKED: Json = dict.fromkeys(("parked_at", "not_before", "return_place"))


def _leg_resumed(fact: Recorded) -> list[Change]:
    body = fact.body
    values = {"state": "in_service"}
    values |= {name: body[name] for name in ("counter", "session", "parked_s")}
    return [Update("leg", body["leg"], _suspect(fact, {**values, **_NOT_PARKED}))]


def _leg_returned(fact: Recorded) -> list[Change]:
    body = fact.body
    values: dict[str, Any] = {
        "state": "waiting",
        "started_at": None,
        "is_start_pressed": False,
        "is_out_of_series": True,
        "reference_at": text_to_micros(body["reference_at"]),
    }
    values |= {"sort_key": body["sort_key"], "is_at_front": body["is_at_front"], "parked_s": None}
    return [Update("leg", body["leg"], _suspect(fact, {**values, **_WITHOUT_CALL, **_NOT_PARKED}))]


def _leg_given_back(fact: Recorded) -> list[Change]:
    body = fact.body
    values: dict[str, Any] = {
        "state": "waiting",
        "is_out_of_series": True,
        "reference_at": text_to_micros(body["reference_at"]),
        "for_counter": None,
    }
    values |= {"sort_key": body["sort_key"], "is_at_front": body["is_at_front"]}
    return [Update("leg", body["leg"], _suspect(fact, {**values, **_WITHOUT_CALL}))]


def _service_added(fact: Recorded) -> list[Change]:
    return [Update("leg", fact.body["leg"], {"added_services": json.dumps(fact.body["services"])})]


def _service_corrected(fact: Recorded) -> list[Change]:
    body = fact.body
    values = {name: body[name] for name in ("service", "queue", "target_s")}
    return [Update("leg", body["leg"], values | {"is_out_of_series": True})]


def _leg_ended(fact: Recorded) -> list[Change]:
    body = fact.body
    ended = {"ended_at": fact.happened_at, "end_reason": body["reason"]}
    of_leg = ended | {"state": "ended"}
    if body.get("outcome") or body.get("outcome_note"):
        note = body["outcome_note"]
        of_leg |= {"outcome": body["outcome"], "note": None if note is None else note["id"]}
    if body.get("outcome_asked"):
        of_leg["outcome_asked"] = body["outcome_asked"]
    if body["reason"] == EndReason.NO_SHOW:
        of_leg["started_at"] = None  # a call that counted as the arrival had begun a service of nobody
    leg = Update("leg", body["leg"], _suspect(fact, of_leg))
    if body.get("new_leg"):
        return [leg, _successor(fact, body["new_leg"])]
    return [leg, Update("visit", body["visit"], ended)]


def _leg_transferred(fact: Recorded) -> list[Change]:
    body, new = fact.body, fact.body["new_leg"]
    ended = {"state": "ended", "ended_at": fact.happened_at, "end_reason": "transferred"}
    return [Update("leg", body["leg"], ended), _successor(fact, new)]


def _successor(fact: Recorded, leg: Json) -> Insert:
    body = fact.body
    return _leg_row(fact, leg, body["visit"], number=body["number"], business_day=body["business_day"])


def _visit_reinstated(fact: Recorded) -> list[Change]:
    return [
        Update("visit", fact.body["visit"], {"ended_at": None, "end_reason": None}),
        _successor(fact, fact.body["new_leg"]),
    ]


def _visits_linked(fact: Recorded) -> list[Change]:
    link = fact.body["link"]
    return [Update("visit", each["visit"], {"link": link}) for each in fact.body["visits"]]


def _visit_unlinked(fact: Recorded) -> list[Change]:
    return [Update("visit", fact.body["visit"], {"link": None})]


def _rows_restored(fact: Recorded) -> list[Change]:
    return [Update(row["table"], row["id"], stored(row["values"])) for row in fact.body["restored"]["rows"]]


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
    return [Insert("appointment", stored(fact.body) | {"hall": fact.hall, "state": "booked"})]


def _appointment_moved(fact: Recorded) -> list[Change]:
    moved = {name: fact.body[name] for name in ("service", "booked_at", "booked_on")}
    return [Update("appointment", fact.body["appointment"], stored(moved))]


def _appointment_cancelled(fact: Recorded) -> list[Change]:
    return [Update("appointment", fact.body["appointment"], {"state": "cancelled"})]


def _appointment_checked_in(fact: Recorded) -> list[Change]:
    body = fact.body
    values = {"state": "checked_in", "visit": body["visit"], "arrival": body["arrival"]}
    return [Update("appointment", body["appointment"], values | {"checked_in_at": fact.happened_at})]


def _check_in_undone(fact: Recorded) -> list[Change]:
    values = {"state": "booked"} | dict.fromkeys(("visit", "arrival", "checked_in_at"))
    return [Update("appointment", fact.body["appointment"], values)]


def _target_decided(fact: Recorded) -> list[Change]:
    return [Insert("target", {**fact.body, "hall": fact.hall})]


def _break_decided(fact: Recorded) -> list[Change]:
    row = {name: fact.body[name] for name in ("id", "business_day", "half_day", "choice")}
    return [Insert("break_decision", row | {"hall": fact.hall, "decided_at": fact.happened_at})]


_FOLDS: dict[str, Callable[[Recorded], list[Change]]] = {
    FactKind.TICKET_ISSUED: _ticket_issued,
    FactKind.TICKET_NOT_ISSUED: _ticket_not_issued,
    FactKind.LEG_CALLED: _leg_called,
    FactKind.LEG_RECALLED: _leg_recalled,
    FactKind.LEG_STARTED: _leg_started,
    FactKind.PRIORITY_CONFIRMED: _priority_checked,
    FactKind.PRIORITY_NOT_CONFIRMED: _priority_checked,
    FactKind.LEG_HELD: _leg_held,
    FactKind.LEG_RELEASED: _leg_released,
    FactKind.NEEDS_NOTED: _needs_noted,
    FactKind.LEG_POSTPONED: _leg_postponed,
    FactKind.LEG_PARKED: _leg_parked,
    FactKind.LEG_RESUMED: _leg_resumed,
    FactKind.LEG_RETURNED: _leg_returned,
    FactKind.LEG_GIVEN_BACK: _leg_given_back,
    FactKind.SERVICE_ADDED: _service_added,
    FactKind.SERVICE_CORRECTED: _service_corrected,
    FactKind.LEG_ENDED: _leg_ended,
    FactKind.LEG_TRANSFERRED: _leg_transferred,
    FactKind.VISIT_REINSTATED: _visit_reinstated,
    FactKind.VISITS_LINKED: _visits_linked,
    FactKind.VISIT_UNLINKED: _visit_unlinked,
    FactKind.VISIT_TAKEN_BACK: _rows_restored,
    FactKind.GESTURE_UNDONE: _rows_restored,
    FactKind.GREETING_COUNTED: _greeting_counted,
    FactKind.COUNTER_OPENED: _counter_opened,
    FactKind.COUNTER_PAUSED: _counter_paused,
    FactKind.COUNTER_RESUMED: _counter_resumed,
    FactKind.COUNTER_CLOSED: _counter_closed,
    FactKind.PROFILE_CHANGED: _profile_changed,
    FactKind.TICKETS_STOPPED: _tickets_stopped,
    FactKind.TICKETS_REOPENED: _tickets_reopened,
    FactKind.TARGET_DECIDED: _target_decided,
    FactKind.BREAK_DECIDED: _break_decided,
    FactKind.APPOINTMENT_BOOKED: _appointment_booked,
    FactKind.APPOINTMENT_MOVED: _appointment_moved,
    FactKind.APPOINTMENT_CANCELLED: _appointment_cancelled,
    FactKind.APPOINTMENT_CHECKED_IN: _appointment_checked_in,
    FactKind.CHECK_IN_UNDONE: _check_in_undone,
}


def rows_after(facts: Iterable[Recorded]) -> dict[tuple[str, str], dict[str, Any]]:
    """The rows that a list of facts leaves, by (table, id): the fold in memory, in the facts' order."""
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for fact in facts:
        for change in changes(fact):
            if isinstance(change, Insert):
                rows[change.table, change.values["id"]] = dict(change.values)
            else:
                rows[change.table, change.id].update(change.values)
    return rows
