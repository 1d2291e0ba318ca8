"""The part of a hall's document about its loudspeakers."""

from datetime import date, time
from itertools import pairwise
from typing import Annotated

from pydantic import Field, model_validator

from server.documents.problems import broken_rule
from server.documents.values import Line, Part, Span
from server.domain.hall.sound import HearingLoop, Sound, SoundLevel

Percent = Annotated[int, Field(ge=0, le=100)]


class SoundLevelPart(Part):
    """So loud between two hours of the local day, percent of what the loudspeaker gives."""

    hours: Span
    percent: Percent

    @property
    def edges(self) -> tuple[str, str]:
        """The hours it begins and ends at."""
        opens, closes = self.hours.split("-")
        return opens, closes


class HeardPart(Part):
    """Commissioning: the last seat understood a call in a full hall."""

    on: date
    by: Line


class LoopPart(Part):
    """The hall's induction loop: how loud its amplifier is fed, percent, and the day of its last test."""

    percent: Annotated[int, Field(ge=1, le=100)] = 100
    tested_on: date | None = None


class SoundPart(Part):
    """The loudspeakers of a hall: never above `most_percent`, quieter in some hours.

    `loop`: the induction loop, null where there is none. `says_visitor_language`: calls are said in French,
    then in the language of the ticket, which tells the hall where one may come from: off unless turned on.
    """

    most_percent: Annotated[int, Field(ge=1, le=100)] = 100
    levels: Annotated[tuple[SoundLevelPart, ...], Field(max_length=12)] = ()
    heard: HeardPart | None = None
    loop: LoopPart | None = None
    says_visitor_language: bool = False

    @model_validator(mode="after")
    def _keeps_its_bounds(self) -> "SoundPart":
        for level in self.levels:
            if level.percent > self.most_percent:
                raise broken_rule("louder_than_most", percent=level.percent, most=self.most_percent)
        ordered = sorted(self.levels, key=lambda level: level.edges)
        for earlier, later in pairwise(ordered):
            if later.edges[0] < earlier.edges[1]:
                raise broken_rule("overlapping_hours", first=earlier.hours, second=later.hours)
        return self

    def to_sound(self) -> Sound:
        """The level as the rules read it; an hour of 24:00 is the last minute of the day."""
        levels = tuple(
            SoundLevel(_time(level.edges[0]), _time(level.edges[1]), level.percent) for level in self.levels
        )
        heard_on, heard_by = (None, "") if self.heard is None else (self.heard.on, self.heard.by)
        loop = None if self.loop is None else HearingLoop(self.loop.percent, self.loop.tested_on)
        return Sound(self.most_percent, levels, heard_on, heard_by, loop, self.says_visitor_language)


def _time(text: str) -> time:
    return time.max if text == "24:00" else time.fromisoformat(text)
