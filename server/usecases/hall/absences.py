"""Absences of counters that a supervisor types for today, or for days of every week."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypedDict

from hardware.json_types import Weekday
from server.domain.author import Author
from server.domain.hall.fold import absence_planned, absence_removed
from server.domain.refusals import Refusal, existing
from server.domain.waits.planned_absences import LONGEST_MIN, PlannedAbsence
from server.domain.waits.usual_hours import second_of_day
from server.ids import new_id
from server.store.absences import planned_from
from server.store.engine.writes import WriteKey
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import HallTransaction


class PlannedAbsenceAnswer(TypedDict):
    """When nobody calls at a counter, in minutes of the day; without weekdays: today alone."""

    absence: str
    counter: str
    weekdays: list[Weekday]
    starts_min: int
    ends_min: int


@dataclass(frozen=True, slots=True)
class AbsenceRequest:
    """A counter, from and until in minutes of the day, and the weekdays (Monday 0; none: today alone)."""

    counter: str
    starts_min: int
    ends_min: int
    weekdays: Sequence[int] = ()


def absence_answer(planned: PlannedAbsence) -> PlannedAbsenceAnswer:
    """A planned absence as answers have it."""
    return {
        "absence": planned.id,
        "counter": planned.counter,
        "weekdays": list(planned.weekdays),
        "starts_min": planned.starts_min,
        "ends_min": planned.ends_min,
    }


def plan_absence(
    database: Database,
    hall: str,
    author: Author,
    request: AbsenceRequest,
    *,
    write_key: WriteKey | None = None,
) -> PlannedAbsenceAnswer:
    """Plans an absence of a counter from today on.

    Refusals: unknown_counter, absence_ends_before, absence_too_long, absence_is_past, absence_overlaps.
    """

    def plan(transaction: HallTransaction) -> PlannedAbsenceAnswer:
        configuration, now = transaction.configuration, transaction.now
        counter = configuration.counters.get(request.counter)
        if counter is None or counter.is_retired:
            raise Refusal("unknown_counter", counter=request.counter, field="counter")
        if request.ends_min <= request.starts_min:
            raise Refusal("absence_ends_before", field="ends_min")
        if request.ends_min - request.starts_min > LONGEST_MIN:
            raise Refusal("absence_too_long", field="ends_min")
        is_over = request.ends_min * 60 <= second_of_day(now.astimezone(configuration.site.zone))
        if is_over and not request.weekdays:
            raise Refusal("absence_is_past", field="ends_min")
        today, weekdays = configuration.site.local_day(now), sorted(set(request.weekdays))
        planned = PlannedAbsence(
            new_id(), request.counter, today, weekdays, request.starts_min, request.ends_min
        )
        if any(planned.overlaps(other) for other in planned_from(transaction, transaction.hall, today)):
            raise Refusal("absence_overlaps", field="starts_min")
        transaction.record(absence_planned(planned))
        return absence_answer(planned)

    return database.write(hall, author, write_key, plan)


def remove_absence(
    database: Database, hall: str, author: Author, absence: str, *, write_key: WriteKey | None = None
) -> PlannedAbsenceAnswer:
    """A planned absence (id) holds no more. Refusal: unknown_absence."""

    def remove(transaction: HallTransaction) -> PlannedAbsenceAnswer:
        today = transaction.configuration.site.local_day(transaction.now)
        holding = {each.id: each for each in planned_from(transaction, transaction.hall, today)}
        planned = existing(holding.get(absence), "unknown_absence", absence=absence)
        transaction.record(absence_removed(planned))
        return absence_answer(planned)

    return database.write(hall, author, write_key, remove)
