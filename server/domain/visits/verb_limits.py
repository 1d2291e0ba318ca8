"""How often and how soon a counter may repeat a verb: a hall's own limits, or the usual ones."""

from dataclasses import dataclass
from typing import Literal

type ReturnPlace = Literal["front", "arrival", "end"]
"""Where a parked visitor waits again: before the others, by the visit's arrival, after the others."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of a hall on verbs; counts are whole numbers, durations seconds.

    `recall_after_s`: between two recalls of one call. `most_recalls`: of one call, so that the highest rank
    is one more. `*_after_calls`: first calls of the same queue that a leg lets pass when it waits again.
    `park_s`: the timer of a parked leg unless the agent chooses another, at most `most_park_s`.
    `forgotten_after_s`: without a gesture after a call until the console asks whether its agent is there;
    `forgotten_answer_s`: from then until the called visitor goes back to the queue.

    """

    recall_after_s: int = 5
    most_recalls: int = 4
    postpone_after_calls: int = 3
    most_postponements: int = 2
    reinstate_after_calls: int = 3
    most_reinstatements: int = 2
    park_s: int = 900
    most_park_s: int = 7_200
    park_return: ReturnPlace = "front"
    forgotten_after_s: int = 300
    forgotten_answer_s: int = 120
