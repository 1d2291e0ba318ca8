"""The installation journal: what has no hall (accounts, keys, devices, brand).

Under the installation's lock.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from server.domain.author import Author
from server.domain.facts import Fact
from server.domain.instants import to_micros
from server.domain.journal import installation_changes
from server.domain.refusals import existing
from server.domain.row_changes import Recorded
from server.ids import new_id
from server.store.engine.statements import WrittenRows
from server.store.engine.writes import WriteKey, Writes
from server.store.installation import InstallationHead, keep_installation_head, lock_installation
from server.store.journal.chain import INSTALLATION, canonical, fact_hash
from server.store.journal.rights_seals import seal_fact


@dataclass(kw_only=True)
class InstallationTransaction(Writes):
    """The installation's write lock, held; `now` is the instant of its facts."""

    author: Author
    journal_length: int
    head_hash: str

    def record(self, fact: Fact) -> str:
        """Appends a fact to the installation journal and folds it into the rows; its id."""
        fact = seal_fact(self, fact)
        author = self.author.writing(fact.body)
        recorded_at = to_micros(self.now)
        body = canonical(fact.body)
        self.journal_length += 1
        columns: dict[str, Any] = {
            "author": author.id,
            "device": author.device,
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
        recorded = Recorded(columns["kind"], fact.body, INSTALLATION, recorded_at, author.id)
        self.apply(installation_changes(recorded))
        keep_installation_head(self, InstallationHead(self.journal_length, self.head_hash, self.now))
        return str(columns["id"])


def begin_installation(
    rows: WrittenRows, author: Author, now: datetime, write_key: WriteKey | None
) -> InstallationTransaction:
    """A transaction on the installation row, which knows the answer to the same write key, if there is one.

    Refusals: not_installed when the database was never set up, idempotency_mismatch.
    """
    head = existing(lock_installation(rows), "not_installed")
    transaction = InstallationTransaction(
        rows=rows,
        author=author,
        now=now,
        journal_length=head.journal_length,
        head_hash=head.head_hash,
        write_key=write_key,
    )
    transaction.replay()
    return transaction
