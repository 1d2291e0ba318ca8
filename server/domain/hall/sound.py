"""How loud calls are in a hall, by the hour. The maximum was set when the hall was put into service, while it
was full.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, time, timedelta

LONGEST_QUIET_MINUTES = 120
"""A silenced voice is turned on again by itself after this time."""


LOOP_TEST_HOLDS = timedelta(days=366)
"""A loop whose last test is older than this is not shown: a visitor who relies on the sign and hears nothing
misses the call.
"""


def is_loop_in_order(tested_on: date | None, today: date) -> bool:
    """Whether an induction loop may be shown: tested, not in the future, within a year.

    How a loop is tested is EN 60118-4; how often is left to the house: a year is our choice.
    """
    return tested_on is not None and tested_on <= today <= tested_on + LOOP_TEST_HOLDS


@dataclass(frozen=True, slots=True)
class SoundLevel:
    """From an hour to another of the local day, so loud: percent of what the loudspeaker gives, 0 to 100."""

    opens: time
    closes: time
    percent: int


@dataclass(frozen=True, slots=True)
class HearingLoop:
    """A hall's induction loop: how loud its amplifier is fed, percent, and the day of its last test."""

    percent: int = 100
    tested_on: date | None = None


@dataclass(frozen=True, slots=True)
class Sound:
    """The hall's loudspeakers: never above `most_percent`, which is also the level outside `levels`.

    `heard_on` and `heard_by`: when somebody in the last seat of a full hall understood a call, and who
    confirmed it. `loop`: the induction loop, None where there is none. `says_visitor_language`: a call is
    said in French, then in the language of its ticket.
    """

    most_percent: int = 100
    levels: Sequence[SoundLevel] = field(default_factory=tuple)
    heard_on: date | None = None
    heard_by: str = ""
    loop: HearingLoop | None = None
    says_visitor_language: bool = False
