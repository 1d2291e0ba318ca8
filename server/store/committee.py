"""Users' committees: members, meetings, minutes and decisions, as people keep them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import bindparam, select

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
class MinutesRow:
    """The minutes of a meeting (id), with their content."""

    meeting: str
    kind: str
    content: bytes
    attached_at: datetime
    erase_after: datetime


@dataclass(frozen=True, slots=True)
class MinutesSummary:
    """The minutes of a meeting (id), without their content."""

    meeting: str
    kind: str
    attached_at: datetime
    erase_after: datetime


_MEMBERS = Read(
    MemberRow,
    rows_of(MemberRow, committee_member)
    .where(committee_member.c.site == bindparam("site"))
    .order_by(committee_member.c.function, committee_member.c.id),
)
_MEMBER = Read(
    MemberRow, rows_of(MemberRow, committee_member).where(committee_member.c.id == bindparam("member"))
)
_MEETINGS = Read(
    MeetingRow,
    rows_of(MeetingRow, committee_meeting)
    .where(committee_meeting.c.site == bindparam("site"))
    .order_by(committee_meeting.c.met_on.desc(), committee_meeting.c.added_at.desc()),
)
_OF_ID = rows_of(MeetingRow, committee_meeting).where(committee_meeting.c.id == bindparam("meeting"))
_MEETING = Read(MeetingRow, _OF_ID)
_LOCKED_MEETING = Read(MeetingRow, _OF_ID.with_for_update())
_DECISIONS = Read(
    DecisionRow,
    rows_of(DecisionRow, committee_decision)
    .where(committee_decision.c.meeting.in_(bindparam("meetings", expanding=True)))
    .order_by(committee_decision.c.added_at, committee_decision.c.id),
)
_MEETING_OF = Read(
    str, select(committee_decision.c.meeting).where(committee_decision.c.id == bindparam("decision"))
)
_MINUTES = Read(
    MinutesRow,
    rows_of(MinutesRow, committee_minutes).where(committee_minutes.c.meeting == bindparam("meeting")),
)
_MINUTES_OF = Read(
    MinutesSummary,
    rows_of(MinutesSummary, committee_minutes).where(
        committee_minutes.c.meeting.in_(bindparam("meetings", expanding=True))
    ),
)
_INSERT_MEMBER = Write.new_row_once(committee_member, MemberRow)
_DELETE_MEMBER = Write(committee_member.delete().where(committee_member.c.id == bindparam("of_id")))
_INSERT_MEETING = Write.new_row_once(committee_meeting, MeetingRow)
_OF_MEETING = committee_meeting.c.id == bindparam("of_id")
_CHANGE_MEETING = Write(committee_meeting.update().where(_OF_MEETING), "met_on", "starts_at", "agenda")
_DELETE_MEETING = Write(committee_meeting.delete().where(_OF_MEETING))
_MARK_SENT = Write(committee_meeting.update().where(_OF_MEETING), "report", "pack_sent_on")
_INSERT_DECISION = Write.new_row_once(committee_decision, DecisionRow)
_KEEP_MINUTES = Write.upsert(
    committee_minutes, ["meeting"], ["kind", "content", "attached_at", "erase_after"]
)
_DELETE_MINUTES = Write(committee_minutes.delete().where(committee_minutes.c.meeting == bindparam("of_id")))


def members_of(rows: Rows, site: str) -> list[MemberRow]:
    """The members of the committee of a site, by function."""
    return rows.all(_MEMBERS, site=site)


def member_row(rows: Rows, member: str) -> MemberRow | None:
    """A member by its id."""
    return rows.one(_MEMBER, member=member)


def meetings_of(rows: Rows, site: str) -> list[MeetingRow]:
    """The meetings of the committee of a site, the last first."""
    return rows.all(_MEETINGS, site=site)


def meeting_row(rows: Rows, meeting: str) -> MeetingRow | None:
    """A meeting by its id."""
    return rows.one(_MEETING, meeting=meeting)


def locked_meeting_row(rows: WrittenRows, meeting: str) -> MeetingRow | None:
    """A meeting by its id, which nobody else changes or deletes before this transaction ends."""
    return rows.one(_LOCKED_MEETING, meeting=meeting)


def decisions_of(rows: Rows, meetings: Sequence[str]) -> list[DecisionRow]:
    """The decisions of meetings (ids), in the order in which they were added."""
    return rows.all(_DECISIONS, meetings=list(meetings))


def meeting_of_decision(rows: Rows, decision: str) -> str | None:
    """The id of the meeting that decided."""
    return rows.one(_MEETING_OF, decision=decision)


def minutes_row(rows: Rows, meeting: str) -> MinutesRow | None:
    """The minutes of a meeting (id), with their content."""
    return rows.one(_MINUTES, meeting=meeting)


def minutes_of(rows: Rows, meetings: Sequence[str]) -> dict[str, MinutesSummary]:
    """The minutes of meetings (ids), without their content."""
    return {each.meeting: each for each in rows.all(_MINUTES_OF, meetings=list(meetings))}


def insert_member(rows: WrittenRows, new: MemberRow) -> None:
    """Keeps a new member; one of this id stays."""
    rows.execute(_INSERT_MEMBER, **values_of(new))


def delete_member(rows: WrittenRows, member: str) -> None:
    """Deletes a member."""
    rows.execute(_DELETE_MEMBER, of_id=member)


def insert_meeting(rows: WrittenRows, new: MeetingRow) -> None:
    """Keeps a new meeting; one of this id stays."""
    rows.execute(_INSERT_MEETING, **values_of(new))


def change_meeting_row(rows: WrittenRows, meeting: str, met_on: date, starts_at: str, agenda: str) -> None:
    """Changes the day, hour and agenda of a meeting."""
    rows.execute(_CHANGE_MEETING, of_id=meeting, met_on=met_on, starts_at=starts_at, agenda=agenda)


def delete_meeting(rows: WrittenRows, meeting: str) -> None:
    """Deletes a meeting; its decisions and minutes must be none."""
    rows.execute(_DELETE_MEETING, of_id=meeting)


def mark_sent(rows: WrittenRows, meeting: str, report: str, sent_on: date) -> None:
    """Notes which report was sent before a meeting, and when."""
    rows.execute(_MARK_SENT, of_id=meeting, report=report, pack_sent_on=sent_on)


def insert_decision(rows: WrittenRows, new: DecisionRow) -> None:
    """Keeps a new decision; one of this id stays."""
    rows.execute(_INSERT_DECISION, **values_of(new))


def keep_minutes(rows: WrittenRows, new: MinutesRow) -> None:
    """Keeps the minutes of a meeting instead of those before."""
    rows.execute(_KEEP_MINUTES, **values_of(new))


def delete_minutes(rows: WrittenRows, meeting: str) -> None:
    """Deletes the minutes of a meeting."""
    rows.execute(_DELETE_MINUTES, of_id=meeting)
