"""Revisions and drafts of documents, on each kind of database."""

from collections.abc import Iterator

import pytest

from server.domain.author import SYSTEM
from server.domain.refusals import Refusal
from server.store.configuration import documents
from server.store.configuration.documents import (
    NewVersion,
    document_texts,
    documents_mark,
    draft_content,
    drafting_of,
    keep_ids,
    newest,
    newest_of_halls,
    open_drafts,
    revision_of,
    revisions_before,
    taken_ids,
)
from server.store.configuration.halls import all_halls, hall_id_of
from server.store.transactions.database import Database
from server.usecases.configuration.publication import edit_hall_document
from tests.harness.sql import one_row
from tests.server.usecases.quality.figures_history import Hands, database_with_hall


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """Laon in two revisions, Vervins in one."""
    found = database_with_hall(database_url, Hands(), "vervins", "laon")
    edit_hall_document(found, "laon", SYSTEM, lambda content: content.update(name="Laon centre"))
    yield found
    found.close()


def test_revisions_are_found_by_number(database: Database):
    with database.read() as rows:
        laon = hall_id_of(rows, "laon")
        assert laon is not None
        last = newest(rows, "hall", laon)
        assert last is not None
        assert (last.revision, last.parsed["name"]) == (2, "Laon centre")
        assert (last.author_name, last.restores, last.published_by) == (None, None, "system")
        assert last.published_at == database.clock.now()
        assert revision_of(rows, "hall", laon, 2) == last
        assert revision_of(rows, "hall", laon, 3) is None
        assert [each.revision for each in revisions_before(rows, "hall", laon, 3, 9)] == [2, 1]
        assert [each.revision for each in revisions_before(rows, "hall", laon, 3, 1)] == [2]
        assert len(document_texts(rows, "laon")) == 2
        assert len(document_texts(rows, "installation")) == 1
        assert newest_of_halls(rows)["laon"].revision == 2
        assert documents_mark(rows).published == 4
        revisions = [(hall.slug, hall.configuration_revision) for hall in all_halls(rows)]
        assert revisions == [("laon", 2), ("vervins", 1)]


def test_an_id_of_a_hall_is_kept_once(database: Database):
    with database.installation_transaction(SYSTEM) as transaction:
        laon = hall_id_of(transaction, "laon")
        assert laon is not None
        before = taken_ids(transaction)
        of_laon = next(each for each, (hall, _) in before.items() if hall == "laon")
        keep_ids(transaction, laon, {"a-new-one": "services", of_laon: "services"})
    with database.read() as rows:
        assert taken_ids(rows) == before | {"a-new-one": ("laon", "services")}


def test_version_numbers_continue_after_a_draft_has_ended(database: Database):
    now = database.clock.now()
    with database.installation_transaction(SYSTEM) as transaction:
        assert drafting_of(transaction, "laon").version is None
        for version in (1, 2):
            content = {"name": f"Été {version}"}
            documents.keep_version(transaction, NewVersion("laon", version, 2, content, "system", now))
        assert open_drafts(transaction)["laon"].content == {"name": "Été 2"}
        assert draft_content(transaction, "laon", 1) == {"name": "Été 1"}
        with pytest.raises(Refusal, match="stale_draft"):
            documents.end_draft(transaction, "laon", 1, author="system", now=now)
        documents.end_draft(transaction, "laon", 2, author="system", now=now)
        drafting = drafting_of(transaction, "laon")
        assert (drafting.last_version, drafting.draft) == (3, None)
        assert drafting.ended is not None
        assert (drafting.ended.at, drafting.ended.author_name) == (now, None)
        assert open_drafts(transaction) == {}
        assert draft_content(transaction, "laon", 2) is None
    stored = one_row(database, "SELECT count(*) AS kept FROM draft WHERE document = 'laon'")
    assert stored["kept"] == 1
