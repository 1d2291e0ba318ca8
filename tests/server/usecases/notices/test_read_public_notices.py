"""What visitors of a hall may read of its notices now: which, in which languages, and how it is spoken."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from server.documents.problems import DocumentRefused
from server.domain.instants import to_micros, to_text
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
from server.usecases.notices.public_blocks import spoken_notice
from server.usecases.notices.public_types import NoticeText, PublicNotice
from server.usecases.notices.publication import DisplayRequest, publish_notice
from server.usecases.notices.read_notices import NoticesRequest, read_notice, read_notices
from server.usecases.notices.read_programme import read_programme
from server.usecases.notices.read_public_notices import has_public_notices, read_public_notices
from tests.harness.sql import execute
from tests.server.usecases.notices.conftest import (
    AIMED,
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
            {
                "kind": "closure",
                "happens": {"starts": "2026-12-01"},
                "opens": ["09:00-12:00"],
                "subjects": {"fr": "Passeports"},
                "reasons": {"fr": "Travaux"},
            },
            ["Mardi 1 décembre.", "server.programme.hours.open (fr)", "Passeports", "Travaux"],
        ),
        (
            {"kind": "table", "tables": {"fr": [["Titre", "Délai", "Prix"], ["Permis", "3 mois", ""]]}},
            ["Permis : Délai 3 mois."],
        ),
        (
            {"kind": "countdown", "falls_on": "2026-11-25", "details": {"fr": "Place du marché"}},
            ["server.programme.countdown.tomorrow (fr).", "Mercredi 25 novembre", "Place du marché"],
        ),
        (
            {"kind": "code", "link": "https://example.org/rdv", "details": {"fr": "Sans attendre."}},
            ["Sans attendre."],
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
