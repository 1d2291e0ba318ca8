"""The users' committee of a site: what is checked of its members, meetings, decisions and minutes. Pure."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from server.domain.actions import names_a_person
from server.domain.refusals import Refusal
from server.domain.typed_fields import check_length, one_line, typed_day

LONGEST_FUNCTION = 80
LONGEST_AGENDA = 2000
LONGEST_DECISION = 400
MINUTES_BYTES = 5_000_000
"""The largest file of minutes."""
MINUTES_KEPT = timedelta(days=5 * 365 + 1)
"""How long minutes are kept after the day of their meeting: they may name people."""
PACK_DUE_BEFORE = timedelta(days=14)
"""How long before a meeting its report asks to be sent."""
EARLIEST_MEETING = date(2000, 1, 1)
"""A meeting entered afterwards is not older: an earlier year is a slip."""
PLANNED_AHEAD = timedelta(days=3 * 365)
"""A meeting is not planned further ahead: a later year is a slip."""
_HOUR = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d")
_PDF = b"%PDF-"
_ODT = b"mimetypeapplication/vnd.oasis.opendocument.textPK"
"""After the 30 bytes of its first entry's head: OpenDocument 1.3, part 2, section 3.3."""


@dataclass(frozen=True, slots=True)
class MemberRequest:
    """What is typed of a member. `function`: no name; `mandate_ends_on`: empty or ISO."""

    function: str
    mandate_ends_on: str


@dataclass(frozen=True, slots=True)
class MeetingRequest:
    """What is typed of a meeting. `met_on`: an ISO date; `starts_at`: empty or a local hour, 14:30.

    `is_held`: it has taken place, and is entered afterwards.
    """

    met_on: str
    starts_at: str
    agenda: str
    is_held: bool = False


@dataclass(frozen=True, slots=True)
class DecisionRequest:
    """What is typed of a decision. `target`: the id of a target, or empty.

    `owner`, `due_on`: of the action that follows; both empty: none does.
    """

    text: str
    target: str
    owner: str
    due_on: str


class MinutesKind(StrEnum):
    """The two kinds of files that minutes may be."""

    PDF = "pdf"
    ODT = "odt"


def checked_member(typed: MemberRequest, today: date) -> tuple[str, date | None]:
    """The function of a member, and the last day of the mandate; None: no end is known.

    Refusals, each with its `field`: member_function_missing, member_is_a_person, committee_text_too_long,
    bad_mandate_day, mandate_over.
    """
    function = one_line(typed.function)
    if not function:
        raise Refusal("member_function_missing", field="function")
    if names_a_person(function):
        raise Refusal("member_is_a_person", field="function")
    check_length(function, LONGEST_FUNCTION, "committee_text_too_long", "function")
    ends_on = None
    if typed.mandate_ends_on:
        ends_on = typed_day(typed.mandate_ends_on, "bad_mandate_day", "mandate_ends_on")
        if ends_on < today:
            raise Refusal("mandate_over", field="mandate_ends_on")
    return function, ends_on


def checked_meeting(typed: MeetingRequest, today: date) -> tuple[date, str]:
    """The day of a meeting (today or later, or of before where it is said to be held), and its agenda.

    Refusals, each with its `field`: bad_meeting_day, meeting_in_the_past, meeting_not_held,
    bad_meeting_hour, agenda_missing, committee_text_too_long.
    """
    met_on = typed_day(typed.met_on, "bad_meeting_day", "met_on")
    if met_on < EARLIEST_MEETING or met_on > today + PLANNED_AHEAD:
        raise Refusal("bad_meeting_day", field="met_on")
    if met_on < today and not typed.is_held:
        raise Refusal("meeting_in_the_past", field="met_on")
    if met_on > today and typed.is_held:
        raise Refusal("meeting_not_held", field="met_on")
    if typed.starts_at and not _HOUR.fullmatch(typed.starts_at):
        raise Refusal("bad_meeting_hour", field="starts_at")
    agenda = "\n".join(line.strip() for line in typed.agenda.strip().splitlines())
    if not agenda:
        raise Refusal("agenda_missing", field="agenda")
    check_length(agenda, LONGEST_AGENDA, "committee_text_too_long", "agenda")
    return met_on, agenda


def checked_decision(text: str, met_on: date, today: date) -> str:
    """The words of a decision on one line.

    Refusals, each with its `field`: meeting_to_come, decision_missing, committee_text_too_long.
    """
    if met_on > today:
        raise Refusal("meeting_to_come", field="text")
    words = one_line(text)
    if not words:
        raise Refusal("decision_missing", field="text")
    check_length(words, LONGEST_DECISION, "committee_text_too_long", "text")
    return words


def checked_sent_day(text: str, met_on: date, today: date) -> date:
    """The day on which a report was sent: not to come, and not after the meeting.

    Refusals, each with its `field`: bad_sent_day, sent_after_meeting.
    """
    sent_on = typed_day(text, "bad_sent_day", "sent_on")
    if sent_on > today:
        raise Refusal("bad_sent_day", field="sent_on")
    if sent_on > met_on:
        raise Refusal("sent_after_meeting", field="sent_on")
    return sent_on


def checked_minutes(content: bytes, met_on: date, today: date) -> MinutesKind:
    """The kind of a file of minutes, found by its content; its name says nothing.

    Refusals, each with its `field`: minutes_missing, minutes_too_large, minutes_bad_kind, meeting_to_come,
    minutes_too_old.
    """
    if met_on > today:
        raise Refusal("meeting_to_come", field="minutes")
    if met_on + MINUTES_KEPT <= today:
        raise Refusal("minutes_too_old", field="minutes")
    if not content:
        raise Refusal("minutes_missing", field="minutes")
    if len(content) > MINUTES_BYTES:
        raise minutes_too_large()
    if content.startswith(_PDF):
        return MinutesKind.PDF
    if content.startswith(b"PK\x03\x04") and content[30:].startswith(_ODT):
        return MinutesKind.ODT
    raise Refusal("minutes_bad_kind", field="minutes")


def minutes_too_large() -> Refusal:
    """The refusal of a file over the limit, with the limit in megabytes."""
    return Refusal("minutes_too_large", field="minutes", megabytes=MINUTES_BYTES // 1_000_000)


def asks_for_pack(met_on: date, pack_sent_on: date | None, today: date) -> bool:
    """Whether a meeting is within 14 days and its report was not sent yet."""
    return pack_sent_on is None and today <= met_on <= today + PACK_DUE_BEFORE
