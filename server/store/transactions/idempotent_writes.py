"""Idempotent writes: the answer to a request is kept under its write key, and given again."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from server.store.engine.buffered_writes import Writes
from server.store.engine.idempotency_keys import KeptAnswer, WriteKey, keeping


@dataclass(kw_only=True)
class KeyedWrites(Writes):
    """The rows of one transaction, with the key of the request it serves, if it has one."""

    now: datetime
    write_key: WriteKey | None = None
    _answered: KeptAnswer | None = field(default=None, init=False)
    """The answer to the same request; None for a new request."""
    _is_kept: bool = field(default=False, init=False)
    """Whether the work has decided what a repetition is answered."""

    def replay(self, earlier: KeptAnswer | None) -> None:
        """Notes the answer kept under the write key. Refusal: idempotency_mismatch, of another request."""
        if earlier is not None and self.write_key is not None:
            self._answered = self.write_key.same_request(earlier)

    def answer_once[Transaction: KeyedWrites, Answer](
        self: Transaction,
        work: Callable[[Transaction], Answer],
        repeated: Callable[[Transaction, Any], Answer] | None,
    ) -> Answer:
        """What `work` answers, kept under the write key; for a repetition what was kept, without working.

        `repeated` makes the answer of a repetition of what was kept.
        """
        if self._answered is not None:
            kept = self._answered.value
            return cast(Answer, kept) if repeated is None else repeated(self, kept)
        answer = work(self)
        if not self._is_kept:
            self.keep(answer)
        return answer

    def keep(self, answer: Any) -> None:
        """Keeps this answer (JSON) for a repetition, where it is not the one that the work returns."""
        self._is_kept = True
        if self.write_key is not None:
            write, values = keeping(self.write_key, answer, self.now)
            self.run(write, **values)

    def keep_nothing(self) -> None:
        """Keeps no answer: a repetition of the same key does the work again."""
        self._is_kept = True
