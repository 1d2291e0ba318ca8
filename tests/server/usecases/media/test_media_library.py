"""Feeds are read by one worker now and again; the last good content stays with its date."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from server.app.subjects.media import FEED_MEMORY_BYTES, feed_worker
from server.documents.notices import LONGEST_ADDRESS
from server.domain.refusals import Refusal
from server.store.media.feeds import FeedRow, feed_row
from server.store.transactions.database import Database
from server.usecases.media.read_feeds import Feeds
from signage.feeds import FeedLimits
from tests.server.usecases.quality.figures_history import Hands, database_with_hall
from tests.signage.feeds.feed_server import serving


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
