"""What visitors of a hall may read of its notices now: which, in which languages, and how it is spoken."""

from datetime import timedelta
from typing import Any

from server.domain.instants import to_text
from server.store.transactions.database import Database
from server.usecases.notices.gestures import withdraw_notice
from server.usecases.notices.public_blocks import NoticeText, PublicNotice, spoken_notice
from server.usecases.notices.read_public_notices import has_public_notices, read_public_notices
from tests.server.usecases.notices.notice_gestures import (
    AIMED,
    TEXT,
    approved,
    drafted,
    officer,
    published,
)
from tests.server.usecases.quality.figures_history import Hands

BUILT_IN = "priority-card"


def say(key: str, language: str, /, **_: object) -> str:
    return f"{key} ({language})"


def read(database: Database, hall: str = "laon") -> list[PublicNotice]:
    """The notices of a hall but the built-in one."""
    found = read_public_notices(database, hall, say)["notices"]
    return [each for each in found if each["id"] != BUILT_IN]


def text_of(content: dict[str, Any], database: Database, language: str = "fr") -> NoticeText:
    notice = published(database, content)
    [found] = [each for each in read(database) if each["id"] == notice["notice"]]
    return next(text for text in found["texts"] if text["language"] == language)


def test_only_what_is_published_and_runs_now_is_read_the_newest_first(database: Database, hands: Hands):
    drafted(database, AIMED)
    approved(database, AIMED)
    first = published(database, AIMED)
    hands.now += timedelta(minutes=1)
    ends = hands.now + timedelta(hours=1)
    second = published(database, AIMED, ends=ends)
    published(database, AIMED, starts=hands.now + timedelta(days=1))
    published(database, AIMED | {"titles": {"fr": "Demain"}, "validity": {"starts": "2026-11-25"}})
    gone = published(database, AIMED)
    withdraw_notice(database, officer(gone))
    assert [each["id"] for each in read(database)] == [second["notice"], first["notice"]]
    found = read_public_notices(database, "laon", say)
    assert (found["hall"], found["changes_at"]) == ("laon", to_text(ends))
    hands.now = ends
    assert [each["id"] for each in read(database)] == [first["notice"]], "what has ended is gone"


def test_a_notice_of_one_screen_is_read_in_its_hall_and_neither_waits_nor_a_condition_that_does_not_hold(
    database: Database,
):
    laon = database.configuration(database.hall_id("laon"))
    queue = next(iter(laon.queues))
    published(database, AIMED | {"when": {"queue": queue, "more_than": 0}})
    published(database, {"kind": "waits", "titles": {"fr": "L’attente"}, "targets": {"halls": ["laon"]}})
    assert [each["id"] for each in read_public_notices(database, "laon", say)["notices"]] == [BUILT_IN]
    assert has_public_notices(database, "laon", say)
    published(database, TEXT | {"targets": {"screens": [next(iter(laon.screens))]}})
    assert len(read(database)) == 1
    assert read(database, "vervins") == []


def test_of_thirty_notices_each_language_is_read_in_its_direction_with_the_address_of_the_code(
    database: Database,
):
    texts = {"fr": "Ouvert 😀", "en": "Open", "es": "Abierto"}
    bodies = {"fr": "<p>Le mercredi.</p>", "en": '<p lang="ar" dir="rtl">نعم</p>', "es": "<p>Sí.</p>"}
    link = "https://www.aisne.gouv.fr"
    published(database, AIMED | {"titles": texts, "bodies": bodies, "link": link})
    for number in range(29):
        published(database, AIMED | {"titles": {"fr": f"Information {number}"}})
    *others, notice = read(database)
    assert len(others) == 29
    assert [each["code"] for each in notice["languages"]] == ["fr", "en", "es"]
    assert notice["link"] == link
    assert (notice["code"] or "").startswith("data:image/svg+xml")
    english = notice["texts"][1]
    assert (english["title"], english["direction"]) == ("Open", "ltr")
    assert english["blocks"] == [{"kind": "text", "text": "نعم", "language": "ar", "direction": "rtl"}]


def test_every_kind_is_read_and_spoken_hours_as_a_table_in_languages_of_the_interface(database: Database):
    aimed = {"titles": {"fr": "Titre"}, "targets": {"halls": ["laon"]}}
    steps = [{"icon": "clock", "sentences": {"fr": text}} for text in ("Attendre.", "Entrer.")]
    figure = {"figures": {"fr": "96"}, "units": {"fr": "%"}, "meanings": {"fr": "de réponses"}}
    source = {"sources": {"fr": "Préfecture"}, "stands_on": "2026-10-31"}
    row = {"labels": {"fr": "Passeport"}, "delays": {"fr": "3 semaines"}}
    contents: list[tuple[dict[str, Any], list[str]]] = [
        ({"kind": "steps", "steps": steps}, ["1. Attendre.", "2. Entrer."]),
        ({"kind": "figure", **figure, **source}, ["96 %.", "de réponses", "Préfecture, 31 octobre 2026"]),
        (
            {"kind": "delays", "rows": [row], **source},
            ["Passeport : 3 semaines.", "Préfecture, 31 octobre 2026"],
        ),
        (
            {"kind": "date", "happens": {"starts": "2026-12-01"}, "places": {"fr": "Salle 2"}},
            ["Mardi 1 décembre.", "Salle 2"],
        ),
        (
            {"kind": "asked_and_done", "asked": {"fr": "Des bancs."}, "done": {"fr": "Six bancs."}},
            [
                "server.public_notices.asked (fr)",
                "Des bancs.",
                "server.public_notices.done (fr)",
                "Six bancs.",
            ],
        ),
    ]
    for content, spoken in contents:
        said = spoken_notice(text_of(aimed | content, database))
        assert [line.replace("\u00a0", " ") for line in said[1:]] == spoken, content["kind"]
        assert said[0] == "Titre"
    titles = {"fr": "Nos horaires", "en": "Our hours", "es": "Horario"}
    text = text_of({"kind": "hours", "titles": titles, "targets": {"halls": ["laon"]}}, database, "es")
    assert text["language"] == "es"
    assert text["blocks"][0]["kind"] == "rows"


def test_a_spoken_notice_ends():
    blocks: Any = [{"kind": "text", "text": "Mot. " * 200, "language": "fr", "direction": "ltr"}]
    long: NoticeText = {"language": "fr", "direction": "ltr", "title": "T", "credit": "", "blocks": blocks}
    assert len(spoken_notice(long)) == 60
