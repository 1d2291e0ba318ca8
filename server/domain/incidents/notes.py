"""What is noted of an incident afterwards: kind, gravity, place, follow-up. Nothing of the visitor. Pure."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from server.domain.refusals import Refusal

KEPT = timedelta(days=365)
"""How long a note names who wrote it and the reference of a complaint."""
NOTED_WITHIN = timedelta(days=92)
"""How far back an incident may be noted."""
MISSING_WITHIN = timedelta(days=7)
"""How long an incident without a note is listed as one that lacks it."""
LONGEST_REFERENCE = 40
GRAVITIES = (1, 2, 3)
"""From no harm to harm. The page says what each one means."""
_REFERENCE = re.compile(r"[A-Z0-9][A-Z0-9 ./-]*")


class NoteKind(StrEnum):
    """What happened, the least grave first."""

    INCIVILITY = "incivility"
    INSULT = "insult"
    THREAT = "threat"
    VIOLENCE = "violence"


class FollowUp(StrEnum):
    """What followed: the site's register, a complaint, the protection that an employer owes."""

    REGISTER = "register"
    COMPLAINT = "complaint"
    PROTECTION = "protection"


@dataclass(frozen=True, slots=True)
class NoteRequest:
    """A note as typed. `happened_on`: an ISO date; `counter`: an id, empty for elsewhere in the hall.

    `incident`: the id of the incident it is about, empty for one without a press of the key.
    """

    happened_on: str
    kind: str
    gravity: str
    counter: str = ""
    follow_ups: tuple[str, ...] = ()
    complaint: str = ""
    incident: str = ""


@dataclass(frozen=True, slots=True)
class CheckedNote:
    """A note that may be kept; `counter` and `complaint` None: none."""

    happened_on: date
    kind: NoteKind
    gravity: int
    counter: str | None
    follow_ups: tuple[FollowUp, ...]
    complaint: str | None


def checked_note(
    typed: NoteRequest, today: date, counters: Collection[str], *, kept_on: date | None = None
) -> CheckedNote:
    """A note that may be kept at a local date, where the hall has these counters (ids).

    `kept_on`: the day of the note that is changed, which it may keep however old it is.

    The reference of a complaint has capitals, digits and signs only, and one digit at least, so that it is no
    name. Refusals: bad_incident_day, incident_kind_missing, incident_gravity_missing, bad_incident_follow_up,
    bad_complaint_reference, complaint_without_follow_up; unknown_counter.
    """
    if typed.kind not in tuple(NoteKind):
        raise Refusal("incident_kind_missing", field="kind")
    if typed.gravity not in map(str, GRAVITIES):
        raise Refusal("incident_gravity_missing", field="gravity")
    if typed.counter and typed.counter not in counters:
        raise Refusal("unknown_counter", field="counter", counter=typed.counter)
    if any(each not in tuple(FollowUp) for each in typed.follow_ups):
        raise Refusal("bad_incident_follow_up", field="follow_ups")
    follow_ups = tuple(each for each in FollowUp if each in typed.follow_ups)
    return CheckedNote(
        _checked_day(typed.happened_on, today, kept_on),
        NoteKind(typed.kind),
        int(typed.gravity),
        typed.counter or None,
        follow_ups,
        _checked_reference(typed.complaint, follow_ups),
    )


def _checked_day(typed: str, today: date, kept_on: date | None) -> date:
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        raise Refusal("bad_incident_day", field="happened_on") from None
    if day != kept_on and not today - NOTED_WITHIN <= day <= today:
        raise Refusal("bad_incident_day", field="happened_on")
    return day


def _checked_reference(typed: str, follow_ups: Collection[FollowUp]) -> str | None:
    reference = " ".join(typed.upper().split())
    if not reference:
        return None
    if FollowUp.COMPLAINT not in follow_ups:
        raise Refusal("complaint_without_follow_up", field="complaint")
    has_digit = any(each.isdigit() for each in reference)
    if len(reference) > LONGEST_REFERENCE or not has_digit or not _REFERENCE.fullmatch(reference):
        raise Refusal("bad_complaint_reference", field="complaint", most=LONGEST_REFERENCE)
    return reference


@dataclass(frozen=True, slots=True)
class CountedNote:
    """What a summary counts of a note; `counter` None: elsewhere in the hall."""

    happened_on: date
    kind: str
    gravity: int
    counter: str | None


@dataclass(frozen=True, slots=True)
class MonthSummary:
    """The notes of a month (`2026-11`), counted by kind, gravity and counter.

    `by_counter` is None where few agents worked: a counter would stand for a person.
    """

    month: str
    total: int
    by_kind: Mapping[NoteKind, int]
    by_gravity: Mapping[int, int]
    by_counter: Mapping[str | None, int] | None


def summaries(notes: Iterable[CountedNote]) -> list[MonthSummary]:
    """The summary of each month with a note, the latest first."""
    months: dict[str, list[CountedNote]] = {}
    for note in notes:
        months.setdefault(note.happened_on.strftime("%Y-%m"), []).append(note)
    return [_summary(month, months[month]) for month in sorted(months, reverse=True)]


def _summary(month: str, notes: list[CountedNote]) -> MonthSummary:
    kinds, gravities = Counter(each.kind for each in notes), Counter(each.gravity for each in notes)
    return MonthSummary(
        month,
        len(notes),
        {kind: kinds[kind] for kind in NoteKind},
        {gravity: gravities[gravity] for gravity in GRAVITIES},
        dict(Counter(each.counter for each in notes)),
    )


def without_places(summary: MonthSummary) -> MonthSummary:
    """The same summary without counters."""
    return replace(summary, by_counter=None)
