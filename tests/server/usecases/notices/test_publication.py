"""One press: proposed or published with all its steps, taken back; what the second of two presses gets."""

import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest

from server.documents.problems import DocumentRefused
from server.domain.alarms.alarms import AlarmChoice, AlarmKind
from server.domain.author import Author
from server.domain.notices.lifecycle import NoticeState
from server.domain.refusals import Refusal
from server.store.engine.writes import WriteKey
from server.store.notices.notices import versions_of
from server.store.transactions.database import Database
from server.usecases.alarms.alarm_recipients import RecipientRequest, add_recipient, choose_alarms
from server.usecases.notices.gestures import (
    NoticeAnswer,
    correct_notice,
    draft_notice,
    edit_notice,
    refuse_notice,
    submit_notice,
    take_back_notice,
    withdraw_notice,
)
from server.usecases.notices.publication import (
    LOOKED_BACK,
    propose_edited,
    propose_new,
    publish_edited,
    publish_new,
    send_notices,
)
from server.usecases.notices.read_notices import read_notice, read_notices
from tests.harness.sql import all_rows
from tests.server.usecases.notices.conftest import (
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

NOWHERE = TEXT | {"targets": {"everywhere": False}}
EVERYWHERE = TEXT | {"targets": {"everywhere": True}}
MENDED = AIMED | {"titles": {"fr": "Ouvert à midi et demi"}}


def kinds(database: Database) -> list[str]:
    rows = all_rows(
        database, "SELECT kind FROM installation_fact WHERE kind LIKE 'Notice%' ORDER BY position"
    )
    return [row["kind"] for row in rows]


def problems_of(refused: Any) -> list[tuple[str, str]]:
    return [(each.path, each.code) for each in refused.value.problems]


def test_who_decides_publishes_what_is_new_in_one_transaction_with_every_fact(database: Database):
    key = WriteKey("officer", "press", "POST /notices/publish")
    for _ in range(2):  # the same press, sent again
        notice = publish_new(database, OFFICER, AIMED, reach=DECIDES_AT_LAON, write_key=key)
        assert (notice["version"], notice["state"], notice["until"]) == (1, "published", None)
    assert kinds(database) == ["NoticeDrafted", "NoticeSubmitted", "NoticeApproved", "NoticePublished"]
    at = all_rows(database, "SELECT DISTINCT happened_at FROM installation_fact WHERE kind LIKE 'Notice%'")
    assert len(at) == 1, "one transaction"


@pytest.mark.parametrize(
    ("content", "reach", "code"),
    [(AIMED, DRAFTS, "forbidden"), (EVERYWHERE, DECIDES_AT_LAON, "forbidden")],
)
def test_a_refused_publication_leaves_nothing(
    database: Database, content: dict[str, Any], reach: Any, code: str
):
    with pytest.raises(Refusal) as refused:
        publish_new(database, OFFICER, content, reach=reach)
    assert code_of(refused) == code
    assert kinds(database) == []


def test_a_proposal_is_published_by_another_in_one_press_with_the_words_as_proposed(database: Database):
    proposed = propose_new(database, BUREAU, AIMED, reach=DRAFTS)
    assert proposed["state"] == "submitted"
    gesture = replace(officer(proposed), state=NoticeState.SUBMITTED)
    assert publish_edited(database, gesture, AIMED)["version"] == 1, "the same words make no version"
    assert kinds(database)[2:] == ["NoticeApproved", "NoticePublished"]


def test_what_is_typed_since_is_published_with_the_same_press(database: Database):
    notice = drafted(database, AIMED)
    assert publish_edited(database, officer(notice), MENDED)["version"] == 2
    again = correct_notice(database, bureau({**notice, "version": 2}))
    replaced = publish_edited(database, officer(again), AIMED)
    assert read_notice(database, OFFICER, DECIDES, notice["notice"])["state"] == "archived"
    assert (replaced["version"], replaced["state"]) == (2, "published")


def test_a_correction_ends_by_its_own_last_day_where_that_is_another(database: Database):
    dated = AIMED | {"validity": {"ends": "2026-11-26"}}
    former = publish_new(database, OFFICER, dated, reach=DECIDES)
    correction = correct_notice(database, officer(former))
    longer = publish_edited(database, officer(correction), AIMED | {"validity": {"ends": "2026-12-24"}})
    assert str(longer["until"]).startswith("2026-12-24T23")


def test_a_first_day_to_come_is_when_it_begins_and_its_correction_may_begin_then_too(database: Database):
    planned = AIMED | {"validity": {"starts": "2026-12-01T08:00"}}
    former = publish_new(database, OFFICER, planned, reach=DECIDES)
    assert former["from"] == "2026-12-01T07:00:00.000000+00:00"
    correction = correct_notice(database, officer(former))
    again = publish_edited(database, officer(correction), MENDED | {"validity": planned["validity"]})
    assert again["from"] == former["from"]
    shown = publish_new(database, OFFICER, AIMED, reach=DECIDES)
    late = correct_notice(database, officer(shown))
    with pytest.raises(Refusal) as refused:
        publish_edited(database, officer(late), planned)
    assert code_of(refused) == "correction_starts_now"


def test_whoever_proposed_takes_back_and_proposes_again(database: Database):
    proposed = propose_new(database, BUREAU, AIMED, reach=DRAFTS)
    assert take_back_notice(database, bureau(proposed))["state"] == "draft"
    with pytest.raises(Refusal) as refused:
        take_back_notice(database, bureau(proposed))
    assert code_of(refused) == "notice_state"
    better = propose_edited(database, bureau(proposed), MENDED)
    assert (better["version"], better["state"]) == (2, "submitted")
    refuse_notice(database, officer(better), "Trop long.")
    unchanged = propose_edited(database, bureau(better), MENDED)
    assert (unchanged["version"], unchanged["state"]) == (3, "submitted"), "a refused version is not reused"
    assert "NoticeTakenBack" in kinds(database)


def test_a_draft_without_a_place_is_its_authors_and_goes_nowhere(database: Database):
    notice = draft_notice(database, BUREAU, NOWHERE, reach=DRAFTS)
    for press in (
        lambda: submit_notice(database, bureau(notice)),
        lambda: publish_edited(database, officer(notice), NOWHERE),
        lambda: publish_new(database, OFFICER, NOWHERE, reach=DECIDES),
        lambda: propose_new(database, BUREAU, NOWHERE, reach=DRAFTS),
    ):
        with pytest.raises(DocumentRefused) as refused:
            press()
        assert problems_of(refused) == [("targets", "no_target")]
    [listed] = read_notices(database, BUREAU, DRAFTS)["notices"]
    assert (listed["targets"]["is_nowhere"], listed["sites"]) == (True, [])
    assert read_notices(database, OFFICER, DECIDES_AT_LAON)["notices"] == []
    placed = edit_notice(database, bureau(notice), AIMED)
    with pytest.raises(DocumentRefused):
        edit_notice(database, officer(placed), NOWHERE)


@pytest.mark.parametrize("content", [TEXT, TEXT | {"targets": {}}, EVERYWHERE])
def test_no_place_in_earlier_contents_and_everywhere_mean_every_screen(
    database: Database, content: dict[str, Any]
):
    notice = published(database, content)
    read = read_notice(database, OFFICER, DECIDES, notice["notice"])
    assert (read["sites"], read["targets"]["is_nowhere"]) == (["laon", "vervins"], False)


def test_everywhere_and_a_place_is_refused(database: Database):
    with pytest.raises(DocumentRefused) as refused:
        drafted(database, TEXT | {"targets": {"everywhere": True, "sites": ["laon"]}})
    assert problems_of(refused) == [("targets", "everywhere_or_somewhere")]


@pytest.mark.both_databases
def test_of_two_simultaneous_presses_one_publishes_and_the_other_is_informed(database: Database):
    proposed = propose_new(database, BUREAU, AIMED, reach=DRAFTS)
    both = Barrier(2)

    def press(gesture: Callable[[NoticeAnswer], Any]) -> str:
        both.wait()
        try:
            return str(gesture(proposed)["state"])
        except Refusal as refusal:
            return refusal.code

    def publish(notice: NoticeAnswer) -> Any:
        return publish_edited(database, replace(officer(notice), state=NoticeState.SUBMITTED), None)

    with ThreadPoolExecutor(2) as pool:
        ends = sorted(pool.map(press, (publish, publish)))
    assert ends == ["notice_moved", "published"]
    assert kinds(database).count("NoticePublished") == 1
    with database.read() as rows:
        assert len(versions_of(rows, proposed["notice"])) == 1


AGENT = Author("agent")
NOTICES = AlarmChoice(frozenset(), has_notices=True)


def webhook(database: Database, site: str = "laon", choice: AlarmChoice = NOTICES) -> str:
    count = len(all_rows(database, "SELECT id FROM recipient"))
    address = f"https://example.org/{count}"
    return add_recipient(database, AGENT, RecipientRequest("webhook", site, address, choice=choice))[0]


def sent(database: Database, recipient: str) -> list[tuple[str, Any]]:
    """Type and reason of each message to a recipient, in order."""
    found = all_rows(database, "SELECT recipient, body FROM delivery ORDER BY hall, position")
    bodies = [json.loads(row["body"]) for row in found if row["recipient"] == recipient]
    return [(body["type"], body["data"]["reason"]) for body in bodies]


@pytest.mark.both_databases
def test_a_notice_that_the_clock_ends_is_told_once_by_two_workers(database: Database, hands: Hands):
    recipient = webhook(database)
    hands.now += timedelta(seconds=1)
    published(database, AIMED, ends=MORNING + timedelta(hours=2))
    assert send_notices(database) == 1
    assert send_notices(database) == 0
    hands.now += timedelta(hours=3)
    workers = [threading.Thread(target=send_notices, args=(database,)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sent(database, recipient) == [("notice.published", None), ("notice.ended", "expired")]
    hands.now += LOOKED_BACK
    assert send_notices(database) == 0


def test_a_message_says_which_notice_until_when_and_where(database: Database, hands: Hands):
    webhook(database)
    hands.now += timedelta(seconds=1)
    notice = published(database, AIMED, ends=MORNING + timedelta(hours=2))
    send_notices(database)
    (row,) = all_rows(database, "SELECT body, turn, alarm FROM delivery")
    assert (row["turn"], row["alarm"]) == ("published", notice["notice"])
    told = json.loads(row["body"])["data"]
    assert (told["titles"], told["halls"], told["until"], told["version"]) == (
        {"fr": "Ouvert à midi"},
        ["laon"],
        notice["until"],
        1,
    )


def test_withdrawn_and_replaced_notices_end_and_others_are_not_told(database: Database, hands: Hands):
    recipient, elsewhere = webhook(database), webhook(database, "vervins")
    alarms_only = webhook(database, choice=AlarmChoice(frozenset({AlarmKind.PAPER_OUT})))
    hands.now += timedelta(seconds=1)
    withdrawn, former = published(database, AIMED), published(database, AIMED)
    withdraw_notice(database, officer(withdrawn))
    correction = correct_notice(database, bureau(former))
    publish_edited(database, officer(correction), None)
    send_notices(database)
    assert sorted(sent(database, recipient), key=str) == [
        ("notice.ended", "replaced"),
        ("notice.ended", "withdrawn"),
        *[("notice.published", None)] * 3,
    ]
    assert sent(database, elsewhere) == sent(database, alarms_only) == []


def test_a_recipient_is_told_of_what_happens_after_its_choice(database: Database, hands: Hands):
    recipient = webhook(database, "*", AlarmChoice(frozenset({AlarmKind.PAPER_OUT})))
    published(database, TEXT)
    hands.now += timedelta(minutes=1)
    choose_alarms(database, AGENT, recipient, AlarmChoice(has_notices=True))
    assert send_notices(database) == 0
    hands.now += timedelta(minutes=1)
    choose_alarms(database, AGENT, recipient, NOTICES)
    published(database, TEXT)
    assert send_notices(database) == 1


def test_notices_are_not_sent_by_e_mail(database: Database):
    with pytest.raises(Refusal, match="notices_by_webhook"):
        add_recipient(database, AGENT, RecipientRequest("email", "laon", "a@example.org", choice=NOTICES))
