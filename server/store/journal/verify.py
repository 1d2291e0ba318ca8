"""Verify journals: walk over the facts, compute every hash again, compare with the head and the anchors.

A fault names the first fact that is not as it was recorded. `full` also compares everything that follows from
facts: the rows of projections, published documents, notices, texts of media, rights and erasable values.
The results of each night are kept.
"""

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from sqlalchemy import and_, bindparam, func, select

from server.domain.facts import SILENT, FactKind
from server.domain.refusals import Refusal
from server.store.engine.lookups import Exists, Several
from server.store.engine.statements import Rows, Write, WrittenRows, rows_of, values_of
from server.store.engine.stores import snapshot
from server.store.journal.chain import ENVELOPE, GENESIS, INSTALLATION, Anchor, Anchors, fact_hash
from server.store.journal.facts import (
    StoredFact,
    StoredHead,
    bodies_of_created_halls,
    document_of_hall,
    facts_of_erasables,
    facts_of_notice_versions,
    publications_of,
    stored_facts,
    stored_halls,
    stored_head_of_installation,
    texts_of_media,
)
from server.store.journal.rebuild import JournalDatabase, differences, installation_differences
from server.store.journal.rights_seals import wrong_rights
from server.store.notices.notices import content_digest, version_texts
from server.store.tables.journals import verification

PAGE = 2_000
"""Facts read at once."""

type Standing = Mapping[str, list[Anchor]]
"""The anchors that hold, by the journal's name."""

type Wrong = Literal[
    "altered", "removed", "inserted", "tail_cut", "head", "version", "anchor", "hall_missing", "rows",
    "rights", "document", "erasable",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class JournalFault:
    """The first fault of a journal, with the position and the id of its fact if these are known.

    `position` is None where the journal as a whole is wrong.
    """

    journal: str
    wrong: Wrong
    position: int | None = None
    fact: str | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Verified:
    """The result: the number of facts and the last hash of each journal, and first faults."""

    facts: dict[str, int] = field(default_factory=dict)
    heads: dict[str, str] = field(default_factory=dict)
    faults: list[JournalFault] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Journal:
    """A journal to walk, with its head and its anchors; `hall` is None for the installation's."""

    name: str
    hall: str | None
    head: StoredHead
    anchors: list[Anchor]


def verify_journal(
    database: JournalDatabase, anchors: Anchors, *, hall: str | None = None, full: bool = False
) -> Verified:
    """Walks the installation's journal and every hall's, or only one hall's (id or slug).

    Refusal: unknown_hall.
    """
    verified = Verified()
    only_hall = None if hall is None else database.hall_id(hall)
    # read before the rows: these may lack a fact that a later anchor has
    standing = {name: anchors.standing(name) for name in anchors.journals()}
    with snapshot(database) as rows:
        for journal in _journals(rows, standing, only_hall):
            walk = _Walk(journal)
            fault = walk.fault(rows)
            if fault is None and full:
                fault = _derived_fault(rows, journal)
            verified.facts[journal.name] = walk.count
            verified.heads[journal.name] = walk.hash
            if fault is not None:
                verified.faults.append(fault)
        if hall is None:
            verified.faults.extend(_missing_halls(rows, standing))
    return verified


def _journals(rows: Rows, standing: Standing, only_hall: str | None) -> list[_Journal]:
    found = []
    head = stored_head_of_installation(rows)
    if head is None:
        raise Refusal("not_installed")
    if only_hall is None:
        found.append(_Journal(INSTALLATION, None, head, standing.get(INSTALLATION, [])))
    for hall in stored_halls(rows):
        if only_hall in (None, hall.id):
            found.append(_Journal(hall.slug, hall.id, hall, standing.get(hall.slug, [])))
    return found


def _missing_halls(rows: Rows, standing: Standing) -> Iterator[JournalFault]:
    """Halls that were created, or that anchors name, and that have no row any more."""
    there = {hall.id: hall.slug for hall in stored_halls(rows)}
    created = {}
    for text in bodies_of_created_halls(rows):
        try:
            body = json.loads(text)
            created[body["hall"]] = body["slug"]
        except (ValueError, KeyError, TypeError):
            continue  # the walk names it as altered
    missing = {slug for hall, slug in created.items() if there.get(hall) != slug}
    missing |= set(standing) - {INSTALLATION, *there.values()}
    for slug in sorted(missing):
        yield JournalFault(slug, "hall_missing")


class _Walk:
    """One walk over a journal, from its first fact to its head."""

    def __init__(self, journal: _Journal) -> None:
        self.journal = journal
        self.hash, self.version, self.count = GENESIS, 0, 0
        self.hash_before, self.last_fact = "", ""
        self.recorded_at: int | None = None
        self.anchors = {anchor.position: anchor for anchor in journal.anchors}
        self.anchored_at = 0

    def fault(self, rows: Rows) -> JournalFault | None:
        """The first fault, None when there is none."""
        while True:
            page = stored_facts(rows, self.journal.hall, self.count, limit=PAGE)
            for index, fact in enumerate(page):
                fault = self._step(fact, page[index + 1] if index + 1 < len(page) else None)
                if fault is not None:
                    return fault
            if len(page) < PAGE:
                return self._end()

    def _step(self, fact: StoredFact, following: StoredFact | None) -> JournalFault | None:
        position = self.count + 1
        if fact.position != position:
            return self._found("removed", position)
        if recompute_hash(self.hash, fact, self.journal.hall) != fact.hash:
            if self._was_moved_by_the_last(fact):
                return self._found("inserted", position - 1, self.last_fact)
            return self._found(self._how(fact, following), position, fact.id)
        if position > self.journal.head.journal_length:
            return self._found("inserted", position, fact.id)
        if self.journal.hall is not None:
            self.version += 0 if fact.kind in SILENT else 1
            if fact.version != self.version:
                return self._found("version", position, fact.id)
        self.hash_before, self.last_fact = self.hash, fact.id
        self.hash, self.count, self.recorded_at = fact.hash, position, fact.recorded_at
        return self._anchor_fault(following)

    def _anchor_fault(self, following: StoredFact | None) -> JournalFault | None:
        """The fault where an anchor has another hash than the fact at its position.

        The first fact that may be wrong is the one after the last anchor that was right.
        """
        position = self.count
        anchor = self.anchors.get(position)
        if anchor is None:
            return None
        if anchor.hash == self.hash:
            self.anchored_at = position
            return None
        if following is not None and following.hash == anchor.hash:
            return self._found("inserted", position, self.last_fact)
        return JournalFault(
            self.journal.name, "anchor", self.anchored_at + 1, None, f"{self.anchored_at + 1}–{position}"
        )

    def _was_moved_by_the_last(self, fact: StoredFact) -> bool:
        """Whether this fact follows the one before the last: then the last one was inserted."""
        return any(
            recompute_hash(self.hash_before, fact, self.journal.hall, moved=(-1, -step)) == fact.hash
            for step in (0, 1)
        )

    def _how(self, fact: StoredFact, following: StoredFact | None) -> Wrong:
        """Whether a fact that breaks the chain was altered or inserted, or one before it was removed."""
        if following is None:
            return "altered"
        for step in (0, 1):
            if recompute_hash(self.hash, following, self.journal.hall, moved=(-1, -step)) == following.hash:
                return "inserted"
            if recompute_hash(fact.hash, following, self.journal.hall, moved=(1, step)) == following.hash:
                return "removed"
        return "altered"

    def _end(self) -> JournalFault | None:
        head = self.journal.head
        if self.count < self.journal.head.journal_length:
            return self._found("removed", self.count + 1)
        beyond = next((a for a in self.journal.anchors if a.position > self.count), None)
        if beyond is not None:
            return self._found("tail_cut", self.count + 1)
        if head.head_hash != self.hash or head.last_recorded_at != self.recorded_at:
            return self._found("head", self.count)
        if self.journal.hall is not None and head.version != self.version:
            return self._found("version", self.count)
        return None

    def _found(self, wrong: Wrong, position: int, fact: str | None = None) -> JournalFault:
        return JournalFault(self.journal.name, wrong, position, fact)


def recompute_hash(
    previous: str, fact: StoredFact, hall: str | None, *, moved: tuple[int, int] = (0, 0)
) -> str | None:
    """The hash that a stored fact should have; None when a column holds a value that no fact may hold.

    `moved`: added to its position and version first, to recognise a fact that was renumbered.
    """
    if fact.is_clock_suspect not in (0, 1):
        return None
    keys = _INSTALLATION_KEYS if hall is None else ENVELOPE
    columns = {key: getattr(fact, key) for key in keys}
    columns["is_clock_suspect"] = bool(fact.is_clock_suspect)
    columns["position"] += moved[0]
    if hall is not None:
        columns["version"] += moved[1]
    try:
        return fact_hash(previous, columns, fact.body)
    except (TypeError, UnicodeError):
        return None


_INSTALLATION_KEYS = tuple(key for key in ENVELOPE if key not in ("hall", "counter", "version", "visit"))


def _derived_fault(rows: WrittenRows, journal: _Journal) -> JournalFault | None:
    wrong = installation_differences(rows) if journal.hall is None else differences(rows, journal.hall)
    for table, row_id in wrong:
        return JournalFault(journal.name, "rows", None, row_id, table)
    if journal.hall is None:
        return _notice_fault(rows, journal) or _text_fault(rows, journal) or _rights_fault(rows, journal)
    return _document_fault(rows, journal, journal.hall) or _erasable_fault(rows, journal, journal.hall)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _document_fault(rows: Rows, journal: _Journal, hall: str) -> JournalFault | None:
    """The first published document whose content is not the one that its fact was recorded with."""
    for fact in publications_of(rows, hall):
        body = json.loads(fact.body)
        content = document_of_hall(rows, hall, body["revision"])
        if content is None or _sha256(content) != body["sha256"]:
            return JournalFault(journal.name, "document", fact.position, fact.id, str(body["revision"]))
    return None


def _notice_fault(rows: Rows, journal: _Journal) -> JournalFault | None:
    """The first version of a notice whose content is not the one that its fact was recorded with."""
    for fact in facts_of_notice_versions(rows):
        body = json.loads(fact.body)
        content = version_texts(rows, body["notice"]).get(body["version"])
        if content is None or content_digest(content) != body["sha256"]:
            return JournalFault(journal.name, "document", fact.position, fact.id, body["notice"])
    return None


def _text_fault(rows: Rows, journal: _Journal) -> JournalFault | None:
    """The first medium whose texts are not those that its fact was recorded with."""
    for medium in texts_of_media(rows):
        if _sha256(medium.texts) != medium.texts_sha256:
            return JournalFault(journal.name, "document", None, medium.id, "medium")
    return None


def _rights_fault(rows: Rows, journal: _Journal) -> JournalFault | None:
    """The first account, API key or device whose rights are not those of its last fact."""
    for wrong in wrong_rights(rows):
        return JournalFault(
            journal.name, "rights", wrong.position, wrong.fact, f"{wrong.table} {wrong.subject}"
        )
    return None


def _erasable_fault(rows: Rows, journal: _Journal, hall: str) -> JournalFault | None:
    """The first fact whose erasable value is neither erased nor the one that it was recorded with."""
    for fact in facts_of_erasables(rows, hall):
        body = json.loads(fact.body)
        named = body["needs"] if fact.kind == FactKind.NEEDS_NOTED else body["visit"]["language"]
        if named is None or named["id"] != fact.erasable:
            continue  # a later fact replaced the value
        salt = (fact.salt or "").encode()
        if hmac.new(salt, fact.value.encode(), hashlib.sha256).hexdigest() != named["hmac"]:
            return JournalFault(journal.name, "erasable", fact.position, fact.id)
    return None


@dataclass(frozen=True, slots=True)
class VerificationRow:
    """A verification of a journal (a hall's slug, or "installation") on a local day, with its first fault.

    `wrong` None: no fault. `position`, `fact` (id), `detail`: of the fault, where it has them.
    """

    journal: str
    verified_on: date
    verified_at: datetime
    took_ms: int
    facts: int
    head: str | None
    wrong: str | None
    position: int | None
    fact: str | None
    detail: str | None


_LAST_DAYS = (
    select(verification.c.journal, func.max(verification.c.verified_on).label("verified_on"))
    .where(verification.c.journal.in_(bindparam("journals", expanding=True)))
    .group_by(verification.c.journal)
    .subquery()
)
last_verifications = Several(
    VerificationRow,
    rows_of(VerificationRow, verification).join(
        _LAST_DAYS,
        and_(
            _LAST_DAYS.c.journal == verification.c.journal,
            _LAST_DAYS.c.verified_on == verification.c.verified_on,
        ),
    ),
)
"""The last verification of each of these journals (slugs of halls, or "installation") that ever was."""
is_verified = Exists(
    str, select(verification.c.journal).where(verification.c.verified_on == bindparam("day")).limit(1)
)
"""Whether the journals were verified on a local day."""
vanished_halls = Several(
    str,
    select(verification.c.journal)
    .where(
        verification.c.wrong == "hall_missing",
        verification.c.verified_on == select(func.max(verification.c.verified_on)).scalar_subquery(),
    )
    .order_by(verification.c.journal),
)
"""The halls (slugs) of which the last verification found no row."""
_DELETE = Write(verification.delete().where(verification.c.verified_on == bindparam("of_day")))
_INSERT = Write.new_row(verification, VerificationRow)


def keep_verified(database: JournalDatabase, verified: Verified, day: date, took_s: float) -> None:
    """Keeps the results of a verification of every journal, in place of those of the same local day."""
    faults = {fault.journal: fault for fault in verified.faults}
    at = database.clock.now()
    with database.store.write() as rows:
        rows.execute(_DELETE, of_day=day)
        for journal in sorted({*verified.facts, *faults}):
            fault = faults.get(journal)
            row = VerificationRow(
                journal=journal,
                verified_on=day,
                verified_at=at,
                took_ms=round(took_s * 1000),
                facts=verified.facts.get(journal, 0),
                head=verified.heads.get(journal),
                wrong=None if fault is None else fault.wrong,
                position=None if fault is None else fault.position,
                fact=None if fault is None else fault.fact,
                detail=None if fault is None else fault.detail,
            )
            rows.execute(_INSERT, **values_of(row))
