"""What may be taken back, which facts are one gesture, and the rows as they were before them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Protocol

from server.domain.facts import FactKind, Json, undone_by
from server.domain.instants import micros_to_text
from server.domain.journal import changes, rows_after
from server.domain.refusals import Refusal
from server.domain.row_changes import INSTANT_COLUMNS, Insert, Recorded
from server.domain.visits.facts import is_started_by_call
from server.domain.visits.gestures import MAY_UNDO
from server.domain.visits.reentered import is_reentered

MAY_UNDO_FOR = timedelta(minutes=5)


class JournalFact(Protocol):
    """A fact as a journal keeps it."""

    @property
    def id(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def body(self) -> Json: ...
    @property
    def recorded_at(self) -> datetime: ...


def last_standing[Found: JournalFact](facts: Iterable[Found]) -> Found | None:
    """The last gesture among facts of one counter or one author, the last one first.

    None: there is none that may be taken back. A start that belongs to its call is no gesture of its own.
    What came before the opening of the counter does not count, nor what came before its visitor was given
    back to the queue.
    """
    undone: set[str] = set()
    for fact in facts:
        if fact.kind == FactKind.GESTURE_UNDONE:
            undone.update(undone_by(fact.body))
        elif fact.kind in (FactKind.COUNTER_OPENED, FactKind.LEG_GIVEN_BACK):
            return None
        elif is_started_by_call(fact.kind, fact.body):
            continue
        elif fact.kind in MAY_UNDO and fact.id not in undone:
            return fact
    return None


CHECK_IN_UNDONE = "check_in_undone"
"""The note of the end of a visit whose check-in was taken back: no gesture of its own."""


def last_at_reception[Found: JournalFact](facts: Iterable[Found]) -> Found | None:
    """The last gesture among facts of one author at no counter, the last one first; None: there is none."""
    return last_standing(fact for fact in facts if fact.body.get("note") != CHECK_IN_UNDONE)


def check_may_undo[Found: JournalFact](last: Found | None, fact: str, now: datetime) -> Found:
    """The last gesture, if it is the one that a page names (id) and is not too old.

    Refusals: stale when it is another one or none, too_late_to_undo after five minutes.
    """
    if last is None or last.id != fact:
        raise Refusal("stale", fact=last.id if last else None)
    if now - last.recorded_at > MAY_UNDO_FOR:
        raise Refusal("too_late_to_undo", minutes=int(MAY_UNDO_FOR.total_seconds() // 60))
    return last


@dataclass(frozen=True, slots=True)
class RestoredRow:
    """The columns of a row as they were before a gesture, in the form of facts: instants as texts."""

    table: str
    id: str
    values: Mapping[str, object]

    def as_body(self) -> dict[str, object]:
        """The row as JSON values for a fact."""
        return {"table": self.table, "id": self.id, "values": dict(self.values)}


def restored_body(rows: Sequence[RestoredRow]) -> dict[str, object]:
    """What the fact of an undo says of the rows that it restores."""
    return {"rows": [row.as_body() for row in rows]}


def facts_of_gesture(facts: Sequence[Recorded]) -> int:
    """How many of the last facts of a visit are one gesture: a call with its start, all of one from paper."""
    if not is_reentered(facts[-1].body):
        return 2 if is_started_by_call(facts[-1].kind, facts[-1].body) else 1
    whole = list(takewhile(lambda fact: is_reentered(fact.body), reversed(facts)))
    calls = [at for at, fact in enumerate(whole, 1) if fact.kind == FactKind.LEG_CALLED]
    return calls[0] if calls else len(whole)


def still_standing(facts: Sequence[tuple[str, Recorded]]) -> list[tuple[str, Recorded]]:
    """The facts of a visit without those that were undone and their undoing."""
    undone = undone_among(facts)
    return [
        (fact_id, fact)
        for fact_id, fact in facts
        if fact_id not in undone and fact.kind != FactKind.GESTURE_UNDONE
    ]


def undone_among(facts: Sequence[tuple[str, Recorded]]) -> set[str]:
    """The ids of a visit's facts that were taken back."""
    return {
        fact_id
        for _, fact in facts
        if fact.kind == FactKind.GESTURE_UNDONE
        for fact_id in undone_by(fact.body)
    }


def rows_before(
    undone: Sequence[Recorded], earlier: Sequence[Recorded], *, now: str | None
) -> list[RestoredRow]:
    """The rows that undoing the last facts of a visit writes: the changed columns as they were before.

    `earlier`: its facts before those. A leg that they opened ends as undone, at the instant `now` (RFC 3339).
    """
    before = rows_after(earlier)
    restored: dict[tuple[str, str], dict[str, object]] = {}
    for change in (change for fact in undone for change in changes(fact)):
        if isinstance(change, Insert):
            ended: dict[str, object] = {"state": "ended", "end_reason": "undone", "ended_at": now}
            restored[change.table, change.values["id"]] = ended
            continue
        row = before[change.table, change.id]
        values = {column: row.get(column) for column in change.values}
        restored.setdefault((change.table, change.id), {}).update(
            {key: micros_to_text(value) if key in INSTANT_COLUMNS else value for key, value in values.items()}
        )
    return [RestoredRow(table, row_id, values) for (table, row_id), values in restored.items()]
