"""Note that somebody has put another roll of paper into a printer."""

from typing import TypedDict

from hardware.json_types import Count
from server.domain.author import Author
from server.domain.facts import FactKind, of_kind
from server.domain.printing.printers import RollEnd
from server.domain.refusals import Refusal
from server.store.engine.idempotency_keys import WriteKey
from server.store.printing.printers import replace_roll, roll_in
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import HallTransaction


class RollChangedAnswer(TypedDict):
    """A printer that got another roll, and how many papers the one before gave."""

    printer: str
    papers: Count


def change_roll(
    database: Database, hall: str, author: Author, kiosk: str, *, write_key: WriteKey | None = None
) -> RollChangedAnswer:
    """Begins a whole roll in the printer of a kiosk; the answer has the papers that the former one gave.

    Refusals: unknown_kiosk, no_printer.
    """

    def change(transaction: HallTransaction) -> RollChangedAnswer:
        found = transaction.configuration.kiosks.get(kiosk)
        if found is None:
            raise Refusal("unknown_kiosk", name=kiosk)
        if found.printer is None:
            raise Refusal("no_printer")
        before = roll_in(transaction, kiosk)
        end: RollEnd = "out" if before.is_out else "changed"
        replace_roll(transaction, kiosk, end)
        transaction.record(of_kind(FactKind.ROLL_CHANGED, printer=kiosk, papers=before.papers))
        return {"printer": kiosk, "papers": before.papers}

    return database.write(hall, author, write_key, change)
