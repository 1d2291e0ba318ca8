"""Texts of a hall's document become notices once: none is lost, none is shown twice, none comes back."""

import json
from datetime import date, timedelta
from typing import Any

from server.domain.author import SYSTEM, Author
from server.domain.hall.configuration import HallConfiguration
from server.domain.notices.lifecycle import NoticeState
from server.store.transactions.database import Database
from server.usecases.configuration.publish_configuration import Publication, Terms, publish_hall
from server.usecases.notices.begin_gesture import NoticeAnswer
from server.usecases.notices.decide_notice import archive_notice, withdraw_notice
from server.usecases.notices.import_hall_texts import carry_over_every_hall
from server.usecases.notices.programme.read_programme import read_programme
from server.usecases.notices.programme.rounds import ProgrammeItem
from server.usecases.notices.read_notices import read_notice
from tests.harness.sql import all_rows, execute
from tests.server.usecases.notices.notice_gestures import DECIDES, OFFICER, officer
from tests.server.usecases.quality.figures_history import HALLS, Hands

IMPORTER = Author("importer")
TEXT = {
    "id": "laon-info",
    "category": "hours",
    "titles": {"fr": "Ouvert & calme", "en": "Open", "es": "Abierto"},
    "bodies": {"fr": "De 12 h à 14 h.", "en": "At noon.", "es": "A mediodía."},
}


def published(database: Database, *texts: dict[str, Any], dry_run: bool = False) -> Publication:
    """Laon's document with texts in it, as it was before there were notices."""
    document = json.loads((HALLS / "laon.json").read_text(encoding="utf-8")) | {"notices": list(texts)}
    return publish_hall(database, IMPORTER, json.dumps(document), Terms(is_dry_run=dry_run))


def texts_on_screens(database: Database, hall: str = "laon") -> dict[str, list[ProgrammeItem]]:
    """The items of a hall's screens by notice, built-in ones left out."""
    items: dict[str, list[ProgrammeItem]] = {}
    for item in read_programme(database, hall, "", lambda key, *_, **__: key)["items"]:
        if item["notice"] not in ("waits", "priority-card"):
            items.setdefault(item["notice"], []).append(item)
    return items


def test_a_text_is_published_in_its_hall_under_its_own_id_and_the_import_says_so(database: Database):
    warned = published(database, TEXT, dry_run=True)
    assert [each.code for each in warned.warnings] == ["notices_live_elsewhere"]
    assert texts_on_screens(database) == {}, "a dry run publishes nothing"
    published(database, TEXT)
    items = texts_on_screens(database)
    assert {item["language"] for item in items["laon-info"]} == {"fr", "en", "es"}
    assert items["laon-info"][0]["content"] == {
        "title": "Ouvert & calme",
        "html": "<p>De 12 h à 14 h.</p>",
        "credit": "",
        "code": None,
    }
    assert texts_on_screens(database, "vervins") == {}
    notice = read_notice(database, OFFICER, DECIDES, "laon-info")
    assert (notice["state"], notice["targets"]["halls"]) == ("published", ["laon"])
    assert [step["fact"] for step in notice["history"]] == [
        "NoticeDrafted",
        "NoticeSubmitted",
        "NoticeApproved",
        "NoticePublished",
    ]
    assert not hasattr(HallConfiguration, "notices"), "there is one place only"


def test_a_text_is_carried_over_once_whatever_happens_to_its_notice(database: Database):
    published(database, TEXT)
    published(database, TEXT | {"titles": {"fr": "Autre"}, "bodies": {"fr": "Autre"}})
    assert texts_on_screens(database)["laon-info"][0]["content"].get("title") == "Ouvert & calme"
    notice: NoticeAnswer = {"notice": "laon-info", "version": 1, "state": NoticeState.PUBLISHED}
    withdraw_notice(database, officer(notice))
    archive_notice(database, officer(notice))
    published(database, TEXT)
    assert carry_over_every_hall(database) == 0
    assert texts_on_screens(database) == {}


def test_a_starting_server_carries_over_texts_published_before(database: Database):
    published(database, TEXT, TEXT | {"id": "laon-autre"})
    for table in ("notice", "notice_step", "notice_version"):
        execute(database, f"DELETE FROM {table}")
    execute(database, "DELETE FROM installation_fact WHERE kind LIKE 'Notice%'")
    assert carry_over_every_hall(database) == 2
    assert carry_over_every_hall(database) == 0
    assert set(texts_on_screens(database)) == {"laon-info", "laon-autre"}
    [drafted] = {row["author"] for row in all_rows(database, "SELECT author FROM notice_step")}
    assert drafted == SYSTEM.id


def test_a_text_keeps_its_dates_and_one_that_is_over_is_not_carried_over(database: Database, hands: Hands):
    today = date(2026, 11, 24)
    soon = {"valid_from": str(today + timedelta(days=1)), "valid_until": str(today + timedelta(days=2))}
    over = {"id": "laon-fini", "valid_until": str(today - timedelta(days=1))}
    published(database, TEXT | soon, TEXT | over)
    assert set(texts_on_screens(database)) == {"laon-info"}
    notice = read_notice(database, OFFICER, DECIDES, "laon-info")
    assert notice["until"] == "2026-11-26T23:00:00.000000+00:00"
    assert notice["content"]["validity"] == {"starts": "2026-11-25", "ends": "2026-11-26"}
    windows = texts_on_screens(database)["laon-info"][0]["windows"]
    assert windows is not None
    [[starts, ends]] = windows
    assert ends - starts == 2 * 86_400_000


def test_a_language_that_only_the_title_has_is_left_out(database: Database):
    published(database, TEXT | {"bodies": {"fr": "Oui"}})
    assert {item["language"] for item in texts_on_screens(database)["laon-info"]} == {"fr"}
