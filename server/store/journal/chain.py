"""The chain of a journal: canonical texts, hashes, heads, and the anchors outside the database.

The canonical text is RFC 8785 JSON. Facts hold only strings, integers, booleans, nulls, lists, and objects
with ASCII keys; no floats. For these the standard encoder with sorted keys writes the same bytes (tested).

An anchor file belongs to one journal (`anchors/<hall>.jsonl`). A line says where the journal stood (`at`,
`position`, `version`, `hash`) and `why` it was written: daily, backup or restore. A restore sets a journal
back: its line makes the anchors after that position void.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from sqlalchemy import bindparam, select

from server.domain.instants import from_text, to_text
from server.domain.refusals import existing
from server.store.engine.statements import Read, Rows, rows_of
from server.store.installation import installation_head
from server.store.tables.journals import hall

GENESIS = "0" * 64
"""The hash before the first fact."""

_canonical = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def canonical(value: object) -> str:
    """The canonical JSON of a value of a fact."""
    return _canonical.encode(value)


ENVELOPE = (
    "author",
    "counter",
    "device",
    "happened_at",
    "hall",
    "id",
    "is_clock_suspect",
    "kind",
    "position",
    "recorded_at",
    "schema",
    "version",
    "visit",
)
"""What the hash covers besides the body, in canonical order around it."""


def fact_hash(previous: str, columns: Mapping[str, object], body: str) -> str:
    """The hash of a fact: of the hash before it and its canonical text. `body` is canonical text already."""
    rest = canonical({key: columns[key] for key in ENVELOPE if key != "author" and key in columns})[1:]
    text = f'{previous}\n{{"author":{canonical(columns["author"])},"body":{body},{rest}'
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class JournalHead:
    """Where a journal stands. `version`: of the hall; 0 for the installation, which has none."""

    journal_length: int
    version: int
    head_hash: str


_OF_HALL = Read(JournalHead, rows_of(JournalHead, hall).where(hall.c.id == bindparam("hall")))
_OF_HALLS = Read(
    tuple[str, int, int, str],
    select(hall.c.slug, hall.c.journal_length, hall.c.version, hall.c.head_hash).order_by(hall.c.slug),
)


def head_of(rows: Rows, hall: str | None) -> JournalHead:
    """The head of the journal of a hall (id), or of the installation (None).

    Refusals: not_installed, unknown_hall.
    """
    if hall is None:
        return existing(head_of_installation(rows), "not_installed")
    return existing(rows.one(_OF_HALL, hall=hall), "unknown_hall")


def heads_of_halls(rows: Rows) -> dict[str, JournalHead]:
    """The head of the journal of each hall, by slug."""
    return {
        slug: JournalHead(length, version, head_hash)
        for slug, length, version, head_hash in rows.all(_OF_HALLS)
    }


def head_of_installation(rows: Rows) -> JournalHead | None:
    """The head of the installation's journal; None where the database was never set up."""
    found = installation_head(rows)
    return None if found is None else JournalHead(found.journal_length, 0, found.head_hash)


INSTALLATION = "installation"
"""The name of the installation's journal; that of a hall's is its slug."""

type Why = Literal["daily", "backup", "restore"]


@dataclass(frozen=True, slots=True)
class Anchor:
    """Where a journal stood; `number_offset` and `number_offset_on` only after a restore."""

    at: str
    position: int
    version: int
    hash: str
    why: Why
    number_offset: int = 0
    number_offset_on: str | None = None


@dataclass(frozen=True, slots=True)
class Anchors:
    """The anchor files of one installation."""

    folder: Path

    def read(self, journal: str) -> list[Anchor]:
        """Every line of a journal (a hall's slug, or "installation"), oldest first; no incomplete ones."""
        file = self.folder / f"{journal}.jsonl"
        if not file.exists():
            return []
        return [found for line in file.read_bytes().splitlines() if (found := _parsed(line)) is not None]

    def standing(self, journal: str) -> list[Anchor]:
        """The anchors that still hold: those that a restore made void are left out."""
        return still_standing(self.read(journal))

    def journals(self) -> list[str]:
        """The journals that have anchors."""
        return sorted(file.stem for file in self.folder.glob("*.jsonl"))

    def append(self, journal: str, anchor: Anchor) -> None:
        """Adds a line. It is on disk when this returns."""
        self.folder.mkdir(parents=True, exist_ok=True)
        line = json.dumps({key: value for key, value in asdict(anchor).items() if value not in (0, None)})
        with (self.folder / f"{journal}.jsonl").open("a", encoding="utf-8") as file:
            file.write(line + "\n")
            file.flush()
            os.fsync(file.fileno())


def last_backup(anchors: Anchors) -> datetime | None:
    """When `parvis backup` last ran with these anchors, which it writes; None: never."""
    made = [from_text(each.at) for each in anchors.read(INSTALLATION) if each.why == "backup"]
    return max(made, default=None)


def _parsed(line: bytes) -> Anchor | None:
    try:
        found = json.loads(line)
        return Anchor(**({"position": 0, "version": 0} | found))
    except (ValueError, TypeError):
        return None


def still_standing(anchors: Iterable[Anchor]) -> list[Anchor]:
    """The anchors that hold after the restores among them."""
    standing: list[Anchor] = []
    for anchor in anchors:
        if anchor.why == "restore":
            standing = [each for each in standing if each.position <= anchor.position]
        standing.append(anchor)
    return standing


def anchor_of(head: JournalHead, now: datetime, why: Why) -> Anchor:
    """The anchor of a journal with this head."""
    return Anchor(to_text(now), head.journal_length, head.version, head.head_hash, why)


def write_anchors(anchors: Anchors, rows: Rows, now: datetime, why: Why) -> list[str]:
    """Anchors every journal as these rows show it; the names of the journals."""
    heads = heads_of_halls(rows)
    installation = head_of_installation(rows)
    if installation is not None:
        heads[INSTALLATION] = installation
    for journal, head in heads.items():
        anchors.append(journal, anchor_of(head, now, why))
    return list(heads)
