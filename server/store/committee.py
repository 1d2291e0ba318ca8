"""Users' committees: members, meetings, minutes and decisions, as people keep them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import bindparam, select

from server.store.engine.lookups import ChangeBy, NewRow, One, Several
from server.store.engine.statements import Read, Rows, Write, WrittenRows, rows_of, values_of
from server.store.tables.voice import (
    committee_decision,
    committee_meeting,
    committee_member,
    committee_minutes,
)


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A member of the committee of a site (slug), by function."""

    id: str
    site: str
    function: str
    mandate_ends_on: date | None
    added_at: datetime


@dataclass(frozen=True, slots=True)
class MeetingRow:
    """A meeting. `starts_at`: a local hour or empty; `report`: the id of the report that was sent before."""

    id: str
    site: str
    met_on: date
    starts_at: str
    agenda: str
    report: str | None
    pack_sent_on: date | None
    added_at: datetime


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """A decision of a meeting (id). `target`: the id of a target of waiting."""

    id: str
    meeting: str
    text: str
    target: str | None
    added_at: datetime


@dataclass(frozen=True, slots=True)
class MinutesSummary:
    """The minutes of a meeting (id), without their content."""

    meeting: str
    kind: str
    attached_at: datetime
    erase_after: datetime


@dataclass(frozen=True, slots=True)
class MinutesRow(MinutesSummary):
    """The same with their content."""

    content: bytes


members_of = Several.of(MemberRow, committee_member, "site", order=("function", "id"))
"""The members of the committee of a site, by function."""
member_row = One.of(MemberRow, committee_member, "id")
"""A member by its id."""
meetings_of = Several.of(
    MeetingRow,
    committee_meeting,
    "site",
    order=(committee_meeting.c.met_on.desc(), committee_meeting.c.added_at.desc()),
)
"""The meetings of the committee of a site, the last first."""
meetings_without_pack = Several.of(
    MeetingRow,
    committee_meeting,
    committee_meeting.c.pack_sent_on.is_(None),
    committee_meeting.c.met_on >= bindparam("since"),
)
"""The meetings of every site from this day on whose report was not sent."""
meeting_row = One.of(MeetingRow, committee_meeting, "id")
"""A meeting by its id."""
locked_meeting_row = One.of(MeetingRow, committee_meeting, "id", is_locked=True)
"""A meeting by its id, which nobody else changes or deletes before this transaction ends."""
decisions_of = Several(
    DecisionRow,
    rows_of(DecisionRow, committee_decision)
    .where(committee_decision.c.meeting.in_(bindparam("meetings", expanding=True)))
    .order_by(committee_decision.c.added_at, committee_decision.c.id),
)
"""The decisions of meetings (ids), in the order in which they were added."""
meeting_of_decision = One(
    str, select(committee_decision.c.meeting).where(committee_decision.c.id == bindparam("decision"))
)
"""The id of the meeting that decided."""
minutes_row = One.of(MinutesRow, committee_minutes, "meeting")
"""The minutes of a meeting (id), with their content."""
_MINUTES_OF = Read.of(
    MinutesSummary, committee_minutes, committee_minutes.c.meeting.in_(bindparam("meetings", expanding=True))
)
insert_member = NewRow(committee_member, MemberRow, once=True)
"""Keeps a new member; one of this id stays."""
delete_member = ChangeBy.delete(committee_member, "id")
"""Deletes a member."""
insert_meeting = NewRow(committee_meeting, MeetingRow, once=True)
"""Keeps a new meeting; one of this id stays."""
_OF_MEETING = committee_meeting.c.id == bindparam("of_id")
change_meeting_row = ChangeBy(
    committee_meeting.update().where(_OF_MEETING), *("of_id", "met_on", "starts_at", "agenda")
)
"""Changes the day, hour and agenda of a meeting."""
delete_meeting = ChangeBy(committee_meeting.delete().where(_OF_MEETING))
"""Deletes a meeting; its decisions and minutes must be none."""
mark_sent = ChangeBy(committee_meeting.update().where(_OF_MEETING), "of_id", "report", "pack_sent_on")
"""Notes which report was sent before a meeting, and when."""
insert_decision = NewRow(committee_decision, DecisionRow, once=True)
"""Keeps a new decision; one of this id stays."""
_KEEP_MINUTES = Write.upsert(
    committee_minutes, ["meeting"], ["kind", "content", "attached_at", "erase_after"]
)
delete_minutes = ChangeBy.delete(committee_minutes, "meeting")
"""Deletes the minutes of a meeting."""


def minutes_of(rows: Rows, meetings: Sequence[str]) -> dict[str, MinutesSummary]:
    """The minutes of meetings (ids), without their content."""
    return {each.meeting: each for each in rows.all(_MINUTES_OF, meetings=list(meetings))}


def keep_minutes(rows: WrittenRows, new: MinutesRow) -> None:
    """Keeps the minutes of a meeting instead of those before."""
    rows.execute(_KEEP_MINUTES, **values_of(new))
