"""Where and when a notice is shown: the same for every kind."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from server.documents.problems import broken_rule
from server.documents.values import Part, Slug, Spans

FIRST_YEAR, LAST_YEAR = 2020, 2100

DaypartName = Literal["before_opening", "opening", "morning", "afternoon"]


def _local(text: str) -> str:
    """A local date or wall time of each site, like `2026-12-24` or `2026-12-24T14:00`."""
    try:
        parsed = datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)
    except ValueError:
        raise broken_rule("wrong_local_time", text=text) from None
    minutes = parsed.isoformat(timespec="minutes") if isinstance(parsed, datetime) else parsed.isoformat()
    if minutes != text or not FIRST_YEAR <= parsed.year <= LAST_YEAR:
        raise broken_rule("wrong_local_time", text=text)
    return text


def _weekdays(days: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(sorted(set(days)))


Local = Annotated[str, Field(max_length=16), AfterValidator(_local)]
Slugs = Annotated[tuple[Slug, ...], Field(max_length=100)]
Weekday = Annotated[int, Field(ge=0, le=6)]


class TargetsPart(Part):
    """Where: sites, halls and screens by their ids, or `everywhere`.

    `everywhere` false with no place: nowhere, as a draft may be. Null is what earlier contents say: with
    no place they mean every screen.
    """

    sites: Slugs = ()
    halls: Slugs = ()
    screens: Slugs = ()
    everywhere: bool | None = None

    @property
    def is_nowhere(self) -> bool:
        """Whether no screen is meant yet."""
        return self.everywhere is False and not (self.sites or self.halls or self.screens)

    @model_validator(mode="after")
    def _everywhere_or_somewhere(self) -> "TargetsPart":
        if self.everywhere and (self.sites or self.halls or self.screens):
            raise broken_rule("everywhere_or_somewhere")
        return self


class ValidityPart(Part):
    """From when to when, in each site's own time; a date that ends it is included, a wall time is not."""

    starts: Local | None = None
    ends: Local | None = None

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> "ValidityPart":
        if self.starts is not None and self.ends is not None:
            last = self.ends if "T" in self.ends else f"{self.ends}T99"
            if last <= self.starts:
                raise broken_rule("dates_end_before_start", first=self.starts, last=self.ends)
        return self


class DaypartsPart(Part):
    """On which weekdays (Monday is 0), in which parts of the day or at which hours; empty: no limit."""

    weekdays: Annotated[tuple[Weekday, ...], Field(max_length=7), AfterValidator(_weekdays)] = ()
    parts: Annotated[tuple[DaypartName, ...], Field(max_length=4)] = ()
    spans: Spans = ()


class WhenPart(Part):
    """The condition that more than `more_than` people wait in a queue."""

    queue: Slug
    more_than: Annotated[int, Field(ge=0, le=500)]
