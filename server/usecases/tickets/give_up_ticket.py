"""What a visitor may do on the phone: read the ticket, give it up, take that back."""

from datetime import date, datetime, timedelta

from server.domain.author import Author
from server.domain.facts import FactKind
from server.domain.instants import from_micros, micros_to_text
from server.domain.refusals import Refusal
from server.domain.visits.facts import leg_ended, visit_taken_back
from server.domain.visits.gestures import Verb, next_state
from server.domain.visits.transitions import LegState, give_up_reason
from server.ids import token_digest
from server.store.engine.idempotency_keys import WriteKey
from server.store.engine.rows import Rows
from server.store.journal.facts import facts_of_visit
from server.store.tickets.ticket_access import leg_of_code, leg_of_digest
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import HallTransaction
from server.store.visits.legs import LegRow
from server.usecases.visits.undo_gesture import restored_body, rows_before

VISITOR = Author("visitor")
MAY_TAKE_BACK_FOR = timedelta(minutes=10)


def leg_of_token(rows: Rows, token: str) -> LegRow:
    """The last leg of the visit a token belongs to. Refusal: unknown_ticket (also once it was purged)."""
    leg = leg_of_digest(rows, token_digest(token))
    if leg is None:
        raise Refusal("unknown_ticket")
    return leg


def leg_of_short_code(rows: Rows, code: str, *, since: date) -> LegRow:
    """The last leg of the visit with this short code, issued on a business day or later.

    Refusal: unknown_ticket.
    """
    leg = leg_of_code(rows, code.strip().upper(), since=since)
    if leg is None:
        raise Refusal("unknown_ticket")
    return leg


def give_up(database: Database, token: str, *, write_key: WriteKey | None = None) -> None:
    """The visitor leaves; the leg ends as abandoned, or once it was called as left_after_call.

    Refusals: unknown_ticket, wrong_state.
    """
    with database.read() as rows:
        hall = leg_of_token(rows, token).hall

    def end(transaction: HallTransaction) -> None:
        leg = leg_of_token(transaction, token)
        next_state(leg.state, Verb.GIVE_UP)
        transaction.record(
            leg_ended(
                leg.id,
                leg.visit,
                reason=give_up_reason(was_called=leg.first_called_at is not None),
                counter=None,
                note="visitor",
            )
        )

    database.write(hall, VISITOR, write_key, end)


def take_back_until(leg: LegRow, *, now: datetime) -> datetime | None:
    """The last instant at which giving up may be taken back; None when it may not.

    It may for ten minutes, where the visitor left before the call.
    """
    if leg.end_reason != "abandoned" or leg.ended_at is None:
        return None
    until = leg.ended_at + MAY_TAKE_BACK_FOR
    return until if now <= until else None


def take_back(database: Database, token: str, *, write_key: WriteKey | None = None) -> None:
    """The visitor stays after all, with the rank of before.

    Refusals: unknown_ticket, wrong_state, too_late_to_undo.
    """
    with database.read() as rows:
        hall = leg_of_token(rows, token).hall

    def take_back_now(transaction: HallTransaction) -> None:
        leg = leg_of_token(transaction, token)
        facts = facts_of_visit(transaction, leg.visit)
        last = facts[-1][1]
        gave_up = (
            last.kind == FactKind.LEG_ENDED
            and last.body["note"] == "visitor"
            and last.body["reason"] == "abandoned"
        )
        if leg.state != LegState.ENDED or not gave_up:
            raise Refusal("wrong_state", state=leg.state, verb="take_back")
        if transaction.now - from_micros(last.happened_at) > MAY_TAKE_BACK_FOR:
            raise Refusal("too_late_to_undo", minutes=int(MAY_TAKE_BACK_FOR.total_seconds() // 60))
        restored = rows_before([last], [fact for _, fact in facts[:-1]], now=micros_to_text(last.happened_at))
        transaction.record(visit_taken_back(leg.id, leg.visit, restored_body(restored)))

    database.write(hall, VISITOR, write_key, take_back_now)
