"""The installation journal: what has no hall (accounts, keys, devices, brand).

Under the installation's lock.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from server.domain.facts import Fact
from server.domain.instants import to_micros
from server.domain.refusals import Refusal
from server.ids import new_id
from server.store.journal import canonical, fact_hash
from server.store.writes import Writes


@dataclass(frozen=True, slots=True)
class Author:
    """Who writes: an opaque id, and the device it was done on, if any."""

    id: str
    device: str | None = None


SYSTEM = Author("system")


@dataclass
class InstallationTransaction(Writes):
    """The installation's write lock, held; `now` is the instant of its facts."""

    author: Author
    now: datetime
    journal_length: int
    head_hash: str

    def record(self, fact: Fact) -> str:
        """Appends a fact to the installation journal; its id."""
        recorded_at = to_micros(self.now)
        body = canonical(fact.body)
        self.journal_length += 1
        columns: dict[str, Any] = {
            "author": self.author.id,
            "device": self.author.device,
            "happened_at": recorded_at,
            "id": new_id(),
            "is_clock_suspect": False,
            "kind": str(fact.kind),
            "position": self.journal_length,
            "recorded_at": recorded_at,
            "schema": fact.schema,
        }
        self.head_hash = fact_hash(self.head_hash, columns, body)
        self.insert("installation_fact", **columns, body=body, hash=self.head_hash)
        self.run(
            "UPDATE installation SET journal_length = :journal_length, head_hash = :head_hash,"
            " last_recorded_at = :at WHERE id = 1",
            journal_length=self.journal_length,
            head_hash=self.head_hash,
            at=recorded_at,
        )
        return str(columns["id"])


def begin_installation(rows: Any, author: Author, now: datetime, *, lock: bool) -> InstallationTransaction:
    """The transaction on the installation row. Refusal: not_installed when the database was never set up."""
    row = rows.one(
        "SELECT journal_length, head_hash FROM installation WHERE id = 1" + (" FOR UPDATE" if lock else "")
    )
    if row is None:
        raise Refusal("not_installed")
    return InstallationTransaction(rows, author, now, row["journal_length"], row["head_hash"])
