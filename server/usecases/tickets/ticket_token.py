"""The token of a ticket, told once more: to a repeated press, a repeated request, or on a new paper."""

from server.ids import token_digest
from server.store.tickets.ticket_tokens import ACCESS, RENEW
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import HallTransaction
from server.usecases.answers import Answer


def answered_again(database: Database, transaction: HallTransaction, kept: Answer) -> Answer:
    """A kept answer as it was given; one kept before the upgrade to digests still holds its token."""
    return kept if "token" in kept else kept | {"token": token_again(database, transaction, kept["visit"])}


def token_again(database: Database, transaction: HallTransaction, visit: str) -> str:
    """The token of a ticket; a new one, in place of the old, where it was made with another key."""
    tokens = database.ticket_tokens
    row = transaction.one(ACCESS, visit=visit)
    former = None if row is None else tokens.again(visit, digest=row["token_digest"], former=row["token"])
    if former is not None:
        return former
    token = tokens.of(visit)
    transaction.run(RENEW, digest=token_digest(token), visit=visit)
    return token
