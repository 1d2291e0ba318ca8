"""Decide what becomes of those who still wait at the break: finish the queue, or carry over."""

from typing import TypedDict

from hardware.json_types import InstantText
from server.domain.author import Author
from server.domain.hall.facts import break_decided
from server.domain.hours.half_days import AtBreak, next_break
from server.domain.instants import to_text
from server.domain.refusals import Refusal
from server.ids import new_id
from server.store.engine.idempotency_keys import WriteKey
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import HallTransaction


class BreakDecidedAnswer(TypedDict):
    """What holds for a break."""

    choice: AtBreak
    begins_at: InstantText
    resumes_at: InstantText


def decide_break(
    database: Database, hall: str, author: Author, choice: AtBreak, *, write_key: WriteKey | None = None
) -> BreakDecidedAnswer:
    """What holds for the break that runs or comes next today; it may be decided again until it ends.

    Refusal: no_break when the day has none left.
    """

    def decide(transaction: HallTransaction) -> BreakDecidedAnswer:
        at = next_break(transaction.configuration.calendar, transaction.now)
        if at is None:
            raise Refusal("no_break")
        transaction.record(break_decided(new_id(), at, choice=choice))
        return {
            "choice": choice,
            "begins_at": to_text(at.begins_at),
            "resumes_at": to_text(at.resumes_at),
        }

    return database.write(hall, author, write_key, decide)
