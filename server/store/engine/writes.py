"""Writes of a transaction: buffered, executed in one go before the next read or at the commit, and done once.

The answer to a request is kept under its idempotency key: one sent twice is answered twice and done once.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Table, bindparam

from server.domain.author import Author
from server.domain.refusals import Refusal
from server.domain.row_changes import Insert, InstallationChange, Sum, Update
from server.store.engine.statements import Buffered, Query, Read, Rows, Values, Write, WrittenRows, rows_of
from server.store.tables import metadata
from server.store.tables.journals import idempotency


@cache
def insert_write(table: Table, columns: tuple[str, ...]) -> Write:
    """The INSERT of these columns, of values as rows keep them."""
    return Write(table.insert(), *columns, is_encoded=False)


@cache
def update_write(table: Table, columns: tuple[str, ...]) -> Write:
    """The UPDATE of these columns of the row `row_id`, to values as rows keep them."""
    return Write(table.update().where(table.c.id == bindparam("row_id")), *columns, is_encoded=False)


@cache
def sum_write(table: Table, key: tuple[str, ...], added: tuple[str, ...], columns: tuple[str, ...]) -> Write:
    """The statement that adds to the row with this key, or inserts it."""
    return Write.upsert(table, key, columns, added=added, is_encoded=False)


def write_of(change: InstallationChange) -> Buffered:
    """The write of a change that a fact makes."""
    table = metadata.tables[change.table]
    match change:
        case Sum():
            write = sum_write(table, tuple(change.key), tuple(change.added), tuple(change.values))
            return write, {**change.key, **change.added, **change.values}
        case Insert():
            return insert_write(table, tuple(change.values)), change.values
        case Update():
            return update_write(table, tuple(change.values)), {**change.values, "row_id": change.id}


@dataclass(frozen=True, slots=True)
class FirstAnswer[Answer, Kept]:
    """The answer to a request that is new, and what is kept (JSON) to answer a repetition.

    `kept` None: nothing; a repetition does the work again.
    """

    answer: Answer
    kept: Kept | None = None


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """The answer to an earlier request, and the fingerprint of that request.

    `answer` is the text of a JSON value. It may be « null », which is another thing than no answer.
    """

    fingerprint: str
    answer: str

    def answer_of[Answer](self, work: Callable[..., Answer]) -> Answer:
        """What `work` answered, as JSON holds it: an enum is its text, a tuple a list. Nothing is checked."""
        answer: Answer = json.loads(self.answer)
        return answer

    def kept_by[Answer, Kept](self, work: Callable[..., FirstAnswer[Answer, Kept]]) -> Kept:
        """What `work` kept apart from its answer; else as `answer_of`."""
        kept: Kept = json.loads(self.answer)
        return kept


_KEPT = Read(
    KeptAnswer,
    rows_of(KeptAnswer, idempotency).where(
        idempotency.c.author.in_([bindparam("by"), bindparam("before")]),
        idempotency.c.key == bindparam("key"),
    ),
)
_KEEP = Write(idempotency.insert(), "author", "key", "fingerprint", "answer", "created_at")


@dataclass(frozen=True, slots=True)
class WriteKey:
    """An idempotency key: `by` is the author it belongs to, `fingerprint` the SHA-256 of the request.

    `before`: the id that the author had before the change of year, if any.
    """

    by: str
    key: str
    fingerprint: str
    before: str | None = None

    @classmethod
    def of(cls, by: str, key: str, content: bytes) -> "WriteKey":
        """The key of a request: method, path and body in `content`."""
        return cls(by, key, hashlib.sha256(content).hexdigest())

    @classmethod
    def of_author(cls, author: Author, key: str, content: bytes) -> "WriteKey":
        """The key of a request of an author; it finds what was kept before the change of year."""
        return cls(author.id, key, hashlib.sha256(content).hexdigest(), author.before)

    def answer(self) -> Query:
        """The read of the answer to an earlier request with this key."""
        return Query(_KEPT, {"by": self.by, "before": self.before or self.by, "key": self.key})


def answered_before(rows: Rows, key: WriteKey) -> KeptAnswer | None:
    """The answer to the same request; None for a new one. Refusal: idempotency_mismatch, for another one."""
    earlier = rows.one(_KEPT, **key.answer().values)
    if earlier is not None and earlier.fingerprint != key.fingerprint:
        raise Refusal("idempotency_mismatch")
    return earlier


@dataclass(kw_only=True)
class Writes(Rows):
    """The rows of one transaction, with the key of the request it serves, if it has one.

    Reads see the writes buffered before them. `now` is the instant of what is written.
    """

    rows: WrittenRows
    now: datetime
    write_key: WriteKey | None = None
    _pending: list[Buffered] = field(default_factory=list, init=False)
    _kept_rows: list[tuple[Query, list[Any]]] = field(default_factory=list, init=False)
    _answered: KeptAnswer | None = field(default=None, init=False)
    """The answer to the same request; None for a new request."""
    _keeps_nothing: bool = field(default=False, init=False)
    """Whether the work has decided that a repetition does it again."""

    def keep_found(self, queries: Sequence[Query], found: Sequence[list[Any]]) -> None:
        """Keeps rows that were read with others: the same reads find them until the first write."""
        self._kept_rows = list(zip(queries, found, strict=True))

    def found[R](self, statement: Read[R], values: Values) -> list[R]:
        """Every row that a statement finds, after the buffered writes."""
        self.flush()
        for query, rows in self._kept_rows:
            if query.statement is statement and query.values == values:
                return rows
        return self.rows.found(statement, values)

    def run(self, write: Write, **values: object) -> None:
        """Buffers a write."""
        self._pending.append((write, values))

    def insert(self, table: str, **values: object) -> None:
        """Buffers a new row, of values as rows keep them."""
        self._pending.append((insert_write(metadata.tables[table], tuple(values)), values))

    def apply(self, changes: Iterable[InstallationChange]) -> None:
        """Buffers the row changes of a fact."""
        self._pending.extend(map(write_of, changes))

    @property
    def has_pending(self) -> bool:
        """Whether writes are buffered."""
        return bool(self._pending)

    def flush(self) -> None:
        """Executes the buffered writes."""
        if self._pending:
            self._kept_rows.clear()
            pending = list(self._pending)
            self._pending.clear()
            self.rows.run_many(pending)

    def replay(self) -> None:
        """Notes the answer kept under the write key. Refusal: idempotency_mismatch, of another request."""
        if self.write_key is not None:
            self._answered = answered_before(self, self.write_key)

    def answer_once[Transaction: Writes, Answer](
        self: Transaction, work: Callable[[Transaction], Answer]
    ) -> Answer:
        """What `work` answers (JSON), kept under the write key; for a repetition that, without working."""
        if self._answered is not None:
            return self._answered.answer_of(work)
        answer = work(self)
        if not self._keeps_nothing:
            self._keep(answer)
        return answer

    def answer_or_repeat[Transaction: Writes, Answer, Kept](
        self: Transaction,
        work: Callable[[Transaction], FirstAnswer[Answer, Kept]],
        repeated: Callable[[Transaction, Kept], Answer],
    ) -> Answer:
        """What `work` answers; for a repetition what `repeated` makes of what the work kept."""
        if self._answered is not None:
            return repeated(self, self._answered.kept_by(work))
        first = work(self)
        if first.kept is not None:
            self._keep(first.kept)
        return first.answer

    def _keep(self, answer: object) -> None:
        if self.write_key is not None:
            kept = json.dumps(answer, ensure_ascii=False)
            key = self.write_key
            self.run(
                _KEEP,
                author=key.by,
                key=key.key,
                fingerprint=key.fingerprint,
                answer=kept,
                created_at=self.now,
            )

    def keep_nothing(self) -> None:
        """Keeps no answer of `answer_once`: a repetition of the same key does the work again."""
        self._keeps_nothing = True
