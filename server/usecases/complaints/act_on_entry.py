"""Acknowledge an entry of the register, answer it, close it, leave it without an answer, or restore it."""

from dataclasses import replace

from server.domain.complaints.entries import (
    LONGEST_REASON,
    LONGEST_TEXT,
    EntryVerb,
    check_length,
    contact_erased_at,
    next_state,
)
from server.domain.refusals import Refusal
from server.store.complaints import change_entry, contact_of, erase_contact_after
from server.store.transactions.database import Database
from server.usecases.complaints.read_entries import RegisterReach, find_entry_to_change

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
