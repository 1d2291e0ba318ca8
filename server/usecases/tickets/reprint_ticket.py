"""Print a ticket again: a new job, marked as a duplicate on paper and as a fact; the first paper is void."""

import json

from server.domain.author import Author
from server.domain.facts import FactKind, of_kind
from server.domain.refusals import Refusal
from server.store.engine.idempotency_keys import WriteKey
from server.store.printing.print_jobs import queue_job
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import HallTransaction
from server.usecases.answers import Answer
from server.usecases.tickets.ticket_token import token_again

_LAST = "SELECT printer, copy, document FROM print_job WHERE visit = :visit ORDER BY copy DESC LIMIT 1"


def reprint_ticket(
    database: Database, hall: str, author: Author, visit: str, *, write_key: WriteKey | None = None
) -> Answer:
    """The new job.

    Refusals: unknown_visit; no_printer when nothing was ever printed for it and the hall has no printer.
    """

    def reprint(transaction: HallTransaction) -> Answer:
        if (
            transaction.one(
                "SELECT id FROM visit WHERE id = :visit AND hall = :hall", visit=visit, hall=transaction.hall
            )
            is None
        ):
            raise Refusal("unknown_visit", visit=visit)
        last = transaction.one(_LAST, visit=visit)
        printers = [
            kiosk.id for kiosk in transaction.configuration.kiosks.values() if kiosk.printer is not None
        ]
        if last is None and not printers:
            raise Refusal("no_printer")
        content = (
            json.loads(last["document"])
            if last is not None
            else {"kind": "ticket", "language": "fr", "ahead": None}
        )
        printer, copy = (last["printer"], last["copy"] + 1) if last is not None else (printers[0], 1)
        token_again(database, transaction, visit)  # renewed where it was made with another key
        job = queue_job(transaction, printer, visit=visit, copy=copy, content=content | {"is_reprint": True})
        transaction.record(of_kind(FactKind.TICKET_REPRINTED, visit=visit, job=job, copy=copy))
        return {"job": job, "state": "queued", "verdict": None}

    return database.write(hall, author, write_key, reprint)
