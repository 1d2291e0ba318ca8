"""Note what helps a visitor, at the kiosk with the ticket or at a desk; erased when the day closes."""

from collections.abc import Collection
from datetime import date
from typing import TypedDict

from server.domain.author import Author
from server.domain.hours.calendars import day_closes_at
from server.domain.refusals import Refusal
from server.domain.visits.facts import needs_noted
from server.domain.visits.needs import Need, needs_of, needs_text
from server.store.engine.idempotency_keys import WriteKey
from server.store.journal.erasables import keep_erasable
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import HallTransaction
from server.store.visits.visits import visit_row


class NeedsAnswer(TypedDict):
    """What helps a visitor."""

    visit: str
    needs: list[Need]


def note_needs(
    database: Database,
    visit: str,
    author: Author,
    needs: Collection[str],
    *,
    counter: str | None = None,
    write_key: WriteKey | None = None,
) -> NeedsAnswer:
    """The needs of a visit from now on, in place of those noted before; an empty list takes them away.

    Refusals: unknown_visit, wrong_state when the visit has ended.
    """
    with database.read() as rows:
        row = visit_row(rows, visit)
    if row is None:
        raise Refusal("unknown_visit", visit=visit)

    def note(transaction: HallTransaction) -> NeedsAnswer:
        row = visit_row(transaction, visit)
        assert row is not None
        if row.end_reason is not None:
            raise Refusal("wrong_state", state="ended", verb="note_needs")
        text = record_needs(transaction, visit, needs, on=row.business_day, counter=counter)
        return {"visit": visit, "needs": list(needs_of(text))}

    return database.write(row.hall, author, write_key, note)


def record_needs(
    transaction: HallTransaction, visit: str, needs: Collection[str], *, on: date, counter: str | None = None
) -> str:
    """Keeps the needs of a visit until its business day `on` closes. Returns the text that is kept."""
    text, kept = needs_text(needs), None
    if text:
        until = day_closes_at(transaction.configuration.calendar, on)
        kept = keep_erasable(transaction, text, until=until)
    transaction.record(needs_noted(visit, kept, counter=counter))
    return text
