"""Verify journals: walk the chain, recompute every hash, compare with the head and the anchors.

A fault names the first fact that is not as it was recorded. `full` also compares what is derived from facts:
the rows of the projections, the published documents and the erasable values.
"""

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from server.domain.facts import SILENT, FactKind
from server.domain.refusals import Refusal
from server.store.engine.rows import Row
from server.store.engine.snapshots import snapshot
from server.store.journal.anchors import INSTALLATION, Anchor, Anchors
from server.store.journal.hash_chain import ENVELOPE, GENESIS, fact_hash
from server.store.journal.rebuild import differences
from server.store.journal.rebuild_installation import installation_differences
from server.store.journal.rights_seals import wrong_rights
from server.store.notices.versions import content_digest, version_texts

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
    """The first thing wrong in a journal: where the fact stands and its id, if known.

    `position` is None where the journal as a whole is wrong.
    """

    journal: str
    wrong: Wrong
    position: int | None = None
    fact: str | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Verified:
    """What was walked: facts and last hash per journal, and the first fault of each that has one."""

    facts: dict[str, int] = field(default_factory=dict)
    heads: dict[str, str] = field(default_factory=dict)
    faults: list[JournalFault] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Journal:
    """A journal to walk, with its head and its anchors; `hall` is None for the installation's."""

    name: str
    hall: str | None
    head: Row
    anchors: list[Anchor]

    @property
    def length(self) -> int:
        return int(self.head["journal_length"])

    def page(self, rows: Any, after: int) -> list[Row]:
        table, where = ("hall_fact", "hall = :hall AND ") if self.hall else ("installation_fact", "")
        sql = f"SELECT * FROM {table} WHERE {where}position > :after ORDER BY position LIMIT {PAGE}"
        return list(rows.all(sql, after=after, **({"hall": self.hall} if self.hall else {})))


def verify_journal(
    database: Any, anchors: Anchors, *, hall: str | None = None, full: bool = False
) -> Verified:
    """Walks the installation's journal and every hall's, or only one hall's (id or slug).

    Refusal: unknown_hall.
    """
    verified = Verified()
    only_hall = None if hall is None else database.hall_id(hall)
    # before the rows: an anchor of what is written meanwhile would miss it there
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


def _journals(rows: Any, standing: Standing, only_hall: str | None) -> list[_Journal]:
    found = []
    head = rows.one("SELECT journal_length, head_hash, last_recorded_at FROM installation WHERE id = 1")
    if head is None:
        raise Refusal("not_installed")
    if only_hall is None:
        found.append(_Journal(INSTALLATION, None, head, standing.get(INSTALLATION, [])))
    for row in rows.all("SELECT * FROM hall ORDER BY slug"):
        if only_hall in (None, row["id"]):
            found.append(_Journal(row["slug"], row["id"], row, standing.get(row["slug"], [])))
    return found


def _missing_halls(rows: Any, standing: Standing) -> Iterator[JournalFault]:
    """Halls that were created, or that anchors know, and of which no row is left."""
    there = {row["id"]: row["slug"] for row in rows.all("SELECT id, slug FROM hall")}
    created = {}
    for row in rows.all("SELECT body FROM installation_fact WHERE kind = 'HallCreated'"):
        try:
            body = json.loads(row["body"])
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

    def fault(self, rows: Any) -> JournalFault | None:
        """The first fault, None when there is none."""
        while True:
            page = self.journal.page(rows, self.count)
            for index, row in enumerate(page):
                fault = self._step(row, page[index + 1] if index + 1 < len(page) else None)
                if fault is not None:
                    return fault
            if len(page) < PAGE:
                return self._end()

    def _step(self, row: Row, following: Row | None) -> JournalFault | None:
        position = self.count + 1
        if row["position"] != position:
            return self._found("removed", position)
        if not self._is_right(row):
            if self._was_moved_by_the_last(row):
                return self._found("inserted", position - 1, self.last_fact)
            return self._found(self._how(row, following), position, row["id"])
        if position > self.journal.length:
            return self._found("inserted", position, row["id"])
        if self.journal.hall is not None:
            self.version += 0 if row["kind"] in SILENT else 1
            if row["version"] != self.version:
                return self._found("version", position, row["id"])
        self.hash_before, self.last_fact = self.hash, row["id"]
        self.hash, self.count, self.recorded_at = row["hash"], position, row["recorded_at"]
        return self._anchor_fault(following)

    def _anchor_fault(self, following: Row | None) -> JournalFault | None:
        """Where an anchor says otherwise.

        The first fact that may be another one is the one after the last right anchor.
        """
        position = self.count
        anchor = self.anchors.get(position)
        if anchor is None:
            return None
        if anchor.hash == self.hash:
            self.anchored_at = position
            return None
        if following is not None and following["hash"] == anchor.hash:
            return self._found("inserted", position, self.last_fact)
        return JournalFault(
            self.journal.name, "anchor", self.anchored_at + 1, None, f"{self.anchored_at + 1}–{position}"
        )

    def _is_right(self, row: Row) -> bool:
        return bool(recomputed(self.hash, row, self.journal.hall) == row["hash"])

    def _was_moved_by_the_last(self, row: Row) -> bool:
        """Whether a fact follows the one before the last.

        The last was put in with a right hash of its own.
        """
        return any(
            recomputed(self.hash_before, row, self.journal.hall, moved=(-1, -step)) == row["hash"]
            for step in (0, 1)
        )

    def _how(self, row: Row, following: Row | None) -> Wrong:
        """Whether a fact that breaks the chain was altered, or others were renumbered around it."""
        if following is None:
            return "altered"
        for step in (0, 1):
            if recomputed(self.hash, following, self.journal.hall, moved=(-1, -step)) == following["hash"]:
                return "inserted"
            if recomputed(row["hash"], following, self.journal.hall, moved=(1, step)) == following["hash"]:
                return "removed"
        return "altered"

    def _end(self) -> JournalFault | None:
        head = self.journal.head
        if self.count < self.journal.length:
            return self._found("removed", self.count + 1)
        beyond = next((a for a in self.journal.anchors if a.position > self.count), None)
        if beyond is not None:
            return self._found("tail_cut", self.count + 1)
        if head["head_hash"] != self.hash or head["last_recorded_at"] != self.recorded_at:
            return self._found("head", self.count)
        if self.journal.hall is not None and head["version"] != self.version:
            return self._found("version", self.count)
        return None

    def _found(self, wrong: Wrong, position: int, fact: str | None = None) -> JournalFault:
        return JournalFault(self.journal.name, wrong, position, fact)


def recomputed(previous: str, row: Row, hall: str | None, *, moved: tuple[int, int] = (0, 0)) -> str | None:
    """The hash a stored fact should have, None when a column holds what no fact may hold.

    `moved`: positions and versions that are added first, to recognise a fact that was renumbered.
    """
    if row["is_clock_suspect"] not in (0, 1):
        return None
    columns: dict[str, Any] = {
        key: row[key] for key in ENVELOPE if hall is not None or key in _INSTALLATION_KEYS
    }
    columns["is_clock_suspect"] = bool(row["is_clock_suspect"])
    columns["position"] += moved[0]
    if hall is not None:
        columns["version"] += moved[1]
    try:
        return fact_hash(previous, columns, row["body"])
    except (TypeError, UnicodeError):
        return None


_INSTALLATION_KEYS = frozenset(ENVELOPE) - {"hall", "counter", "version", "visit"}


def _derived_fault(rows: Any, journal: _Journal) -> JournalFault | None:
    wrong = installation_differences(rows) if journal.hall is None else differences(rows, journal.hall)
    for table, row_id in wrong:
        return JournalFault(journal.name, "rows", None, row_id, table)
    if journal.hall is None:
        return _notice_fault(rows, journal) or _text_fault(rows, journal) or _rights_fault(rows, journal)
    return _document_fault(rows, journal) or _erasable_fault(rows, journal)


def _document_fault(rows: Any, journal: _Journal) -> JournalFault | None:
    sql = "SELECT position, id, body FROM hall_fact WHERE hall = :hall AND kind = :kind ORDER BY position"
    for fact in rows.all(sql, hall=journal.hall, kind=str(FactKind.CONFIGURATION_PUBLISHED)):
        body = json.loads(fact["body"])
        found = rows.one(
            "SELECT content FROM document WHERE kind = 'hall' AND scope = :scope AND revision = :revision",
            scope=journal.hall,
            revision=body["revision"],
        )
        if found is None or hashlib.sha256(found["content"].encode()).hexdigest() != body["sha256"]:
            return JournalFault(journal.name, "document", fact["position"], fact["id"], str(body["revision"]))
    return None


_VERSIONS = (
    "SELECT position, id, body FROM installation_fact WHERE kind IN (:drafted, :edited) ORDER BY position"
)


def _notice_fault(rows: Any, journal: _Journal) -> JournalFault | None:
    """The first version of a notice whose content is no longer the one it was recorded with."""
    kinds = {"drafted": str(FactKind.NOTICE_DRAFTED), "edited": str(FactKind.NOTICE_EDITED)}
    for fact in rows.all(_VERSIONS, **kinds):
        body = json.loads(fact["body"])
        text = version_texts(rows, body["notice"]).get(body["version"])
        if text is None or content_digest(text) != body["sha256"]:
            return JournalFault(journal.name, "document", fact["position"], fact["id"], body["notice"])
    return None


_TEXTS = (
    "SELECT m.id, m.texts_sha256, t.texts FROM medium m JOIN medium_text t ON t.medium = m.id ORDER BY m.id"
)


def _text_fault(rows: Any, journal: _Journal) -> JournalFault | None:
    """The first medium whose texts are no longer those that its fact was recorded with."""
    for row in rows.all(_TEXTS):
        if hashlib.sha256(row["texts"].encode()).hexdigest() != row["texts_sha256"]:
            return JournalFault(journal.name, "document", None, row["id"], "medium")
    return None


def _rights_fault(rows: Any, journal: _Journal) -> JournalFault | None:
    """The first account, API key or device whose rights are not those of its last fact."""
    for wrong in wrong_rights(rows):
        return JournalFault(
            journal.name, "rights", wrong.position, wrong.fact, f"{wrong.table} {wrong.subject}"
        )
    return None


_KEPT = tuple(
    "SELECT f.position, f.id, f.kind, f.body, e.id AS erasable, e.value, e.salt"
    f" FROM visit v JOIN erasable e ON e.id = v.{column}"
    f" JOIN hall_fact f ON f.visit = v.id AND f.kind = '{kind}'"
    " WHERE v.hall = :hall AND e.value IS NOT NULL ORDER BY f.position"
    for column, kind in (("language", FactKind.TICKET_ISSUED), ("needs", FactKind.NEEDS_NOTED))
)


def _erasable_fault(rows: Any, journal: _Journal) -> JournalFault | None:
    """The first fact whose erasable value is no longer the one it was recorded with.

    Erased values are right.
    """
    for row in sorted(
        (row for sql in _KEPT for row in rows.all(sql, hall=journal.hall)),
        key=lambda row: int(row["position"]),
    ):
        body = json.loads(row["body"])
        kept = body["needs"] if row["kind"] == FactKind.NEEDS_NOTED else body["visit"]["language"]
        if kept is None or kept["id"] != row["erasable"]:
            continue  # noted anew since
        salt = (row["salt"] or "").encode()
        if hmac.new(salt, row["value"].encode(), hashlib.sha256).hexdigest() != kept["hmac"]:
            return JournalFault(journal.name, "erasable", row["position"], row["id"])
    return None
