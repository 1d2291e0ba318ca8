"""The words of a programme: how long they stay, in which languages, and opening hours as people say them."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from server.documents.notices import HappensPart, MediumNotice, parse_notice
from server.domain.hours.busy_hours import BusyAndQuiet, HoursOfWeek
from server.domain.hours.calendars import MIDNIGHT, Calendar, Span, always_open
from server.store.transactions.database import Database
from server.usecases.hours.hours_words import affluence_lines, hours_lines
from server.usecases.notices import contents as programme_contents
from server.usecases.notices.contents import (
    HallWords,
    MediumFile,
    ShownMedium,
    contents_of,
    said_in,
    spoken_languages,
    title_in,
    turn_ms,
    words_of,
)
from server.usecases.notices.read_programme import read_programme
from server.usecases.notices.rounds import NEW_FOR
from server.usecases.notices.slide_contents import (
    NoticeOnScreen,
    NoticeWords,
    PictureContent,
    count_shown,
    days_shown,
)
from signage.notice_parts import code_to_scan
from tests.harness.sentences import TRANSLATE
from tests.server.usecases.notices.conftest import MORNING, TEXT, published
from tests.server.usecases.quality.figures_history import Hands, database_with_hall
from tests.signage.reference_schedule import Schedule, schedule_of, shown

DAY = Span(time(9), time(16, 30))
DAYS = [date(2026, 12, 21 + ahead) for ahead in range(7)]


TITLE: NoticeWords = {"title": "A", "credit": "", "code": None, "picture": None}
PICTURE: PictureContent = {
    "url": "/media/a.png",
    "width": 1,
    "height": 1,
    "text": "Un pont",
    "focus": None,
    "has_title": False,
    **TITLE,
}


def _day(weekday: str, day: str, month: str, hour: str = "") -> dict[str, str]:
    return {"weekday": weekday, "day": day, "month": month, "hour": hour}


def say(key: str, **values: object) -> str:
    """The key's last word with its values, so that order and parts are seen."""
    return f"{key.rpartition('.')[2]}({', '.join(str(value) for value in values.values())})"


@pytest.mark.parametrize(
    ("kind", "languages", "spoken"),
    [
        ("text", ["fr", "ar", "pt"], ["fr", "ar", "pt"]),
        ("hours", ["fr", "en", "es"], ["fr", "en", "es"]),
        ("hours", ["fr", "en", "ar"], ["fr"]),
        ("waits", ["fr"], ["fr"]),
    ],
)
def test_built_in_texts_are_never_in_exactly_one_translation(
    kind: str, languages: list[str], spoken: list[str]
):
    assert spoken_languages(kind, languages) == spoken


def test_words_stay_long_enough_to_be_read_slowly():
    assert [turn_ms("mot " * count) for count in (0, 14, 15, 40, 500)] == [
        10_000,
        10_000,
        10_250,
        19_000,
        30_000,
    ]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({**TITLE}, "A"),
        ({**TITLE, "html": "<p>B</p><ul><li>C</li></ul>"}, "A B C"),
        ({**TITLE, "lines": ["B", "C"]}, "A B C"),
        ({**TITLE, "lines": ["B", "C"], "asked": "B", "done": "C"}, "A B C"),
        (
            {**TITLE, "rows": [{"label": "B", "delay": "C"}], "source": "D", "on": "2026-12-21"},
            "A B C D",
        ),
        ({**TITLE, "entries": [{"title": "B", "text": "C"}]}, "A B C"),
        (PICTURE, "A"),
        ({**TITLE, "steps": [{"icon": "clock", "sentence": "B"}]}, "A B"),
        (
            {**TITLE, "figure": "1", "unit": "B", "meaning": "C", "source": "D", "on": "2026-12-21"},
            "A 1 B C D",
        ),
        (
            {
                **TITLE,
                "days": {
                    "first": {"weekday": "B", "day": "1", "month": "C", "hour": ""},
                    "last": None,
                    "hours": "D",
                },
                "place": "E",
                "details": "F",
            },
            "A B 1 C D E F",
        ),
    ],
    ids=[
        *("title", "text", "lines", "asked and done", "delays", "feed", "picture"),
        *("steps", "figure", "date"),
    ],
)
def test_the_words_of_a_content_are_all_of_them(content: NoticeOnScreen, words: str):
    assert words_of(content).split() == words.split()


def test_a_picture_comes_with_its_title_the_point_to_keep_its_credit_and_a_code(
    monkeypatch: pytest.MonkeyPatch,
):
    found = ShownMedium((MediumFile("/media/a", 4, 3),), {"fr": "Un pont"})
    monkeypatch.setattr(programme_contents, "shown_medium", lambda _rows, _medium: found)
    notice = parse_notice(
        {
            "kind": "image",
            "titles": {"fr": "Le pont rouvre"},
            "medium": "m1",
            "focus": {"x": 30, "y": 60},
            "credits": {"fr": "Photo : ville de Laon"},
            "link": "https://www.example.org/pont",
        }
    )
    words = cast(HallWords, SimpleNamespace(rows=None))
    [content] = contents_of("image", notice, "fr", words)
    assert content == {
        **PICTURE,
        "title": "Le pont rouvre",
        "url": "/media/a",
        "width": 4,
        "height": 3,
        "focus": {"x": 30, "y": 60},
        "has_title": True,
        "credit": "Photo\u00a0: ville de Laon",
        "code": code_to_scan("https://www.example.org/pont"),
    }


@pytest.mark.parametrize(
    ("more", "has_title"),
    [
        ({"kind": "image"}, False),
        ({"kind": "document"}, False),
        ({"kind": "image", "focus": {"x": 50, "y": 50}}, True),
        ({"kind": "video"}, True),
        ({"kind": "image", "title_shown": "yes"}, True),
        ({"kind": "video", "title_shown": "no"}, False),
    ],
)
def test_a_poster_carries_its_own_title_unless_its_author_says_otherwise(
    more: dict[str, Any], has_title: bool
):
    notice = parse_notice({"titles": {"fr": "Forum"}, "medium": "m1", **more})
    assert isinstance(notice, MediumNotice)
    assert notice.has_title == has_title


def test_no_word_of_a_title_is_hyphenated():
    assert title_in({"fr": "Renouvellement : oui"}, "fr") == "Renouvellement\u00a0: oui"


def test_the_days_left_are_said_of_each_day_in_each_language_that_has_words():
    def said(language: str) -> list[tuple[str, str]]:
        shown = count_shown("2026-12-24T14:00", language, days=DAYS, translate=TRANSLATE)
        assert (shown["day"]["day"], shown["hours"][:2]) == ("24", "14")
        return [(each["words"], each["number"]) for each in shown["counted"]]

    assert said("fr") == [
        ("encore 3\u00a0jours", "3"),
        ("encore 2\u00a0jours", "2"),
        ("demain", ""),
        ("aujourd’hui", ""),
    ]
    assert said("ar")[:2] == [("بقي 3\u00a0أيام", "3"), ("بقي يومان", "")]
    assert said("uk")[0] == ("ще 3\u00a0дні", "3")
    assert said("de") == []


def test_equal_weekdays_are_listed_together_and_exceptions_separately():
    calendar = Calendar(
        "Europe/Paris",
        {**dict.fromkeys(range(5), (DAY,)), 5: (Span(time(9), MIDNIGHT),)},
        exceptions={date(2026, 12, 24): (Span(time(9), time(12)),)},
        closed_days=frozenset({date(2026, 12, 25)}),
        why={date(2026, 12, 24): {"fr": "Veille de Noël"}},
    )
    assert hours_lines(calendar, DAYS, "fr", say) == [
        "line(Days(lundi, vendredi), span(9\u00a0h, 16\u00a0h\u00a030))",
        "line(Samedi, span(9\u00a0h, midnight()))",
        "line(Dimanche, closed())",
        "because(line(Jeudi 24 décembre, span(9\u00a0h, 12\u00a0h)), Veille de Noël)",
        "line(Vendredi 25 décembre, closed())",
    ]
    assert hours_lines(calendar, [], "en", say)[1] == "line(Saturday, span(09:00, midnight()))"


def test_a_hall_that_never_closes_says_so():
    assert hours_lines(always_open("Europe/Paris"), DAYS, "fr", say) == ["round_the_clock()"]


@pytest.mark.parametrize(
    ("happens", "language", "shown"),
    [
        (
            {"starts": "2026-12-24"},
            "fr",
            {"first": _day("Jeudi", "24", "décembre"), "last": None, "hours": ""},
        ),
        (
            {"starts": "2027-01-08T18:30", "ends": "2027-01-08T20:00"},
            "en",
            {"first": _day("Friday", "8", "January 2027"), "last": None, "hours": "span(18:30, 20:00)"},
        ),
        (
            {"starts": "2026-12-21T09:00", "ends": "2026-12-31"},
            "fr",
            {
                "first": _day("Lundi", "21", "décembre", "9\u00a0h"),
                "last": _day("Jeudi", "31", "décembre"),
                "hours": "",
            },
        ),
        (
            {"starts": "2026-12-24T14:00", "ends": "2026-12-24T16:00"},
            "ar",
            {"first": _day("الخميس", "24", "ديسمبر"), "last": None, "hours": "14:00–16:00"},
        ),
    ],
)
def test_a_day_or_a_period_is_said_with_its_weekday_and_hours(
    happens: dict[str, str], language: str, shown: dict[str, object]
):
    found = days_shown(
        HappensPart.model_validate(happens),
        language,
        today=DAYS[0],
        translate=lambda key, _language, **values: say(key, **values),
    )
    assert found == shown


def test_busy_hours_are_shown_with_the_sample_behind_them():
    found = BusyAndQuiet(busy=(HoursOfWeek(0, 8 * 60 + 30, 11 * 60),))
    assert affluence_lines(found, "fr", say) == [
        "busy(slot(lundi, 8\u00a0h\u00a030, 11\u00a0h))",
        "counted(8)",
    ]
    assert affluence_lines(BusyAndQuiet(), "fr", say) == []


@pytest.mark.parametrize(
    ("typed", "language", "expected"),
    [
        ({"fr": "Le vendredi : « fermé » !"}, "fr", "Le vendredi\u00a0: «\u00a0fermé\u00a0»\u00a0!"),
        ({"fr": "<p>Ouvert ? <b>Oui</b> : à 8 h</p>"}, "fr", "<p>Ouvert\u00a0? <b>Oui</b>\u00a0: à 8 h</p>"),
        ({"fr": "Où ?", "en": "Where ?"}, "en", "Where ?"),
        ({"fr": "Où ?"}, "en", "Où\u00a0?"),
        ({}, "fr", ""),
    ],
)
def test_a_french_line_never_begins_with_a_mark_after_any_space(
    typed: dict[str, str], language: str, expected: str
):
    assert said_in(typed, language) == expected


WITHIN = timedelta(seconds=100)
LONG = TEXT | {"bodies": {"fr": "<p>" + "mot " * 60 + "</p>"}}


@pytest.fixture
def hands() -> Hands:
    return Hands(MORNING - timedelta(days=1))


@pytest.fixture
def database(sqlite_url: str, hands: Hands) -> Iterator[Database]:
    found = database_with_hall(sqlite_url, hands, "laon")
    for _ in range(16):
        published(found, LONG)
    hands.now = MORNING
    yield found
    found.close()


def schedule(database: Database) -> Schedule:
    return schedule_of(read_programme(database, "laon", "", lambda key, *_, **__: key))


def notice_at(made: Schedule, at: datetime, behind: timedelta) -> str:
    """What a screen shows whose playlist is behind: calls had covered it for so long."""
    now = int(at.timestamp() * 1000)
    item = shown(made, at=now, turn=now - int(behind.total_seconds() * 1000), waiting={})
    return (item.item or "").partition(".")[0]


def first_shown(made: Schedule, notice: str, since: datetime, behind: timedelta) -> timedelta:
    steps = (timedelta(seconds=second) for second in range(1200))
    return next(step for step in steps if notice_at(made, since + step, behind) == notice)


@pytest.mark.parametrize("more", [{}, {"ms": 120_000}], ids=["as long as its words", "two minutes"])
def test_a_new_notice_is_shown_soon_wherever_a_screen_is_in_its_round(
    database: Database, more: dict[str, int]
):
    new = published(database, TEXT | more)["notice"]
    made = schedule(database)
    waits = [first_shown(made, new, MORNING, timedelta(seconds=behind)) for behind in range(0, 500, 13)]
    assert max(waits) <= WITHIN


def test_it_takes_its_turn_like_the_others_afterwards(database: Database):
    new = published(database, TEXT)["notice"]
    made = schedule(database)
    later = MORNING + NEW_FOR
    seconds = range(0, 3600, 2)
    notices = [notice_at(made, later + timedelta(seconds=each), timedelta()) for each in seconds]
    assert 0.01 < notices.count(new) / len(notices) < 0.08, "one of some twenty"


def test_a_notice_that_begins_later_is_new_when_it_begins(database: Database):
    starts = MORNING + timedelta(hours=5)
    new = published(database, TEXT, starts=starts)["notice"]
    made = schedule(database)
    before = {notice_at(made, MORNING + timedelta(seconds=each), timedelta()) for each in range(0, 900, 2)}
    assert new not in before
    assert first_shown(made, new, starts, timedelta(seconds=77)) <= WITHIN


def test_a_legal_notice_keeps_to_its_guaranteed_part(database: Database):
    legal = published(database, TEXT | {"category": "legal"})["notice"]
    items = read_programme(database, "laon", "", lambda key, *_, **__: key)["items"]
    assert len([item for item in items if item["notice"] == legal]) == 2
    assert len({item["id"] for item in items}) == len(items)


def test_a_countdown_leaves_at_midnight_after_its_day_in_the_halls_own_zone(database: Database):
    notice = {"kind": "countdown", "titles": {"fr": "Le forum"}, "falls_on": "2026-11-26T10:00"}
    published(database, notice | {"targets": {"halls": ["laon"]}})
    items = read_programme(database, "laon", "", lambda key, *_, **__: key)["items"]
    windows = [(item["windows"] or [])[-1] for item in items if item["kind"] == "countdown"]
    midnight = datetime(2026, 11, 26, 23, tzinfo=UTC)
    assert max(until for _, until in windows) == int(midnight.timestamp() * 1000)


def test_every_item_has_an_id_of_its_own(database: Database):
    published(database, TEXT)
    published(database, TEXT)
    items = read_programme(database, "laon", "", lambda key, *_, **__: key)["items"]
    assert len({item["id"] for item in items}) == len(items)
