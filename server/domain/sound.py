"""How loud calls are said in a hall, by the hour. The most was set at commissioning, hall full."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, time

LONGEST_QUIET_MINUTES = 120
"""A voice that was silenced comes back by itself."""


@dataclass(frozen=True, slots=True)
class SoundLevel:
    """From an hour to another of the local day, so loud: percent of what the loudspeaker gives, 0 to 100."""

    opens: time
    closes: time
    percent: int


@dataclass(frozen=True, slots=True)
class Sound:
    """The hall's loudspeakers: never above `most_percent`, which is also the level outside `levels`.

    `heard_on` and `heard_by`: when the last seat understood a call in a full hall, and who said so.
    """

    most_percent: int = 100
    levels: Sequence[SoundLevel] = field(default_factory=tuple)
    heard_on: date | None = None
    heard_by: str = ""
