"""What shows that a journal is whole: its last verification, its head, its anchors; and a sheet compared."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from server.domain.instants import from_micros, from_text
from server.store.engine.rows import Row
from server.store.journal.anchors import INSTALLATION, Anchor, Anchors
from server.store.journal.pages import fact_at, head_of
from server.store.journal.verifications import last_verification
from server.store.transactions.database import Database

SHORTEST_HASH = 12
"""Characters of a printed hash that must be typed to compare it: 48 bits."""

type Compared = Literal["same", "different", "too_short", "not_there"]


@dataclass(frozen=True, slots=True)
class Verification:
    """The last walk over a journal: when, how many facts, how long (ms); `wrong` None: nothing is wrong.

    `position`: of the first fact that is wrong, where one can be named.
    """

    at: datetime
    facts: int
    took_ms: int
    wrong: str | None
    position: int | None


@dataclass(frozen=True, slots=True)
class Proof:
    """A journal (a hall's slug or "installation"): its facts and head now, its last anchor and walk."""

    journal: str
    facts: int
    head: str
    anchored_at: datetime | None
    anchor: Anchor | None
    verification: Verification | None


def read_proof(database: Database, anchors: Anchors, journal: str) -> Proof:
    """The proof of a journal. Refusal: unknown_hall."""
    hall = None if journal == INSTALLATION else database.hall_id(journal)
    with database.read() as rows:
        head = head_of(rows, hall)
        walked = last_verification(rows, journal)
    standing = anchors.standing(journal)
    last = standing[-1] if standing else None
    return Proof(
        journal,
        head["journal_length"],
        head["head_hash"],
        None if last is None else from_text(last.at),
        last,
        None if walked is None else _verification(walked),
    )


def _verification(row: Row) -> Verification:
    at = from_micros(row["verified_at"])
    return Verification(at, row["facts"], row["took_ms"], row["wrong"], row["position"])


def compare_sheet(database: Database, journal: str, position: int, typed: str) -> Compared:
    """Whether the fact at a position has the hash of a printed sheet, or begins as what was typed of it.

    Refusal: unknown_hall.
    """
    hall = None if journal == INSTALLATION else database.hall_id(journal)
    typed_hash = "".join(typed.lower().split())
    if len(typed_hash) < SHORTEST_HASH:
        return "too_short"
    with database.read() as rows:
        fact = fact_at(rows, hall, position)
    if fact is None:
        return "not_there"
    return "same" if str(fact["hash"]).startswith(typed_hash) else "different"
