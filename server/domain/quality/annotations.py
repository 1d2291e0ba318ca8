"""Annotations: short remarks that explain the figures of a day (docs/rules/annotations.md). Pure."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from server.domain.facts import Fact, FactKind
from server.domain.refusals import Refusal

LONGEST_WORDS = 60
"""Characters of an annotation."""
EARLIEST = date(1990, 1, 1)
FARTHEST = timedelta(days=366)
"""How long before its day an annotation may be written."""


@dataclass(frozen=True, slots=True)
class DayAnnotation:
    """What was special on a local day of a hall: « grève », « travaux ». `author`: the id of who wrote it."""

    id: str
    day: date
    words: str
    author: str
    annotated_at: datetime


def checked_words(words: str) -> str:
    """The words on one line. Refusals: annotation_missing, annotation_too_long."""
    line = " ".join(words.split())
    if not line:
        raise Refusal("annotation_missing")
    if len(line) > LONGEST_WORDS:
        raise Refusal("annotation_too_long", longest=LONGEST_WORDS)
    return line


def check_day(day: date, today: date) -> None:
    """Refusal: bad_annotation_day for a day before 1990 or more than a year ahead."""
    if not EARLIEST <= day <= today + FARTHEST:
        raise Refusal("bad_annotation_day", latest=(today + FARTHEST).isoformat())


def day_annotated(fact_id: str, day: date, words: str) -> Fact:
    """A remark explains the figures of a day."""
    return Fact(FactKind.DAY_ANNOTATED, {"id": fact_id, "day": day.isoformat(), "words": words})


def annotation_withdrawn(annotation: DayAnnotation) -> Fact:
    """An annotation was withdrawn; the fact repeats its day and words."""
    body = {"annotation": annotation.id, "day": annotation.day.isoformat(), "words": annotation.words}
    return Fact(FactKind.ANNOTATION_WITHDRAWN, body)
