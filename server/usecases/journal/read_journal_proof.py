"""The proof that a journal is complete: its last verification, head and anchors; a printed sheet compared."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from server.domain.instants import from_text
from server.store.journal.anchors import INSTALLATION, Anchor, Anchors
from server.store.journal.heads import head_of
from server.store.journal.pages import fact_at
from server.store.journal.verifications import VerificationRow, last_verification
from server.store.transactions.database import Database

SHORTEST_HASH = 12
"""Characters of a printed hash that must be typed to compare it: 48 bits."""

type Compared = Literal["same", "different", "too_short", "not_there"]


@dataclass(frozen=True, slots=True)
class Verification:
    """The last verification of a journal: its instant, how many facts, and how long it took (ms).

    `wrong`: the kind of the first fault, None where there is none; `position`: of its fact, if it has one.
    """

    at: datetime
    facts: int
    took_ms: int
    wrong: str | None
    position: int | None


@dataclass(frozen=True, slots=True)
class Proof:
    """A journal (a hall's slug or "installation"): its facts and head now, last anchor and verification."""

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
        verified = last_verification(rows, journal)
    standing = anchors.standing(journal)
    last = standing[-1] if standing else None
    return Proof(
        journal,
        head.journal_length,
        head.head_hash,
        None if last is None else from_text(last.at),
        last,
        None if verified is None else _verification(verified),
    )


def _verification(row: VerificationRow) -> Verification:
    return Verification(row.verified_at, row.facts, row.took_ms, row.wrong, row.position)


def compare_sheet(database: Database, journal: str, position: int, typed: str) -> Compared:
    """Whether the hash of the fact at a position begins with the text typed from a printed sheet.

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
    return "same" if fact.hash.startswith(typed_hash) else "different"
