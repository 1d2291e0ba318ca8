"""A flood of the register: see it, reopen the register, set aside together what it wrote, bring that back."""

from dataclasses import dataclass
from datetime import datetime

from server.domain.complaints import (
    LONGEST_REASON,
    MOST_A_DAY,
    EntryState,
    Flood,
    check_length,
    counted_from,
    find_flood,
)
from server.domain.refusals import Refusal
from server.store.complaints import (
    arrivals_of,
    count_public_entries,
    entries_of,
    keep_reopening,
    move_entries,
    reopened_at,
)
from server.store.engine.rows import Rows
from server.store.transactions.database import Database
from server.usecases.complaints.entries import RegisterReach


@dataclass(frozen=True, slots=True)
class ReadFlood:
    """A flood as a person sees it. `count`: entries they may set aside; `hidden`: those they may not read.

    `begun_at`, `last_at`: when the first and the last of `count` were received; None without one.
    """

    count: int
    hidden: int
    begun_at: datetime | None
    last_at: datetime | None
    is_full: bool


def read_flood(database: Database, reach: RegisterReach) -> ReadFlood | None:
    """The flood of a hall’s register; None while there is none. Refusal: unknown_hall."""
    with database.read() as rows:
        flood = flood_of(rows, database.hall_id(reach.hall), database.clock.now())
    if not flood.arrivals and not flood.full:
        return None
    own = [each for each in flood.arrivals if reach.reads_about_agents or not each.concerns_agent]
    return ReadFlood(
        count=len(own),
        hidden=len(flood.arrivals) - len(own),
        begun_at=own[0].received_at if own else None,
        last_at=own[-1].received_at if own else None,
        is_full=bool(flood.full),
    )


def flood_of(rows: Rows, hall: str, now: datetime) -> Flood:
    """The flood of a hall’s register (id) at an instant."""
    since = counted_from(now, reopened_at(rows, hall))
    counts = count_public_entries(rows, hall, since)
    full = [channel for channel, count in counts.items() if count >= MOST_A_DAY]
    return find_flood(arrivals_of(rows, hall), full=full, since=since)


def reopen_register(database: Database, reach: RegisterReach) -> None:
    """Lets the public page take entries again: its budget begins anew now. Refusal: unknown_hall."""
    with database.store.write() as rows:
        keep_reopening(rows, database.hall_id(reach.hall), database.clock.now())


def set_flood_aside(database: Database, reach: RegisterReach, *, until: datetime, reason: str) -> int:
    """Sets aside what a flood wrote and the person may read, as far as they saw it (`until`); how many.

    What somebody reads meanwhile stays. Refusals: unknown_hall, complaint_reason_missing,
    complaint_text_too_long.
    """
    said = " ".join(reason.split())
    if not said:
        raise Refusal("complaint_reason_missing", field="flood_reason")
    check_length(said, LONGEST_REASON, "flood_reason")
    with database.store.write() as rows:
        flood = flood_of(rows, database.hall_id(reach.hall), database.clock.now())
        chosen = [
            each.id
            for each in flood.arrivals
            if each.received_at <= until and (reach.reads_about_agents or not each.concerns_agent)
        ]
        return move_entries(rows, chosen, (EntryState.RECEIVED, EntryState.SET_ASIDE), said)


def restore_flood(database: Database, reach: RegisterReach) -> int:
    """Brings back what was set aside and the person may read; how many entries. Refusal: unknown_hall."""
    with database.store.write() as rows:
        chosen = [
            row.id
            for row in entries_of(rows, database.hall_id(reach.hall))
            if row.state == EntryState.SET_ASIDE and (reach.reads_about_agents or not row.concerns_agent)
        ]
        return move_entries(rows, chosen, (EntryState.SET_ASIDE, EntryState.RECEIVED), "")
