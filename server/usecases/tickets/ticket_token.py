"""The token of a ticket once more: for a repeated press, a repeated request, or a new paper."""

from server.ids import token_digest
from server.store.tickets.ticket_access import renew_token, token_of_visit
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import HallTransaction
from server.usecases.tickets.ticket_answers import IssuedTicket, KeptTicket


def answered_again(database: Database, transaction: HallTransaction, kept: KeptTicket) -> IssuedTicket:
    """The answer to a request that is repeated, with the token of its ticket."""
    token = token_again(database, transaction, kept["visit"])
    return {**kept, "token": token, "is_repeated": True}


def token_again(database: Database, transaction: HallTransaction, visit: str) -> str:
    """The token of a ticket; a new one instead of it where it was made with another key."""
    tokens = database.ticket_tokens
    row = token_of_visit(transaction, visit)
    found = None if row is None else tokens.remake(visit, digest=row.token_digest)
    if found is not None:
        return found
    token = tokens.of(visit)
    renew_token(transaction, visit, digest=token_digest(token))
    return token
