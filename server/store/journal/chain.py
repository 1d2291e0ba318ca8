"""Anchors: heads of journals kept outside the database, one file a journal (`anchors/<hall>.jsonl`).

A line says where a journal stood (`at`, `position`, `version`, `hash`) and `why` it was written: daily,
backup or restore. A restore sets a journal back: its line makes the anchors after that position void.
"""

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from server.domain.instants import to_text
from server.store.engine.rows import Rows
from server.store.journal.heads import JournalHead, head_of_installation, heads_of_halls

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
