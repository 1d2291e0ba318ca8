"""Rows of media are found by site, by file and by upload, on each kind of database."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from server.app.subjects import FEED_MEMORY_BYTES, feed_worker
from server.documents.notices import LONGEST_ADDRESS
from server.domain.author import SYSTEM
from server.domain.notices.media import Sites, medium_prepared, medium_removed, medium_uploaded
from server.domain.refusals import Refusal
from server.store.notices.media import (
    claim_upload,
    delete_upload,
    insert_upload,
    is_file_in_use,
    listed_media,
    media_to_prepare,
    medium_row,
    names_in_use,
    release_upload,
    set_site,
    set_texts,
    waiting_uploads,
)
from server.store.notices.media_details import FeedRow, feed_row
from server.store.transactions.database import Database
from server.usecases.media.read_feeds import Feeds
from signage.feeds import FeedLimits
from signage.media import PreparedFile
from tests.server.usecases.quality.figures_history import Hands, database_with_hall
from tests.signage.test_feeds_and_notice_parts import serving

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
        assert not waiting()
        assert media_to_prepare(rows) == {"m4"}
    with database.installation_transaction(SYSTEM) as transaction:
        release_upload(transaction, "m4")
    with database.read() as committed:
        assert [upload.tries for upload in waiting_uploads(committed, now)] == [1]
    with database.installation_transaction(SYSTEM) as transaction:
        delete_upload(transaction, "m4")
        assert media_to_prepare(transaction) == set()


class Read:
    """A feed that a notice shows, and a clock the test sets."""

    def __init__(self, database: Database, hands: Hands, url: str) -> None:
        self.database, self.hands, self.url = database, hands, url
        self.path = "good"
        self.feeds = Feeds(
            database,
            lambda work, url, limits: work(f"{url}/{self.path}", limits),
            FeedLimits(may_be_private=True, within_s=2, largest_bytes=200_000),
            urls_in_use=lambda _, __: [url],
        )

    def later(self, **times: int) -> int:
        self.hands.now += timedelta(**times)
        return self.feeds.read_due()

    def kept(self) -> FeedRow | None:
        with self.database.read() as rows:
            return feed_row(rows, self.url)


@pytest.fixture
def read(database_url: str) -> Iterator[Read]:
    hands = Hands()
    database = database_with_hall(database_url, hands, "laon")
    with serving() as address:
        yield Read(database, hands, address)
    database.close()


@pytest.mark.both_databases
def test_the_last_good_content_is_kept_with_its_date(read: Read):
    assert read.kept() is None
    assert read.later() == 1
    first = read.kept()
    assert first is not None
    assert first.content is not None
    assert (first.content["title"], first.failure) == ("Préfecture & vous", None)
    assert read.later(minutes=5) == 0, "it was read just now"
    for path, code in (("gone", "feed_unreachable"), ("page", "feed_broken"), ("endless", "feed_too_large")):
        read.path = path
        assert read.later(minutes=16) == 0
        assert read.kept() == replace(first, failure=code)
    read.path = "good"
    assert read.later(minutes=16) == 1
    again = read.kept()
    assert again is not None
    assert again.failure is None
    assert first.read_at is not None
    assert again.read_at == first.read_at + timedelta(minutes=69)


def test_one_of_several_workers_reads(read: Read):
    counts: list[int] = []
    other = Read(read.database, read.hands, read.url)
    inner = read.feeds.off_loop

    def meanwhile(*values: Any) -> Any:
        counts.append(other.feeds.read_due())
        return inner(*values)

    read.feeds.off_loop = meanwhile
    assert read.later() == 1
    assert counts == [0]


def test_feeds_no_longer_shown_are_forgotten(read: Read):
    read.later()
    read.feeds.urls_in_use = lambda _, __: []
    read.later(hours=1)
    assert read.kept() is not None
    read.later(days=3)
    assert read.kept() is None


def test_a_feed_is_tried_at_once_for_the_author_of_a_notice(read: Read):
    assert read.feeds.try_now(read.url)["entries"][0] == {
        "title": "Ouverture lundi",
        "text": "De 9 h à midi.",
    }
    read.path = "hanging"
    with pytest.raises(Refusal, match="feed_unreachable"):
        read.feeds.try_now(read.url)
    kept = read.kept()
    assert kept is not None
    assert kept.failure == "feed_unreachable"


def test_a_feed_that_is_forgotten_while_it_is_tried_is_kept_all_the_same(read: Read):
    read.feeds.urls_in_use = lambda _, __: []
    inner = read.feeds.off_loop

    def meanwhile(*values: Any) -> Any:
        found = inner(*values)
        read.feeds.read_due()
        return found

    read.feeds.off_loop = meanwhile
    answer = read.feeds.try_now(read.url)
    assert answer["title"] == "Préfecture & vous"
    kept = read.kept()
    assert kept is not None
    assert kept.content == {"title": answer["title"], "entries": answer["entries"]}


def test_an_address_that_is_too_long_is_refused_by_its_own_sentence(read: Read):
    with pytest.raises(Refusal, match="feed_address_too_long"):
        read.feeds.try_now(read.url + "/" + "x" * LONGEST_ADDRESS)


def test_the_process_that_reads_feeds_has_little_memory_and_an_end(read: Read):
    worker = feed_worker()
    assert worker.deadline_s is not None
    read.feeds.off_loop = lambda *_: worker.call(bytes, 2 * FEED_MEMORY_BYTES)
    with pytest.raises(Refusal, match="feed_unreachable"):
        read.feeds.try_now(read.url)
    worker.close()
