"""Those who read notices go on when one of them is not what they expect."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from server.documents.problems import DocumentRefused
from server.domain.instants import to_micros
from server.domain.refusals import Refusal
from server.store.notices.notices import feeds_shown, notices_with_medium
from server.store.transactions.database import Database
from server.usecases.notices import read_notices as reading
from server.usecases.notices.gestures import (
    archive_notice,
    draft_notice,
    edit_notice,
    refuse_notice,
    submit_notice,
    withdraw_notice,
)
from server.usecases.notices.publication import DisplayRequest, publish_notice
from server.usecases.notices.read_notices import NoticesRequest, read_notice, read_notices
from server.usecases.notices.read_programme import read_programme
from tests.harness.sql import execute
from tests.server.usecases.notices.notice_gestures import (
    BUREAU,
    DECIDES,
    DRAFTS,
    MORNING,
    OFFICER,
    TEXT,
    approved,
    bureau,
    drafted,
    officer,
    published,
)
from tests.server.usecases.quality.figures_history import Hands, database_with_hall

FEED = {"kind": "feed", "titles": {"fr": "Actualités"}, "url": "https://example.org/flux"}


@pytest.fixture
def database(database_url: str, hands: Hands) -> Iterator[Database]:
    """Rows that no fact made: what an earlier version or a hand may have left."""
    found = database_with_hall(database_url, hands, "laon", "vervins")
    yield found
    found.close()


def shown_at_laon(database: Database) -> set[str]:
    programme = read_programme(database, "laon", "", lambda key, *_, **__: key)
    return {item["notice"] for item in programme["items"]}


def test_a_notice_that_cannot_be_read_does_not_hide_the_others(database: Database):
    broken, whole = published(database), published(database)
    assert {broken["notice"], whole["notice"]} <= shown_at_laon(database)
    sql = "UPDATE notice_version SET content = :content WHERE notice = :notice"
    execute(database, sql, content='{"kind": "text", "titles": {"fr": "Vide"}}', notice=broken["notice"])
    on_screen = shown_at_laon(database)
    assert whole["notice"] in on_screen
    assert broken["notice"] not in on_screen
    answer = read_notice(database, BUREAU, DRAFTS, broken["notice"])
    assert answer["title"] == "Vide"


def test_a_notice_keeps_its_kind(database: Database):
    notice = drafted(database)
    with pytest.raises(DocumentRefused) as refused:
        edit_notice(database, bureau(notice), FEED)
    assert [(each.path, each.code) for each in refused.value.problems] == [("kind", "kind_stays")]


def test_a_medium_is_found_in_notices_of_any_later_kind(database: Database):
    notice = drafted(database)
    picture = '{"kind": "image", "medium": "m1", "titles": {"fr": "medium m1"}}'
    execute(database, "UPDATE notice_version SET content = :content", content=picture)
    words = drafted(database, TEXT | {"titles": {"fr": "Le m1 est fermé"}})
    with database.read() as rows:
        assert notices_with_medium(rows, "m1") == [notice["notice"]]
        assert notices_with_medium(rows, "m2") == []
    archive_notice(database, bureau(notice))
    with database.read() as rows:
        assert notices_with_medium(rows, "m1") == []
    archive_notice(database, bureau(words))


def test_feeds_of_notices_that_are_over_are_not_read(database: Database, hands: Hands):
    published(database, FEED, ends=MORNING + timedelta(hours=1))
    withdrawn = published(database, FEED | {"url": "https://example.org/retire"})
    later = FEED | {"url": "https://example.org/demain"}
    published(database, later, starts=MORNING + timedelta(days=1))

    def asked() -> set[str]:
        with database.read() as rows:
            return {url.rpartition("/")[2] for url in feeds_shown(rows, hands.now)}

    assert asked() == {"flux", "retire", "demain"}
    withdraw_notice(database, officer(withdrawn))
    assert asked() == {"flux", "demain"}
    hands.now += timedelta(hours=1)
    assert asked() == {"demain"}


def test_without_any_hall_nothing_is_published(database: Database):
    notice = approved(database, TEXT | {"validity": {"ends": "2026-12-01"}})
    execute(database, "UPDATE hall SET configuration_revision = 0")
    with pytest.raises(Refusal, match="notice_nowhere"):
        publish_notice(database, officer(notice), DisplayRequest())


def test_a_reason_of_several_lines_is_kept_on_one(database: Database):
    notice = drafted(database)
    submit_notice(database, bureau(notice))
    refuse_notice(database, officer(notice), "  Dites :\n- où\r\n- quand ")
    assert read_notice(database, BUREAU, DRAFTS, notice["notice"])["history"][-1]["reason"] == (
        "Dites : - où - quand"
    )


@pytest.mark.parametrize("state", ["", "draft"])
def test_the_list_has_pages_without_a_gap(
    database: Database, hands: Hands, monkeypatch: pytest.MonkeyPatch, state: str
):
    monkeypatch.setattr(reading, "PAGE", 3)
    notices: list[str] = []
    for number in range(9):
        content = TEXT | {"targets": {"sites": ["vervins"]}} if number % 3 == 0 else TEXT
        author, reach = (OFFICER, DECIDES) if number % 3 == 0 else (BUREAU, DRAFTS)
        notices.append(draft_notice(database, author, content, reach=reach)["notice"])
        hands.now += timedelta(seconds=number % 2)  # some at the same instant
    pages, before = [], None
    while True:
        page = read_notices(database, BUREAU, DRAFTS, NoticesRequest(state, before))
        pages.append([each["notice"] for each in page["notices"]])
        before = page["next"]
        if before is None:
            break
    assert [len(page) for page in pages] == [3, 3]
    mine = [notice for number, notice in enumerate(notices) if number % 3]
    assert sorted(notice for page in pages for notice in page) == sorted(mine)
    everything = read_notices(database, OFFICER, DECIDES)
    assert len(everything["notices"]) == 3
    changed = [each["changed_at"] for each in everything["notices"]]
    assert changed == sorted(changed, reverse=True)


def test_each_state_lists_its_own(database: Database, hands: Hands):
    ended = published(database, ends=MORNING + timedelta(hours=1))["notice"]
    endless, draft = published(database)["notice"], drafted(database)
    archive_notice(database, bureau(drafted(database)))
    hands.now = datetime(2026, 11, 24, 12, tzinfo=UTC)

    def listed(state: str) -> list[Any]:
        found = read_notices(database, OFFICER, DECIDES, NoticesRequest(state))["notices"]
        assert {each["state"] for each in found} <= ({state} if state else {"published", "expired", "draft"})
        return [each["notice"] for each in found]

    assert listed("expired") == [ended]
    assert listed("published") == [endless]
    assert listed("draft") == [draft["notice"]]
    assert len(listed("archived")) == 1
    assert set(listed("")) == {ended, endless, draft["notice"]}


@pytest.mark.parametrize("place", ["x", "12", f"{to_micros(MORNING)}.", "9" * 30 + ".a"])
def test_a_place_that_no_page_offered_is_refused(database: Database, place: str):
    with pytest.raises(Refusal, match="bad_request"):
        read_notices(database, BUREAU, DRAFTS, NoticesRequest(before=place))
