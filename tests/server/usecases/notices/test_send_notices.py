"""Webhooks are told once when a notice is published and when it ends, by a person or by the clock."""

import json
import threading
from datetime import timedelta
from typing import Any

import pytest

from server.domain.alarms.alarms import AlarmChoice, AlarmKind
from server.domain.author import Author
from server.domain.refusals import Refusal
from server.store.transactions.database import Database
from server.usecases.alarms.alarm_recipients import RecipientRequest, add_recipient, choose_alarms
from server.usecases.notices.gestures import correct_notice, withdraw_notice
from server.usecases.notices.publication import LOOKED_BACK, publish_edited, send_notices
from tests.harness.sql import all_rows
from tests.server.usecases.notices.notice_gestures import (
    AIMED,
    MORNING,
    TEXT,
    bureau,
    officer,
    published,
)
from tests.server.usecases.quality.figures_history import Hands

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
