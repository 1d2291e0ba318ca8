"""« Bobine changée »: somebody has put another roll into a printer."""

from server.domain.author import Author
from server.domain.facts import FactKind, of_kind
from server.domain.instants import to_micros
from server.domain.printing.paper_rolls import Roll, RollEnd
from server.domain.refusals import Refusal
from server.store.engine.idempotency_keys import WriteKey
from server.store.printing.paper_rolls import roll_in, roll_kept
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import HallTransaction
from server.usecases.answers import Answer


def change_roll(
    database: Database, hall: str, author: Author, kiosk: str, *, write_key: WriteKey | None = None
) -> Answer:
    """The printer of a kiosk has a whole roll from now on; what the one before gave is learnt from.

    Refusals: unknown_kiosk, no_printer.
    """

    def change(transaction: HallTransaction) -> Answer:
        found = transaction.configuration.kiosks.get(kiosk)
        if found is None:
            raise Refusal("unknown_kiosk", name=kiosk)
        if found.printer is None:
            raise Refusal("no_printer")
        before = roll_in(transaction, kiosk)
        end: RollEnd = "out" if before.is_out else "changed"
        for sql, values in roll_kept(kiosk, Roll(), end, now=to_micros(transaction.now)):
            transaction.run(sql, **values)
        transaction.record(of_kind(FactKind.ROLL_CHANGED, printer=kiosk, papers=before.papers))
        return {"printer": kiosk, "papers": before.papers}

    return database.write(hall, author, write_key, change)
