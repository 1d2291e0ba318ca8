"""What pages may show of counters at work: the hall, not the person, where few agents are present."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypedDict

from server.domain.author import Author
from server.domain.hall.wall import shows_counters
from server.domain.visits.transitions import LegState
from server.store.counters import SessionPlace, agents_present
from server.usecases.answers import Leg


class HiddenWork(TypedDict):
    """What a counter does, where that is hidden."""

    state: Literal["open"]
    since: None


HIDDEN: Final[HiddenWork] = {"state": "open", "since": None}
"""What pages show of a counter whose work is hidden: that somebody holds it."""


@dataclass(frozen=True, slots=True)
class CounterVisibility:
    """The counters whose work a reader may see: all with three agents or more, else the reader's own."""

    tells_all: bool
    own: frozenset[str] = frozenset()

    @classmethod
    def of(cls, places: Sequence[SessionPlace], reader: Author | None = None) -> "CounterVisibility":
        """Counts from the open places of a hall. `reader`: the author who reads; None: anybody."""
        own = frozenset(
            place.counter for place in places if reader is not None and reader.is_same(place.author)
        )
        return cls(shows_counters(agents_present(places)), own)

    def tells(self, counter: str | None) -> bool:
        """Whether the reader may see what a counter does."""
        return self.tells_all or counter is None or counter in self.own

    def leg[Shown: Leg](self, answer: Shown) -> Shown:
        """The same leg as the reader may see it: in service at a hidden counter, it has no counter, no start.

        Takes out of `answer` what the reader may not see.
        """
        if answer["state"] == LegState.IN_SERVICE and not self.tells(answer["counter"]):
            answer["counter"] = None
            answer["started_at"] = None
        return answer
