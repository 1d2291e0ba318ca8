"""Rows of media are found by site, by file and by upload, on each kind of database."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from server.domain.author import SYSTEM
from server.domain.notices.media import Sites, medium_prepared, medium_removed, medium_uploaded
from server.store.media.media import (
    is_file_in_use,
    listed_media,
    medium_row,
    names_in_use,
    set_site,
    set_texts,
)
from server.store.media.media_files import (
    claim_upload,
    delete_upload,
    insert_upload,
    media_to_prepare,
    release_upload,
    waiting_uploads,
)
from server.store.transactions.database import Database
from signage.media import PreparedFile
from tests.server.usecases.quality.figures_history import Hands, database_with_hall

PAGE = PreparedFile("a" * 64, "webp", "page", 640, 480, 1000)
MEDIA = {"m1": None, "m2": "laon", "m3": "vervins", "m4": "laon"}


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """One medium of all sites, two of Laon, one of Vervins; the last one waits to be prepared."""
    found = database_with_hall(database_url, Hands(), "laon")
    with found.installation_transaction(SYSTEM) as transaction:
        for medium, site in MEDIA.items():
            transaction.record(medium_uploaded(medium, sha256="b" * 64, size=12, site=site))
            if site is not None:
                set_site(transaction, medium, site)
            if medium != "m4":
                transaction.record(medium_prepared(medium, kind="image", files=[PAGE.as_body()]))
        insert_upload(transaction, "m4")
    yield found
    found.close()


@pytest.mark.parametrize(
    ("sites", "expected"),
    [
        (None, ["m4", "m3", "m2", "m1"]),
        (frozenset({"laon"}), ["m4", "m2", "m1"]),
        (frozenset({"laon", "vervins"}), ["m4", "m3", "m2", "m1"]),
        (frozenset(), ["m1"]),
    ],
)
def test_a_site_lists_its_media_and_those_of_all(database: Database, sites: Sites, expected: list[str]):
    with database.read() as rows:
        found = listed_media(rows, before=None, limit=9, sites=sites)
        assert [row.id for row in found] == expected
        older = listed_media(rows, before=expected[0], limit=2, sites=sites)
        assert [row.id for row in older] == expected[1:3]


def test_a_medium_is_read_as_values(database: Database):
    with database.installation_transaction(SYSTEM) as transaction:
        set_texts(transaction, "m2", {"fr": "Fermé"})
        set_texts(transaction, "m2", {"fr": "Ouvert"})
        row = medium_row(transaction, "m2")
        assert row is not None
        assert (row.files, row.texts, row.site) == ((PAGE,), {"fr": "Ouvert"}, "laon")
        assert (row.is_ready, row.uploaded_at.tzinfo is None) == (True, False)
        waiting = medium_row(transaction, "m4")
        assert waiting is not None
        assert (waiting.is_ready, waiting.files, waiting.texts) == (False, (), {})


def test_a_file_is_in_use_until_no_medium_has_it(database: Database):
    for medium in ("m1", "m2", "m3"):
        with database.read() as rows:
            assert names_in_use(rows) == {PAGE.name}
            assert is_file_in_use(rows, PAGE.name)
            assert not is_file_in_use(rows, f"{'c' * 64}.webp")
        with database.installation_transaction(SYSTEM) as transaction:
            transaction.record(medium_removed(medium))
    with database.read() as rows:
        assert names_in_use(rows) == set()
        assert not is_file_in_use(rows, PAGE.name)


def test_an_upload_belongs_to_one_worker_until_it_is_given_back(database: Database):
    now = database.clock.now()
    later = now + timedelta(minutes=1)

    def waiting() -> list[int]:
        return [upload.tries for upload in waiting_uploads(rows, now)]

    with database.store.write() as rows:
        assert waiting() == [0]
        assert claim_upload(rows, "m4", now=now, until=later)
        assert not claim_upload(rows, "m4", now=now, until=later)
        assert (waiting(), media_to_prepare(rows)) == ([], {"m4"})
    with database.installation_transaction(SYSTEM) as transaction:
        release_upload(transaction, "m4")
    with database.read() as committed:
        assert [upload.tries for upload in waiting_uploads(committed, now)] == [1]
    with database.installation_transaction(SYSTEM) as transaction:
        delete_upload(transaction, "m4")
        assert media_to_prepare(transaction) == set()
