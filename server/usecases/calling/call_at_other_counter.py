"""Call a visit to another counter, which the agent's session takes. It is one gesture, undone as one."""

from dataclasses import dataclass

from server.domain.author import Author
from server.domain.calling.facts import CalledBy
from server.domain.calling.queue_order import chosen_by_hand
from server.store.engine.idempotency_keys import WriteKey
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import HallTransaction
from server.usecases.answers import Leg
from server.usecases.calling.call_next import record_call, waiting_and_callable
from server.usecases.counters.counter_sessions import end_free_place, take_further
from server.usecases.counters.own_session import session_held
from server.usecases.legs.checks import check_no_alert


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The counter, the visit and the reason. `stays`: the session keeps its present counter too."""

    to: str
    visit: str
    reason: str
    stays: bool = False


def call_elsewhere(
    database: Database,
    counter: str,
    author: Author,
    request: Elsewhere,
    *,
    session: str | None = None,
    write_key: WriteKey | None = None,
) -> Leg:
    """The leg called at the other counter, a place of the session that holds `counter` from now on.

    Refusals: no_counter_session, alert_in_force, wrong_state while it pauses or when the visit does not
    wait, place_busy when somebody is at the counter to be left or at the other one, unknown_counter,
    counter_taken, and those of calling a chosen visit there: unknown_visit, needs_step_free,
    linked_elsewhere, on_break.
    """

    def call(transaction: HallTransaction) -> Leg:
        present = session_held(transaction, counter, session)
        check_no_alert(transaction)
        chosen = waiting_and_callable(transaction, request.visit, request.to)
        place = take_further(transaction, request.to, present.session)
        if not request.stays:
            end_free_place(transaction, present)
        why = chosen_by_hand(chosen.reference_at, transaction.now, request.reason)
        left = None if request.stays else present.id
        by = CalledBy(request.to, place, request.reason, is_elsewhere=True, left=left)
        return record_call(transaction, by, chosen, why=why)

    return database.write(database.hall_of_counter(counter), author, write_key, call)
