"""« +1 reçu sans ticket »: someone was helped at the desk without a ticket."""

from server.domain.facts import greeting_counted
from server.domain.refusals import Refusal
from server.ids import new_id
from server.store.database import Database
from server.store.installation import Author
from server.store.write_keys import WriteKey
from server.usecases.answers import Answer
from server.usecases.opening import opening_now


def count_greeting(
    database: Database,
    hall: str,
    author: Author,
    *,
    service: str,
    counter: str | None = None,
    write_key: WriteKey | None = None,
) -> Answer:
    """The greeting counted. Refusals: unknown_service, unknown_counter."""
    with database.transaction(hall, author, write_key) as transaction:
        if transaction.is_replayed:
            return dict(transaction.replayed_answer)
        configuration = transaction.configuration
        if service not in configuration.services or configuration.services[service].is_retired:
            raise Refusal("unknown_service", service=service)
        if counter is not None and counter not in configuration.counters:
            raise Refusal("unknown_counter", counter=counter)
        greeting = new_id()
        on = opening_now(configuration, service, transaction.now).on
        transaction.record(greeting_counted(greeting, on, service=service, counter=counter))
        return transaction.answer({"greeting": greeting, "service": service})
