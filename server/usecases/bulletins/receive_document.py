"""Receive a bulletin as its sender wrote it, by a key or from a person's form."""

from server.domain.author import Author
from server.domain.bulletins.messages import LARGEST_BYTES, BulletinBroken, read_cap
from server.domain.refusals import Refusal
from server.store.transactions.database import Database
from server.usecases.bulletins.receive_bulletin import Received, receive_bulletin


def receive_document(database: Database, site: str, document: bytes, author: Author) -> Received:
    """Keeps the bulletin of a document in XML for a site (slug), with what it becomes there.

    Refusals: unknown_site, and those of a document that is no bulletin: bulletin_broken, bulletin_too_large,
    bulletin_entities; their `where` names the element.
    """
    if len(document) > LARGEST_BYTES:
        raise Refusal("bulletin_too_large", where="alert")
    try:
        bulletin = read_cap(document)
    except BulletinBroken as broken:
        raise Refusal(broken.code, where=broken.where or "alert") from broken
    return receive_bulletin(database, site, bulletin, author)
