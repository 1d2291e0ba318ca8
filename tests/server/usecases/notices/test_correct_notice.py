"""A correction takes the place of what it corrects in one transaction: never both, never neither."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest

from server.domain.refusals import Refusal
from server.store.journal.rebuild import rebuild_installation
from server.store.transactions.database import Database
from server.usecases.notices.gestures import (
    NoticeAnswer,
    NoticeGesture,
    approve_notice,
    archive_notice,
    correct_notice,
    edit_notice,
    submit_notice,
    withdraw_notice,
)
from server.usecases.notices.notice_places import Reach
from server.usecases.notices.publication import DisplayRequest, publish_notice
from server.usecases.notices.read_notices import read_notice
from server.usecases.notices.read_programme import read_programme
from tests.harness.sql import all_rows, execute, one_row
from tests.server.usecases.notices.notice_gestures import (
    AIMED,
    BUREAU,
    DECIDES,
    DECIDES_AT_LAON,
    DRAFTS,
    MORNING,
    OFFICER,
    TEXT,
    bureau,
    code_of,
    drafted,
    officer,
    published,
)
from tests.server.usecases.quality.figures_history import Hands

MENDED = TEXT | {"titles": {"fr": "Ouvert à midi et demi"}}


def titles(database: Database) -> list[str]:
    """What the screens of Laon say of midday."""
    programme = read_programme(database, "laon", "", lambda key, *_, **__: key)
    contents = [item["content"] for item in programme["items"]]
    said = {content["title"] for content in contents if "title" in content}
    return sorted(title for title in said if title in ("Ouvert à midi", "Ouvert à midi et demi"))


def corrected(database: Database, notice: NoticeAnswer, content: dict[str, Any] = MENDED) -> NoticeAnswer:
    """The correction of a notice, edited, submitted and approved."""
    draft = correct_notice(database, bureau(notice))
    assert (draft["state"], draft["version"]) == ("draft", 1)
    edited = edit_notice(database, bureau(draft), content)
    submit_notice(database, bureau(edited))
    return approve_notice(database, officer(edited))


def state(database: Database, notice: NoticeAnswer) -> str:
    return read_notice(database, OFFICER, DECIDES, notice["notice"])["state"]


def test_a_correction_is_decided_while_the_former_stays_and_takes_its_place_at_once(database: Database):
    former = published(database)
    correction = corrected(database, former)
    assert titles(database) == ["Ouvert à midi"], "until somebody publishes"
    before = one_row(database, "SELECT COUNT(*) AS n FROM installation_fact")["n"]
    publish_notice(database, officer(correction), DisplayRequest())
    assert titles(database) == ["Ouvert à midi et demi"]
    assert (state(database, former), state(database, correction)) == ("archived", "published")
    facts = all_rows(database, "SELECT kind, body, happened_at FROM installation_fact ORDER BY position")[
        before:
    ]
    assert [fact["kind"] for fact in facts] == ["NoticePublished", "NoticeReplaced"]
    assert correction["notice"] in facts[1]["body"]
    assert len({fact["happened_at"] for fact in facts}) == 1
    answer = read_notice(database, BUREAU, DRAFTS, correction["notice"])
    assert answer["corrects"] == {"notice": former["notice"], "title": "Ouvert à midi", "state": "archived"}
    assert read_notice(database, BUREAU, DRAFTS, former["notice"])["verbs"] == []


def test_one_correction_at_a_time_and_another_once_it_is_put_away(database: Database):
    former = published(database)
    first = correct_notice(database, bureau(former))
    answer = read_notice(database, BUREAU, DRAFTS, former["notice"])
    assert answer["correction"] is not None
    assert answer["correction"]["notice"] == first["notice"]
    with pytest.raises(Refusal) as refused:
        correct_notice(database, bureau(former))
    assert (code_of(refused), refused.value.details["correction"]) == ("correction_open", first["notice"])
    archive_notice(database, bureau(first))
    assert correct_notice(database, bureau(former))["notice"] != first["notice"]


def test_only_a_published_notice_is_corrected_with_the_permission_to_draft_there(database: Database):
    with pytest.raises(Refusal) as refused:
        correct_notice(database, bureau(drafted(database)))
    assert code_of(refused) == "notice_state"
    former = published(database)
    stranger = Reach(drafts=frozenset({"soissons"}), publishes=frozenset())
    with pytest.raises(Refusal) as refused:
        correct_notice(database, NoticeGesture(former["notice"], 1, OFFICER, stranger))
    assert code_of(refused) == "forbidden"


def test_a_publisher_of_one_site_changes_no_notice_of_another(database: Database):
    former = published(database)
    correction = corrected(database, former, MENDED | {"targets": {"sites": ["laon"]}})
    with pytest.raises(Refusal) as refused:
        publish_notice(database, officer(correction, DECIDES_AT_LAON), DisplayRequest())
    assert code_of(refused) == "forbidden"
    assert state(database, former) == "published"


def test_it_begins_now_and_ends_when_the_former_would_have(database: Database, hands: Hands):
    end = MORNING + timedelta(days=2)
    correction = corrected(database, published(database, AIMED, ends=end))
    with pytest.raises(Refusal) as refused:
        publish_notice(database, officer(correction), DisplayRequest(MORNING + timedelta(hours=1)))
    assert code_of(refused) == "correction_starts_now"
    in_force = publish_notice(database, officer(correction), DisplayRequest())
    assert in_force["until"] == "2026-11-26T09:00:00.000000+00:00"
    again = publish_notice(database, officer(correction), DisplayRequest(ends=end + timedelta(days=1)))
    assert again["until"] == "2026-11-27T09:00:00.000000+00:00", "its dates are its own from then on"


@pytest.mark.parametrize("gone", ["withdrawn", "expired", "draft"])
def test_a_notice_taken_off_does_not_return_beside_its_correction(
    database: Database, hands: Hands, gone: str
):
    former = published(database, ends=MORNING + timedelta(hours=2))
    correction = corrected(database, former)
    if gone == "expired":
        hands.now += timedelta(hours=3)
    else:
        withdraw_notice(database, officer(former))
    if gone == "draft":
        edit_notice(database, bureau(former), TEXT)
    assert publish_notice(database, officer(correction), DisplayRequest())["until"] is (None), (
        "an end that is over is not taken on"
    )
    assert (state(database, former), titles(database)) == ("archived", ["Ouvert à midi et demi"])


def test_a_correction_is_corrected_in_its_turn(database: Database):
    first = published(database)
    second = publish_notice(database, officer(corrected(database, first)), DisplayRequest())
    third = publish_notice(database, officer(corrected(database, second, TEXT)), DisplayRequest())
    assert [state(database, each) for each in (first, second, third)] == ["archived", "archived", "published"]
    assert titles(database) == ["Ouvert à midi"]


@pytest.mark.both_databases
def test_one_of_two_simultaneous_corrections_leads_to_the_other(database: Database):
    former = published(database)
    together = Barrier(2)

    def correct(_: int) -> str:
        together.wait()
        try:
            return str(correct_notice(database, bureau(former))["state"])
        except Refusal as refusal:
            return refusal.code

    with ThreadPoolExecutor(2) as people:
        assert sorted(people.map(correct, range(2))) == ["correction_open", "draft"]


def test_rows_of_corrections_come_back_from_the_journal(database: Database):
    former = published(database)
    publish_notice(database, officer(corrected(database, former)), DisplayRequest())
    execute(database, "UPDATE notice SET replaces = NULL, state = 'published'")
    assert len(rebuild_installation(database)) == 2
    assert titles(database) == ["Ouvert à midi et demi"]
