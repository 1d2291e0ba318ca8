"""Who answered a survey by ticket, beside who came: by hour, by service, by way of arrival. Pure.

It is counted once, when the survey is over: two readings of it cannot be subtracted. Each part counts all
visits along one line only, so no number leads from an hour to a service; no number of answers in it is under
ten, nor is one that is left when the others are subtracted.
"""

import math
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypedDict

from server.domain.surveys.results import STEP

type TurnoutPart = Literal["hour", "service", "way"]
OTHERS = ""
"""The value of a cell that holds all the values that may not be shown alone."""
TIMES = 2
"""How many times more or less often people must have answered before a sentence says so."""
STANDARD_ERRORS = 3
"""How far from chance that must be: many hours and services are looked at together."""


class Arrival(NamedTuple):
    """A visit: the local hour from which it waited, its first service (id), and how it got its ticket."""

    visit: str
    hour: int
    service: str
    way: str


class TurnoutCell(TypedDict):
    """How many visits had a value, and how many of these answered."""

    value: str
    visits: int
    answers: int


type Turnout = Mapping[TurnoutPart, Sequence[TurnoutCell]]
_VALUES: Mapping[TurnoutPart, Callable[[Arrival], str]] = {
    "hour": lambda arrival: f"{arrival.hour:02}",
    "service": lambda arrival: arrival.service,
    "way": lambda arrival: arrival.way,
}


def turnout_of(arrivals: Sequence[Arrival], answered: Collection[str]) -> Turnout:
    """The parts of a hall that show something; `answered`: ids of the visits whose ticket answered."""
    parts = {part: _cells(arrivals, answered, value_of) for part, value_of in _VALUES.items()}
    return {part: cells for part, cells in parts.items() if cells}


def _cells(
    arrivals: Sequence[Arrival], answered: Collection[str], value_of: Callable[[Arrival], str]
) -> list[TurnoutCell]:
    """The cells in the order of their values, the others last; none where only one could be shown."""
    visits = Counter(map(value_of, arrivals))
    answers = Counter(value_of(each) for each in arrivals if each.visit in answered)
    shown = sorted(
        (value for value in visits if answers[value] >= STEP), key=lambda value: (-answers[value], value)
    )
    while shown and len(shown) < len(visits) and answers.total() - _sum(answers, shown) < STEP:
        shown.pop()
    cells = [_cell(value, visits[value], answers[value]) for value in sorted(shown)]
    if len(shown) < len(visits):
        left = visits.total() - _sum(visits, shown), answers.total() - _sum(answers, shown)
        cells.append(_cell(OTHERS, *left))
    return cells if len(cells) > 1 else []


def _cell(value: str, visits: int, answers: int) -> TurnoutCell:
    return {"value": value, "visits": visits, "answers": answers}


def _sum(counts: Counter[str], values: Sequence[str]) -> int:
    return sum(counts[value] for value in values)


@dataclass(frozen=True, slots=True)
class StandingOut:
    """A value whose visitors answered at least `times` times more or less often than the others.

    Answers of a hundred visits: `percent`, of the others `others_percent`.
    """

    value: str
    is_more: bool
    times: int
    percent: float
    others_percent: float


def standing_out(cells: Sequence[TurnoutCell]) -> StandingOut | None:
    """The value that is farthest from the others, where that is twice as often and no chance."""
    visits, answers = (sum(each[key] for each in cells) for key in ("visits", "answers"))
    found: list[tuple[float, StandingOut]] = []
    for each in cells:
        left = answers - each["answers"]
        own, others = each["answers"] / each["visits"], left / (visits - each["visits"])
        ratio = max(own, others) / min(own, others)
        error = math.sqrt((1 - own) / each["answers"] + (1 - others) / left)
        if each["value"] != OTHERS and ratio >= TIMES and math.log(ratio) >= STANDARD_ERRORS * error:
            said = StandingOut(each["value"], own > others, math.floor(ratio), 100 * own, 100 * others)
            found.append((ratio, said))
    return max(found, key=lambda each: each[0], default=(1.0, None))[1]
