"""A forgotten counter: a visitor was called to it, and no gesture followed.

Pure: values in, values out. The rule in words: `docs/rules/forgotten.md`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from server.domain.visits.verb_limits import Limits

FORGOTTEN = "forgotten"
"""The reason of a pause that the hall makes by itself; no agent may choose it."""


@dataclass(frozen=True, slots=True)
class PresenceTimes:
    """When the console of a session asks whether its agent is there, and until when an answer counts."""

    asks_at: datetime
    gives_back_at: datetime

    def is_over(self, now: datetime) -> bool:
        """Whether the time to answer is over: the called visitor then goes back to the queue."""
        return self.gives_back_at <= now


def presence_times(signs: Iterable[datetime], limits: Limits) -> PresenceTimes:
    """When to ask a session that has called a visitor; `signs`: the last gesture at each of its places.

    The call itself is such a sign, so there is at least one. Whether its console is still open does not
    matter: a computer that is off cannot ask, and answers no sooner.

    """
    asks_at = max(signs) + timedelta(seconds=limits.forgotten_after_s)
    return PresenceTimes(asks_at, asks_at + timedelta(seconds=limits.forgotten_answer_s))
