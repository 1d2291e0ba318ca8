"""Publish the draft of a document in the version that was read, or an old revision again."""

import json
from dataclasses import replace

from server.documents.content import Content
from server.domain.author import Author
from server.domain.refusals import Refusal
from server.store.configuration.configurations import HALL, INSTALLATION
from server.store.configuration.drafts import draft_content
from server.store.engine.idempotency_keys import WriteKey
from server.store.engine.rows import Rows
from server.store.transactions.database import Database
from server.usecases.configuration.check_configuration import refuse_unfit_draft
from server.usecases.configuration.configuration_document import (
    ConfigurationDocument,
    Sites,
    check_reach,
    configuration_document,
)
from server.usecases.configuration.publish_configuration import (
    Publication,
    PublishedAnswer,
    Terms,
    publish_hall,
    publish_installation,
)
from server.usecases.configuration.save_draft import StaleDocument
from server.usecases.once_in_many_halls import kept_answer


def publish_draft(
    database: Database,
    author: Author,
    name: str,
    version: int,
    *,
    sites: Sites,
    write_key: WriteKey | None = None,
) -> PublishedAnswer:
    """The revision that the draft of this version became.

    Raises DocumentRefused and StaleDocument; refusals: unknown_configuration, forbidden.
    """
    earlier = kept_answer(database, write_key)
    if earlier is not None:
        return earlier.answer_of(publish_draft)
    with database.read() as rows:
        document = _document(rows, name, sites)
        draft = document.drafting.draft
        if draft is None or draft.version != version:
            content = draft_content(rows, name, version) or document.content
            raise StaleDocument("stale_draft", document, content, content)
        if draft.base_revision != document.revision:
            base = document.content_at(rows, draft.base_revision)
            raise StaleDocument("stale_revision", document, base, draft.content)
        check_reach(document, sites, draft.content)
        if document.kind == HALL:
            refuse_unfit_draft(name, draft.content)
    terms = Terms(base_revision=draft.base_revision, draft=version, write_key=write_key)
    return _publish(database, author, document, draft.content, terms)


def roll_back(
    database: Database,
    author: Author,
    name: str,
    revision: int,
    *,
    sites: Sites,
    base_revision: int | None = None,
    write_key: WriteKey | None = None,
) -> PublishedAnswer:
    """A new revision with the content of an old one, checked like any other.

    Raises DocumentRefused; refusals: unknown_configuration, unknown_revision, forbidden, nothing_to_restore
    for the revision that applies now, stale_revision where that is another than `base_revision`.
    """
    earlier = kept_answer(database, write_key)
    if earlier is not None:
        return earlier.answer_of(roll_back)
    with database.read() as rows:
        document = _document(rows, name, sites)
        content = document.content_at(rows, revision)
        if revision in (0, document.revision):
            raise Refusal("nothing_to_restore", revision=revision)
        check_reach(document, sites, content)
    terms = Terms(
        base_revision=document.revision if base_revision is None else base_revision, restores=revision
    )
    return _publish(database, author, document, content, replace(terms, write_key=write_key))


def _document(rows: Rows, name: str, sites: Sites) -> ConfigurationDocument:
    document = configuration_document(rows, name)
    if not document.exists:
        raise Refusal("unknown_configuration", document=name)
    check_reach(document, sites)
    return document


def _publish(
    database: Database, author: Author, document: ConfigurationDocument, content: Content, terms: Terms
) -> PublishedAnswer:
    text = json.dumps(content)
    if document.kind == INSTALLATION:
        published: Publication = publish_installation(database, author, text, terms)
    else:
        published = publish_hall(database, author, text, terms)
    return published.answer()
