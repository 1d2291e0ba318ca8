"""How visitors and agents of the demonstration behave: volumes, services, hours, staffing, durations."""

import json
import math
import random
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent / "habits.json"
WEEKS_A_MONTH = 365.25 / 12 / 7
SPREAD = 0.55
"""Standard deviation of the logarithm of a service time: coefficient of variation about 0.6."""


@dataclass(frozen=True, slots=True)
class HallHabits:
    """The habits of one hall.

    `visitors_a_month`: people received, with or without a ticket. `services`: weights of what they press.
    `sent_on`: percent of those served by `sent_on_from` that go on to another service. `staffing`: the chance
    of each counter to be held in the morning and in the afternoon. `appointments`: how many a day.
    `together`: by counter, the other counters that its agent holds too.
    `exceptional`: by service that needs an appointment, weights of the reasons for having none.
    """

    hall: str
    visitors_a_month: int
    services: dict[str, float]
    sent_on_from: str
    sent_on: dict[str, float]
    staffing: dict[str, tuple[float, float]]
    appointments: dict[str, int] = field(default_factory=dict)
    together: dict[str, tuple[str, ...]] = field(default_factory=dict)
    exceptional: dict[str, dict[str, float]] = field(default_factory=dict)

    def posts_with(self, counter: str) -> tuple[str, ...]:
        """The counters one agent holds with this one, itself included, in the order they are opened."""
        found = ((first, *others) for first, others in self.together.items())
        return next((posts for posts in found if counter in posts), (counter,))


@dataclass(frozen=True, slots=True)
class Habits:
    """The habits that all halls share, and those of each by slug; `hours` are weights by local hour.

    `needs` and `outcomes`: weights of what is noted for a visitor and of what a service leads to.
    """

    languages: dict[str, float]
    weekdays: tuple[float, ...]
    hours: dict[int, float]
    pause_reasons: tuple[str, ...]
    needs: dict[str, float]
    outcomes: dict[str, float]
    target_share_percent: int
    target_decided_by: str
    halls: dict[str, HallHabits]


@cache
def habits() -> Habits:
    """The habits as written in `habits.json`."""
    read: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return Habits(
        languages=read["languages"],
        weekdays=tuple(read["weekdays"]),
        hours={int(hour): weight for hour, weight in read["hours"].items()},
        pause_reasons=tuple(read["pause_reasons"]),
        needs=read["needs"],
        outcomes=read["outcomes"],
        target_share_percent=read["target"]["share_percent"],
        target_decided_by=read["target"]["decided_by"],
        halls={slug: _hall(slug, part) for slug, part in read["halls"].items()},
    )


def _hall(slug: str, part: dict[str, Any]) -> HallHabits:
    staffing = {counter: (chances[0], chances[1]) for counter, chances in part["staffing"].items()}
    return HallHabits(
        slug,
        part["visitors_a_month"],
        part["services"],
        part["sent_on_from"],
        part["sent_on"],
        staffing,
        part.get("appointments", {}),
        {first: tuple(others) for first, others in part.get("together", {}).items()},
        part.get("exceptional", {}),
    )


def pick(chance: random.Random, weights: dict[str, float]) -> str:
    """One of the keys, by its weight."""
    return chance.choices(list(weights), list(weights.values()))[0]


def duration_s(chance: random.Random, mean_s: float, *, spread: float = SPREAD) -> float:
    """A lognormal duration of this mean, in seconds, never shorter than ten."""
    return max(10.0, chance.lognormvariate(math.log(mean_s) - spread * spread / 2, spread))
