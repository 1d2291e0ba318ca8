"""Make one change of a hall's published document, for a page of its own, and publish it like any other."""

import json
from collections.abc import Callable

from server.documents.content import NewContent
from server.domain.author import Author
from server.domain.refusals import Refusal
from server.store.configuration.configurations import HALL
from server.store.configuration.documents import newest
from server.store.transactions.database import Database
from server.usecases.configuration.publish_configuration import Publication, Terms, publish_hall


def edit_hall_document(
    database: Database, hall: str, author: Author, change: Callable[[NewContent], None]
) -> Publication:
    """Publishes the document of a hall (id or slug) after `change` has changed its newest content.

    Raises DocumentRefused; refusals: unknown_hall, not_configured, stale_revision where somebody published
    meanwhile.
    """
    hall_id = database.hall_id(hall)
    with database.read() as rows:
        found = newest(rows, HALL, hall_id)
    if found is None:
        raise Refusal("not_configured", hall=hall)
    content = json.loads(found.content)
    change(content)
    return publish_hall(database, author, json.dumps(content), Terms(base_revision=found.revision))
