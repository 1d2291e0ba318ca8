"""What people do with an entry of the register: answer it, mark it, plan an action, release its wording."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from server.domain.actions import ActionOrigin, ActionRequest, ActionState, OriginKind
from server.domain.attention import AttentionKind, AttentionReach, AttentionRow, Urgency
from server.domain.author import Author
from server.domain.complaints import (
    BUDGET_OF,
    LONGEST_PUBLIC,
    LONGEST_REASON,
    LONGEST_TEXT,
    MOST_A_DAY,
    PUBLIC_CHANNELS,
    Arrival,
    EntryState,
    EntryVerb,
    Flood,
    check_length,
    contact_erased_at,
    counted_from,
    find_flood,
    is_late,
    may_read_about_agents,
    next_state,
)
from server.domain.facts import Json
from server.domain.hall.configuration import HallConfiguration
from server.domain.languages import FRENCH
from server.domain.people.roles import Permission
from server.domain.refusals import Refusal
from server.store import complaints
from server.store.complaints import EntryRow
from server.store.configuration.halls import all_halls
from server.store.engine.statements import Rows
from server.store.engine.writes import WriteKey
from server.store.transactions.database import Database
from server.usecases.actions import add_action_for
from server.usecases.complaints.entries import RegisterReach, find_entry, find_entry_to_change
from server.usecases.notices.gestures import draft_notice
from server.usecases.notices.notice_places import Reach

ENDING = (EntryVerb.ANSWER, EntryVerb.DROP, EntryVerb.CLOSE)
"""The verbs that fix when the author’s contact is erased."""


def act_on_entry(
    database: Database, reach: RegisterReach, entry: str, verb: EntryVerb, *, words: str = ""
) -> None:
    """Does a verb with an entry. `words`: the answer, or the reason why there is none.

    An answer, or the decision to give none, fixes when the author’s contact is erased. Refusals:
    unknown_hall, unknown_complaint, complaint_moved, complaint_answer_missing, complaint_reason_missing,
    complaint_text_too_long.
    """
    said, now = words.strip(), database.clock.now()
    rules = database.configuration(database.hall_id(reach.hall)).site.complaints
    if verb is EntryVerb.ANSWER:
        if not said:
            raise Refusal("complaint_answer_missing", field="answer")
        check_length(said, LONGEST_TEXT, "answer")
    if verb is EntryVerb.DROP:
        if not said:
            raise Refusal("complaint_reason_missing", field="reason")
        check_length(said, LONGEST_REASON, "reason")
    with database.store.write() as rows:
        row = find_entry_to_change(rows, database, reach, entry)
        state = next_state(row.state, verb, row.kind)
        changed = replace(row, state=state)
        if verb is EntryVerb.ANSWER:
            changed = replace(changed, answer=said, answered_at=now)
        elif verb is EntryVerb.DROP:
            changed = replace(changed, reason=said, answered_at=now)
        elif verb is EntryVerb.CLOSE:
            changed = replace(changed, closed_at=now)
        elif verb is EntryVerb.RESTORE:
            changed = replace(changed, reason="")
        complaints.change_entry(rows, changed)
        contact = complaints.contact_of(rows, entry)
        if contact is not None and verb in ENDING:
            ended = changed.answered_at or now
            erased = contact_erased_at(row.received_at, ended, rules.contact_days)
            complaints.erase_contact_after(rows, entry, min(erased, contact.erase_after))


def mark_about_agent(database: Database, reach: RegisterReach, entry: str, *, concerns_agent: bool) -> None:
    """Marks an entry, or takes the mark back, which only those who read marked entries can.

    Refusals: unknown_hall, unknown_complaint.
    """
    _change(database, reach, entry, lambda row: replace(row, concerns_agent=concerns_agent))


def plan_action(database: Database, reach: RegisterReach, entry: str, remark: str) -> str:
    """The id of the action of an entry; it is made once. `remark`: as the person who plans it writes it.

    Refusals: unknown_hall, unknown_complaint; those of `checked_action`.
    """
    site = database.configuration(database.hall_id(reach.hall)).site
    with database.read() as rows:
        row = find_entry(rows, database, reach, entry)
    if row.action is not None:
        return row.action
    action_request = ActionRequest(remark, "", "", "", "", ActionState.TO_DO)
    action = add_action_for(database, site, ActionOrigin(OriginKind.COMPLAINT, row.id), action_request)
    _change(database, reach, entry, lambda row: replace(row, action=action))
    return action


def _change(
    database: Database, reach: RegisterReach, entry: str, changed: Callable[[EntryRow], EntryRow]
) -> None:
    """Keeps what becomes of an entry. Refusal: unknown_complaint."""
    with database.store.write() as rows:
        row = find_entry_to_change(rows, database, reach, entry)
        complaints.change_entry(rows, changed(row))


RELEASABLE = (EntryState.ANSWERED, EntryState.CLOSED)
MOST_SHOWN = 20
"""Released answers on the public page of a hall, the newest ones."""


@dataclass(frozen=True, slots=True)
class PublicWording:
    """What everybody may read of an entry, as a person edited it. `is_checked`: nobody is recognisable."""

    asked: str
    done: str
    is_checked: bool


def release_entry(
    database: Database,
    author: Author,
    reach: RegisterReach,
    entry: str,
    wording: PublicWording,
    *,
    translate: Callable[..., str],
) -> str:
    """Releases the wording and drafts its notice for the screens of the hall; the id of the notice.

    A second release changes the wording of the public page and drafts no second notice. Refusals:
    unknown_complaint, complaint_moved without an answer, complaint_public_missing, complaint_text_too_long,
    complaint_unchecked, each with its `field`.
    """
    asked, done = " ".join(wording.asked.split()), " ".join(wording.done.split())
    for field, text in (("public_asked", asked), ("public_done", done)):
        if not text:
            raise Refusal("complaint_public_missing", field=field)
        check_length(text, LONGEST_PUBLIC, field)
    if not wording.is_checked:
        raise Refusal("complaint_unchecked", field="is_checked")
    configuration = database.configuration(database.hall_id(reach.hall))
    with database.read() as rows:
        row = find_entry(rows, database, reach, entry)
    if row.state not in RELEASABLE:
        raise Refusal("complaint_moved")
    notice = row.notice or _draft(database, author, configuration, row, (asked, done), translate)
    now = database.clock.now()
    _change(
        database,
        reach,
        entry,
        lambda row: replace(row, public_asked=asked, public_done=done, released_at=now, notice=notice),
    )
    return notice


def withdraw_release(database: Database, reach: RegisterReach, entry: str) -> None:
    """Takes the wording off the public page; the notice has its own life. Refusal: unknown_complaint."""
    _change(database, reach, entry, lambda row: replace(row, released_at=None))


def read_released(database: Database, hall: str) -> list[EntryRow]:
    """The released answers of a hall (id), the newest first; none while its site has no register."""
    if not database.configuration(hall).site.complaints.has_register:
        return []
    with database.read() as rows:
        return complaints.released_entries(rows, hall, MOST_SHOWN)


def _draft(
    database: Database,
    author: Author,
    hall: HallConfiguration,
    row: EntryRow,
    words: tuple[str, str],
    translate: Callable[..., str],
) -> str:
    """The id of the drafted notice; pressed twice it is the same one."""
    asked, done = words
    content: Json = {
        "kind": "asked_and_done",
        "titles": {FRENCH: translate("complaints.notice_title", FRENCH)},
        "targets": {"halls": [hall.hall], "everywhere": False},
        "asked": {FRENCH: asked},
        "done": {FRENCH: done},
    }
    site = frozenset({hall.site.slug})
    drafted = draft_notice(
        database,
        author,
        content,
        reach=Reach(site, frozenset()),
        write_key=WriteKey.of_author(author, f"complaint-{row.id}", row.id.encode()),
    )
    return drafted["notice"]


@dataclass(frozen=True, slots=True)
class ReadFlood:
    """A flood as a person sees it. `count`: entries they may set aside; `hidden`: those they may not read.

    `begun_at`, `last_at`: when the first and the last of `count` were received; None without one.
    """

    count: int
    hidden: int
    begun_at: datetime | None
    last_at: datetime | None
    is_full: bool


def read_flood(database: Database, reach: RegisterReach) -> ReadFlood | None:
    """The flood of a hall’s register; None while there is none. Refusal: unknown_hall."""
    with database.read() as rows:
        flood = flood_of(rows, database.hall_id(reach.hall), database.clock.now())
    if not flood.arrivals and not flood.full:
        return None
    own = [each for each in flood.arrivals if reach.reads_about_agents or not each.concerns_agent]
    return ReadFlood(
        count=len(own),
        hidden=len(flood.arrivals) - len(own),
        begun_at=own[0].received_at if own else None,
        last_at=own[-1].received_at if own else None,
        is_full=bool(flood.full),
    )


def flood_of(rows: Rows, hall: str, now: datetime) -> Flood:
    """The flood of a hall’s register (id) at an instant."""
    return _find_floods(rows, hall, complaints.unanswered_entries(rows, hall), now)(hall)


def _find_floods(
    rows: Rows, hall: str | None, unanswered: Iterable[EntryRow], now: datetime
) -> Callable[[str], Flood]:
    """Finds the flood of a hall’s register (id) among its unanswered entries; `hall` None: of any hall."""
    counts = complaints.count_public_entries(rows, hall, since=now - BUDGET_OF)
    reopened = dict(complaints.reopenings(rows, hall))
    arrivals = defaultdict[str, list[Arrival]](list)
    for row in unanswered:
        if row.channel in PUBLIC_CHANNELS and row.state == EntryState.RECEIVED:
            arrival = Arrival(row.id, row.channel, row.received_at, row.concerns_agent)
            arrivals[row.hall].append(arrival)

    def flood(of: str) -> Flood:
        full = [channel for at, channel, count in counts if at == of and count >= MOST_A_DAY]
        return find_flood(arrivals[of], full=full, since=counted_from(now, reopened.get(of)))

    return flood


def reopen_register(database: Database, reach: RegisterReach) -> None:
    """Lets the public page take entries again: its budget begins anew now. Refusal: unknown_hall."""
    with database.store.write() as rows:
        complaints.keep_reopening(rows, database.hall_id(reach.hall), database.clock.now())


def set_flood_aside(database: Database, reach: RegisterReach, *, until: datetime, reason: str) -> int:
    """Sets aside what a flood wrote and the person may read, as far as they saw it (`until`); how many.

    What somebody reads meanwhile stays. Refusals: unknown_hall, complaint_reason_missing,
    complaint_text_too_long.
    """
    said = " ".join(reason.split())
    if not said:
        raise Refusal("complaint_reason_missing", field="flood_reason")
    check_length(said, LONGEST_REASON, "flood_reason")
    with database.store.write() as rows:
        flood = flood_of(rows, database.hall_id(reach.hall), database.clock.now())
        chosen = [
            each.id
            for each in flood.arrivals
            if each.received_at <= until and (reach.reads_about_agents or not each.concerns_agent)
        ]
        return complaints.move_entries(rows, chosen, (EntryState.RECEIVED, EntryState.SET_ASIDE), said)


def restore_flood(database: Database, reach: RegisterReach) -> int:
    """Brings back what was set aside and the person may read; how many entries. Refusal: unknown_hall."""
    with database.store.write() as rows:
        chosen = [
            row.id
            for row in complaints.entries_of(rows, database.hall_id(reach.hall))
            if row.state == EntryState.SET_ASIDE and (reach.reads_about_agents or not row.concerns_agent)
        ]
        return complaints.move_entries(rows, chosen, (EntryState.SET_ASIDE, EntryState.RECEIVED), "")


def complaints_to_attend(database: Database, reach: AttentionReach) -> Iterator[AttentionRow]:
    """One row a hall for a flood, one for late answers, and one for entries that are not read yet.

    What concerns a person of the reception counts only for whoever reads it in the register.
    """
    halls = reach.halls_where(Permission.ANSWER_COMPLAINTS)
    halls = [hall for hall in halls if hall.site.complaints.has_register]
    if not halls:
        return
    unanswered = defaultdict[str, list[EntryRow]](list)
    with database.read() as rows:
        ids = {row.slug: row.id for row in all_halls(rows)}
        every = complaints.unanswered_entries(rows, None)
        flood_in = _find_floods(rows, None, every, reach.now)
    for row in every:
        unanswered[row.hall].append(row)
    for hall in halls:
        found = unanswered[ids[hall.hall]]
        reads_about_agents = may_read_about_agents(reach.roles_at(hall.site.slug))
        yield from _flood_row(hall, flood_in(ids[hall.hall]), reach.now)
        yield from _rows(
            hall, [row for row in found if reads_about_agents or not row.concerns_agent], reach.now
        )


def _flood_row(hall: HallConfiguration, flood: Flood, now: datetime) -> Iterator[AttentionRow]:
    """A flood, now while it keeps visitors from writing. It counts what the reader may not read."""
    if not flood.arrivals and not flood.full:
        return
    yield AttentionRow(
        kind=AttentionKind.REGISTER_FLOODED,
        urgency=Urgency.NOW if flood.full else Urgency.TODAY,
        since=flood.arrivals[0].received_at if flood.arrivals else now,
        site=hall.site.slug,
        sentence="complaints.to_attend.full" if flood.full else "complaints.to_attend.flood",
        path=f"/voix/registre?hall={hall.hall}",
    )


def _rows(hall: HallConfiguration, entries: Sequence[EntryRow], now: datetime) -> Iterator[AttentionRow]:
    today = hall.site.local_day(now)
    late = [row.due_on for row in entries if row.due_on and is_late(row.state, row.due_on, today)]
    unread = [row.received_at for row in entries if row.state == EntryState.RECEIVED]
    path, site = f"/voix/registre?hall={hall.hall}", hall.site.slug
    if late:
        yield AttentionRow(
            kind=AttentionKind.COMPLAINT_LATE,
            urgency=Urgency.TODAY,
            since=datetime.combine(min(late) + timedelta(days=1), time(), hall.site.zone),
            site=site,
            sentence="complaints.to_attend.late",
            values={"count": len(late)},
            path=path,
        )
    if unread:
        yield AttentionRow(
            kind=AttentionKind.COMPLAINT_UNREAD,
            urgency=Urgency.SOON,
            since=min(unread),
            site=site,
            sentence="complaints.to_attend.unread",
            values={"count": len(unread)},
            path=path,
        )
