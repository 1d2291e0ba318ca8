"""Idempotent writes: the answer to a request is kept under its write key, and given again."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from server.store.engine.buffered_writes import Writes
from server.store.engine.writes import FirstAnswer, KeptAnswer, WriteKey, keeping


@dataclass(kw_only=True)
class KeyedWrites(Writes):
    """The rows of one transaction, with the key of the request it serves, if it has one."""

    now: datetime
    write_key: WriteKey | None = None
    _answered: KeptAnswer | None = field(default=None, init=False)
    """The answer to the same request; None for a new request."""
    _keeps_nothing: bool = field(default=False, init=False)
    """Whether the work has decided that a repetition does it again."""

    def replay(self, earlier: KeptAnswer | None) -> None:
        """Notes the answer kept under the write key. Refusal: idempotency_mismatch, of another request."""
        if earlier is not None and self.write_key is not None:
            self._answered = self.write_key.same_request(earlier)

    def answer_once[Transaction: KeyedWrites, Answer](
        self: Transaction, work: Callable[[Transaction], Answer]
    ) -> Answer:
        """What `work` answers (JSON), kept under the write key; for a repetition that, without working."""
        if self._answered is not None:
            return self._answered.answer_of(work)
        answer = work(self)
        if not self._keeps_nothing:
            self._keep(answer)
        return answer

    def answer_or_repeat[Transaction: KeyedWrites, Answer, Kept](
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
            write, values = keeping(self.write_key, answer, self.now)
            self.run(write, **values)

    def keep_nothing(self) -> None:
        """Keeps no answer of `answer_once`: a repetition of the same key does the work again."""
        self._keeps_nothing = True
