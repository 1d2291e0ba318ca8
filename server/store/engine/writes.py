"""Idempotency keys: a request sent twice is answered twice and done once."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam

from server.domain.author import Author
from server.domain.refusals import Refusal
from server.store.engine.rows import Query, Rows
from server.store.engine.statements import Read, Write, rows_of
from server.store.tables.journals import idempotency


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
        return Query(_KEPT, self.values())

    def values(self) -> dict[str, object]:
        """The parameters of that read."""
        return {"by": self.by, "before": self.before or self.by, "key": self.key}

    def same_request(self, earlier: KeptAnswer) -> KeptAnswer:
        """The answer to an earlier request with this key. Refusal: idempotency_mismatch, to another one."""
        if earlier.fingerprint != self.fingerprint:
            raise Refusal("idempotency_mismatch")
        return earlier


def earlier_answer(rows: Rows, key: WriteKey) -> KeptAnswer | None:
    """The answer to an earlier request with this key, which may be another request."""
    return rows.one(_KEPT, **key.values())


def answered_before(rows: Rows, key: WriteKey) -> KeptAnswer | None:
    """The answer to the same request; None for a new one. Refusal: idempotency_mismatch."""
    earlier = earlier_answer(rows, key)
    return None if earlier is None else key.same_request(earlier)


def keeping(key: WriteKey, answer: object, at: datetime) -> tuple[Write, dict[str, object]]:
    """The write that keeps an answer (JSON) under a key."""
    values = {"author": key.by, "key": key.key, "fingerprint": key.fingerprint}
    return _KEEP, {**values, "answer": json.dumps(answer, ensure_ascii=False), "created_at": at}
