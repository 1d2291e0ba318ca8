"""What a visitor may do on the phone: see the ticket, give up, take back."""

from datetime import datetime, timedelta
from typing import Any

from server.domain.author import Author
from server.domain.facts import FactKind
from server.domain.instants import from_micros, micros_to_text, to_micros
from server.domain.refusals import Refusal
from server.domain.visits.facts import leg_ended, visit_taken_back
from server.domain.visits.transitions import LegState, Verb, give_up_reason, next_state
from server.ids import token_digest
from server.store.engine.idempotency_keys import WriteKey
from server.store.engine.rows import Row
from server.store.journal.facts import facts_of_visit
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import HallTransaction
from server.store.visits.legs import LEG_COLUMNS
from server.usecases.visits.undo_gesture import rows_before

VISITOR = Author("visitor")
MAY_TAKE_BACK_FOR = timedelta(minutes=10)

_COLUMNS = ", ".join(f"l.{column.strip()}" for column in LEG_COLUMNS.split(","))
_BY_TOKEN = (
    f"SELECT {_COLUMNS} FROM ticket_access a JOIN leg l ON l.visit = a.visit WHERE a.token_digest = :digest"
    f" ORDER BY l.position DESC LIMIT 1"
)
_BY_CODE = (
    f"SELECT {_COLUMNS} FROM ticket_access a JOIN leg l ON l.visit = a.visit"
    " WHERE a.short_code = :code AND a.business_day >= :on ORDER BY l.position DESC LIMIT 1"
)


def leg_of_token(rows: Any, token: str) -> Row:
    """The last leg of the visit a token belongs to. Refusal: unknown_ticket (also once it was purged)."""
    row: Row | None = rows.one(_BY_TOKEN, digest=token_digest(token))
    if row is None:
        raise Refusal("unknown_ticket")
    return row


def leg_of_short_code(rows: Any, code: str, on: str) -> Row:
    """The last leg of the visit with this short code, issued on a business day or since.

    Refusal: unknown_ticket.
    """
    row: Row | None = rows.one(_BY_CODE, code=code.strip().upper(), on=on)
    if row is None:
        raise Refusal("unknown_ticket")
    return row


def give_up(database: Database, token: str, *, write_key: WriteKey | None = None) -> None:
    """The visitor leaves: before the call abandoned, after it left_after_call.

    Refusals: unknown_ticket, wrong_state.
    """
    with database.read() as rows:
        hall = leg_of_token(rows, token)["hall"]

    def end(transaction: HallTransaction) -> None:
        leg = leg_of_token(transaction, token)
        next_state(leg["state"], Verb.GIVE_UP)
        transaction.record(
            leg_ended(
                leg["id"],
                leg["visit"],
                reason=give_up_reason(was_called=leg["first_called_at"] is not None),
                counter=None,
                note="visitor",
            )
        )

    database.write(hall, VISITOR, write_key, end)


def may_take_back(leg: Row, *, now_micros: int) -> bool:
    """Whether giving up may still be taken back: the visitor's own, before the call.

    Not more than ten minutes ago.
    """
    if leg["end_reason"] != "abandoned" or leg["ended_at"] is None:
        return False
    return now_micros - int(leg["ended_at"]) <= int(MAY_TAKE_BACK_FOR.total_seconds()) * 1_000_000


def take_back_until(leg: Row, *, now: datetime) -> datetime | None:
    """The last instant at which giving up may be taken back; None when it may not."""
    is_possible = may_take_back(leg, now_micros=to_micros(now))
    return from_micros(leg["ended_at"]) + MAY_TAKE_BACK_FOR if is_possible else None


def take_back(database: Database, token: str, *, write_key: WriteKey | None = None) -> None:
    """The visitor stays after all and keeps the rank.

    Refusals: unknown_ticket, wrong_state, too_late_to_undo.
    """
    with database.read() as rows:
        hall = leg_of_token(rows, token)["hall"]

    def take_back_now(transaction: HallTransaction) -> None:
        leg = leg_of_token(transaction, token)
        facts = facts_of_visit(transaction, leg["visit"])
        last = facts[-1][1]
        gave_up = (
            last.kind == FactKind.LEG_ENDED
            and last.body["note"] == "visitor"
            and last.body["reason"] == "abandoned"
        )
        if leg["state"] != LegState.ENDED or not gave_up:
            raise Refusal("wrong_state", state=leg["state"], verb="take_back")
        if transaction.now - from_micros(last.happened_at) > MAY_TAKE_BACK_FOR:
            raise Refusal("too_late_to_undo", minutes=int(MAY_TAKE_BACK_FOR.total_seconds() // 60))
        restored = rows_before([last], [fact for _, fact in facts[:-1]], now=micros_to_text(last.happened_at))
        transaction.record(visit_taken_back(leg["id"], leg["visit"], {"rows": restored}))

    database.write(hall, VISITOR, write_key, take_back_now)
