"""A write that was asked with an idempotency key: what it was answered before, or will be again."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from server.domain.instants import to_micros
from server.domain.refusals import Refusal
from server.store.engine.buffered_writes import Writes
from server.store.engine.idempotency_keys import WriteKey
from server.store.engine.rows import Row


@dataclass(kw_only=True)
class KeyedWrites(Writes):
    """The rows of one transaction, with the key of the request it serves, if it has one."""

    now: datetime
    write_key: WriteKey | None = None
    is_replayed: bool = field(default=False, init=False)
    replayed_answer: Any = field(default=None, init=False)
    _is_kept: bool = field(default=False, init=False)

    def replay(self, earlier: Row) -> None:
        """Answers as the same request was answered before. Refusal: idempotency_mismatch, it was another."""
        assert self.write_key is not None
        if earlier["fingerprint"] != self.write_key.fingerprint:
            raise Refusal("idempotency_mismatch")
        self.is_replayed = True
        self.replayed_answer = json.loads(earlier["answer"])

    def answer_once[Transaction: KeyedWrites, Answer](
        self: Transaction,
        work: Callable[[Transaction], Answer],
        repeated: Callable[[Transaction, Any], Answer] | None,
    ) -> Answer:
        """What `work` answers, kept for a repetition of the same key; a repetition does not work again.

        It gets the answer kept, or what `repeated` makes of it.
        """
        if self.is_replayed:
            kept: Answer = self.replayed_answer
            return kept if repeated is None else repeated(self, self.replayed_answer)
        answer = work(self)
        if not self._is_kept:
            self.keep(answer)
        return answer

    def keep(self, answer: Any) -> None:
        """Keeps this answer (JSON) for a repetition, where it is not the one that the work returns."""
        self._is_kept = True
        if self.write_key is not None:
            self.insert(
                "idempotency",
                author=self.write_key.by,
                key=self.write_key.key,
                fingerprint=self.write_key.fingerprint,
                answer=json.dumps(answer, ensure_ascii=False),
                created_at=to_micros(self.now),
            )

    def keep_nothing(self) -> None:
        """Keeps no answer: a repetition of the same key does the work again."""
        self._is_kept = True

    def answer[Answer](self, answer: Answer) -> Answer:
        """Keeps the answer (JSON) for a repetition of the same idempotency key, and returns it."""
        self.keep(answer)
        return answer
