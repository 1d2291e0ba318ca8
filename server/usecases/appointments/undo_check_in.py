"""Undo a check-in made by mistake: the appointment is open again and its ticket void."""

from server.domain.appointments.check_in import AppointmentState, check_in_undone
from server.domain.author import Author
from server.domain.refusals import Refusal
from server.domain.visits.facts import leg_ended
from server.domain.visits.transitions import EndReason, LegState
from server.store.appointments import appointment_named
from server.store.engine.idempotency_keys import WriteKey
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import HallTransaction
from server.store.visits.legs import last_leg
from server.usecases.appointments.book_appointment import AppointmentAnswer, appointment_answer
from server.usecases.visits.leg_verbs import NO_PENALTY_TO_CANCEL

_NEVER_CALLED = frozenset({EndReason.CANCELLED, EndReason.ABANDONED})


def undo_check_in(
    database: Database, hall: str, author: Author, name: str, *, write_key: WriteKey | None = None
) -> AppointmentAnswer:
    """Undoes the check-in of an appointment (its id, or its external id), which is the answer.

    Allowed while nobody has called the visitor, and when the ticket was cancelled before a call.
    Refusals: unknown_appointment, not_checked_in, visit_moved_on.
    """

    def undo(transaction: HallTransaction) -> AppointmentAnswer:
        row = appointment_named(transaction, transaction.hall, name)
        if row is None:
            raise Refusal("unknown_appointment")
        if row.state != AppointmentState.CHECKED_IN:
            raise Refusal("not_checked_in")
        assert row.visit is not None
        _end_visit(transaction, row.visit)
        transaction.record(check_in_undone(row.id, row.visit))
        after = appointment_named(transaction, transaction.hall, row.id)
        assert after is not None
        return appointment_answer(after)

    return database.write(hall, author, write_key, undo)


def _end_visit(transaction: HallTransaction, visit: str) -> None:
    leg = last_leg(transaction, visit)
    assert leg is not None
    if leg.state == LegState.ENDED and leg.end_reason in _NEVER_CALLED and leg.position == 1:
        return
    if leg.state != LegState.WAITING or leg.position != 1:
        raise Refusal("visit_moved_on", visit=visit)
    is_at_once = transaction.now - leg.issued_at <= NO_PENALTY_TO_CANCEL
    reason = EndReason.CANCELLED if is_at_once else EndReason.ABANDONED
    transaction.record(leg_ended(leg.id, visit, reason=reason, counter=None, note="check_in_undone"))
