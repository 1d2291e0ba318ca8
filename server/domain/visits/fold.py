"""The fold of facts about visits: tickets, calls, services, priorities, needs, links. Pure."""

import json
from collections.abc import Mapping
from functools import partial
from typing import Any

from server.domain.facts import FactKind, Json
from server.domain.instants import text_to_micros
from server.domain.row_changes import Change, Fold, Insert, Recorded, Update, stored_values, updates
from server.domain.visits.facts import is_started_by_call
from server.domain.visits.gestures import GESTURES
from server.domain.visits.transitions import NOT_PARKED, OF_NO_COUNTER, EndReason, GestureKind, LegColumns


def _leg_row(fact: Recorded, leg: Json, visit: str, *, number: str, business_day: str) -> Insert:
    row = stored_values(leg)
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
    row |= stored_values({key: leg[key] for key in ("issued_at", "arrived_at", "booked_at")})
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
    """The columns of a leg that waits again because its call is void; earlier calls come from the fact."""
    return {**_NOT_CALLED, **stored_values(body.get("called_before") or {})}


def _leg_held(fact: Recorded) -> list[Change]:
    void = {**_void_call(fact.body), "state": "waiting"} if fact.body["was_called"] else {}
    return [Update("leg", fact.body["leg"], _suspect(fact, {"is_held": True, **void}))]


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


def _leg_parked(fact: Recorded) -> list[Change]:
    body = fact.body
    values = {
        "state": "parked",
        "parked_at": fact.happened_at,
        "not_before": text_to_micros(body["until"]),
        "return_place": body["return_place"],
    }
    return [Update("leg", body["leg"], _suspect(fact, values))]


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
    return [Update("leg", body["leg"], _suspect(fact, {**values, **OF_NO_COUNTER, **NOT_PARKED}))]


def _leg_given_back(fact: Recorded) -> list[Change]:
    body = fact.body
    values: dict[str, Any] = {
        "state": "waiting",
        "is_out_of_series": True,
        "reference_at": text_to_micros(body["reference_at"]),
        "for_counter": body.get("for_counter"),
        **stored_values(body.get("called_before") or {}),
    }
    values |= {"sort_key": body["sort_key"], "is_at_front": body["is_at_front"]}
    return [Update("leg", body["leg"], _suspect(fact, {**values, **OF_NO_COUNTER}))]


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
        of_leg["started_at"] = (
            None  # a call that counted as the arrival had begun a service without a visitor
        )
    leg = Update("leg", body["leg"], _suspect(fact, of_leg))
    if body.get("new_leg"):
        return [leg, _successor(fact, body["new_leg"])]
    return [leg, Update("visit", body["visit"], ended)]


def _leg_transferred(fact: Recorded) -> list[Change]:
    body, new = fact.body, fact.body["new_leg"]
    ended = {"state": "ended", "ended_at": fact.happened_at, "end_reason": "transferred"}
    if body.get("note"):
        ended["note"] = body["note"]["id"]
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


def _leg_moved(kind: GestureKind, fact: Recorded) -> list[Change]:
    """The columns of its leg that the row of a gesture names; its state, where that is another."""
    columns = kind.columns or LegColumns()
    values = {**columns.sets, **{name: fact.body[name] for name in columns.takes}}
    if columns.at is not None:
        values[columns.at] = fact.happened_at
    reached = {after for before, after in kind.moves.items() if after != before}
    if reached:
        [values["state"]] = reached
        values = _suspect(fact, values)
    return [Update("leg", fact.body["leg"], values)]


VISIT_FOLDS: dict[str, Fold] = {
    **{kind.fact: partial(_leg_moved, kind) for kind in GESTURES.values() if kind.columns is not None},
    FactKind.TICKET_ISSUED: _ticket_issued,
    FactKind.LEG_CALLED: _leg_called,
    FactKind.LEG_RECALLED: _leg_recalled,
    FactKind.LEG_STARTED: _leg_started,
    FactKind.PRIORITY_CONFIRMED: _priority_checked,
    FactKind.PRIORITY_NOT_CONFIRMED: _priority_checked,
    FactKind.LEG_HELD: _leg_held,
    FactKind.NEEDS_NOTED: updates("visit", "visit", "needs"),
    FactKind.LEG_PARKED: _leg_parked,
    FactKind.LEG_RETURNED: _leg_returned,
    FactKind.LEG_GIVEN_BACK: _leg_given_back,
    FactKind.SERVICE_ADDED: updates("leg", "leg", added_services="services"),
    FactKind.LEG_ENDED: _leg_ended,
    FactKind.LEG_TRANSFERRED: _leg_transferred,
    FactKind.VISIT_REINSTATED: _visit_reinstated,
    FactKind.VISITS_LINKED: _visits_linked,
    FactKind.VISIT_UNLINKED: updates("visit", "visit", sets={"link": None}),
}
"""By the kind of fact."""
