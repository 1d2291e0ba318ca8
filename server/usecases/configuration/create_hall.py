"""Create a hall: a row and an empty journal, for a document that is about to be published."""

from server.domain.author import Author
from server.domain.facts import FactKind, of_kind
from server.domain.instants import to_micros
from server.domain.refusals import Refusal
from server.ids import new_id
from server.store.configuration.configurations import INSTALLATION
from server.store.configuration.documents import newest
from server.store.configuration.halls import hall_id_of, insert_hall
from server.store.transactions.database import Database


def create_hall(database: Database, author: Author, slug: str) -> str:
    """The id of the hall with this slug: a new one with its first epoch, unless it exists.

    Refusal: not_configured before the installation has a document.
    """
    with database.installation_transaction(author) as transaction:
        existing = hall_id_of(transaction, slug)
        if existing is not None:
            return existing
        installation = newest(transaction, INSTALLATION, INSTALLATION)
        if installation is None:
            raise Refusal("not_configured", hall=INSTALLATION)
        hall = new_id()
        insert_hall(
            transaction,
            hall=hall,
            slug=slug,
            epoch=new_id(),
            installation_revision=installation.revision,
        )
        transaction.record(
            of_kind(FactKind.HALL_CREATED, hall=hall, slug=slug, at=to_micros(transaction.now))
        )
    return hall
