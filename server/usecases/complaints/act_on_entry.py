"""What people do with an entry of the register: answer it, mark it, plan an action, release its wording."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from server.domain.actions import ActionOrigin, ActionRequest, ActionState, OriginKind
from server.domain.author import Author
from server.domain.complaints import (
    LONGEST_PUBLIC,
    LONGEST_REASON,
    LONGEST_TEXT,
    EntryState,
    EntryVerb,
    check_length,
    contact_erased_at,
    next_state,
)
from server.domain.facts import Json
from server.domain.hall.configuration import HallConfiguration
from server.domain.languages import FRENCH
from server.domain.refusals import Refusal
from server.store.complaints import EntryRow, change_entry, contact_of, erase_contact_after, released_entries
from server.store.engine.idempotency_keys import WriteKey
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
        change_entry(rows, changed)
        contact = contact_of(rows, entry)
        if contact is not None and verb in ENDING:
            ended = changed.answered_at or now
            erased = contact_erased_at(row.received_at, ended, rules.contact_days)
            erase_contact_after(rows, entry, min(erased, contact.erase_after))


def mark_about_agent(database: Database, reach: RegisterReach, entry: str, *, concerns_agent: bool) -> None:
    """Marks an entry, or takes the mark back, which only those who read marked entries can.

    Refusals: unknown_hall, unknown_complaint.
    """
    with database.store.write() as rows:
        row = find_entry_to_change(rows, database, reach, entry)
        change_entry(rows, replace(row, concerns_agent=concerns_agent))


def plan_action(database: Database, reach: RegisterReach, entry: str, remark: str) -> str:
    """The id of the action of an entry; it is made once. `remark`: as the person who plans it writes it.

    Refusals: unknown_hall, unknown_complaint; those of `checked_action`.
    """
    site = database.configuration(database.hall_id(reach.hall)).site.slug
    with database.read() as rows:
        row = find_entry(rows, database, reach, entry)
    if row.action is not None:
        return row.action
    action_request = ActionRequest(remark, "", "", "", "", ActionState.TO_DO)
    action = add_action_for(database, site, ActionOrigin(OriginKind.COMPLAINT, row.id), action_request)
    with database.store.write() as rows:
        current = find_entry_to_change(rows, database, reach, entry)
        change_entry(rows, replace(current, action=action))
    return action


RELEASABLE = (EntryState.ANSWERED, EntryState.CLOSED)
MOST_SHOWN = 20
"""Released answers on the public page of a hall, the newest ones."""


@dataclass(frozen=True, slots=True)
class PublicWording:
    """What everybody may read of an entry, as a person edited it. `is_checked`: nobody is recognisable."""

    asked: str
    done: str
    is_checked: bool


@dataclass(frozen=True, slots=True)
class ReleasedAnswer:
    """A request and what was done, in French."""

    asked: str
    done: str


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
    with database.store.write() as rows:
        current = find_entry_to_change(rows, database, reach, entry)
        now = database.clock.now()
        changed = replace(current, public_asked=asked, public_done=done, released_at=now, notice=notice)
        change_entry(rows, changed)
    return notice


def withdraw_release(database: Database, reach: RegisterReach, entry: str) -> None:
    """Takes the wording off the public page; the notice has its own life. Refusal: unknown_complaint."""
    with database.store.write() as rows:
        row = find_entry_to_change(rows, database, reach, entry)
        change_entry(rows, replace(row, released_at=None))


def read_released(database: Database, hall: str) -> list[ReleasedAnswer]:
    """The released answers of a hall (id), the newest first; none while its site has no register."""
    if not database.configuration(hall).site.complaints.is_open:
        return []
    with database.read() as rows:
        found = released_entries(rows, hall, MOST_SHOWN)
    return [ReleasedAnswer(row.public_asked, row.public_done) for row in found]


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
