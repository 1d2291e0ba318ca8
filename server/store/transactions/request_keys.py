"""The keys of a request that may come again: its idempotency key, and a visitor’s press for a ticket."""

from dataclasses import dataclass

from server.store.engine.rows import Query
from server.store.engine.writes import WriteKey
from server.store.tickets.numbers_given import of_press


@dataclass(frozen=True, slots=True)
class RequestKeys:
    """The keys of a request; `press` names the press of a visitor for a ticket."""

    write_key: WriteKey | None = None
    press: str | None = None

    def reads(self) -> list[Query]:
        """The reads that tell whether a request with one of these keys was served before."""
        answer = [] if self.write_key is None else [self.write_key.answer()]
        return answer if self.press is None else [*answer, of_press(self.press)]


NO_KEYS = RequestKeys()
