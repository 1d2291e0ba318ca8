"""The board of a hall's screens, and the words of its announcements."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from string import Formatter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardware.languages import VISITOR_LANGUAGES
from signage.announcement import (
    KINDS,
    OLDEST_SOUND,
    REPETITIONS,
    alert_texts,
    prepared_alerts,
    spoken_alert,
    spoken_sentence,
    voice_name,
    written_text,
)
from signage.board import (
    DIRECTION_CHARACTERS,
    LABEL_CHARACTERS,
    MAX_CALLS,
    MAX_RECENT,
    MESSAGE_LIMIT,
    CallOnBoard,
    CallsMessage,
    CounterPlace,
    FormerCall,
    NamedService,
    Position,
    QueueOnBoard,
    calls_message,
    clip,
    counter_message,
    fitted_board,
    former_counter,
    message_bytes,
    queues_message,
)
from tests.signage.contract_server import SENTENCES, translate

NOW = datetime(2026, 11, 24, 9, 42, 0, 123456, tzinfo=UTC)
POSITION: Position = {
    "hall": "laon",
    "epoch": "01934f6c-0000-7000-8000-000000000000",
    "version": 4711,
    "as_of": NOW.isoformat(),
}
FOUR_KB = 4_096


def place(n: int = 3, **values: Any) -> CounterPlace:
    return CounterPlace(**{"counter": f"counter-{n}", "label": f"guichet {n}"} | values)


def called(call: str, number: str, where: CounterPlace, called_at: datetime, rank: int) -> CallOnBoard:
    return {
        "call": call,
        "number": number,
        "counter": counter_message(where),
        "called_at": called_at.isoformat(timespec="milliseconds"),
        "rank": rank,
    }


def former(number: str, where: CounterPlace, called_at: datetime) -> FormerCall:
    said = called_at.isoformat(timespec="milliseconds")
    return {"number": number, "counter": former_counter(where), "called_at": said}


def call(n: int, *, at: int = 0, rank: int = 1, where: CounterPlace | None = None) -> CallOnBoard:
    return called(f"call-{n}", f"A{n:03}", where or place(), NOW + timedelta(seconds=at), rank)


class Board(CallsMessage):
    """A board with something else that it says."""

    programme_revision: str


def board(
    *,
    hall: str = "laon",
    calls: Sequence[CallOnBoard] = (),
    former: Sequence[FormerCall] = (),
    revision: str = "1.1",
) -> Board:
    message = calls_message({**POSITION, "hall": hall}, calls=calls, recent=former)
    whole: Board = {**message, "programme_revision": revision}
    return fitted_board(whole)


def recent(n: int, *, at: int = 0) -> FormerCall:
    return former(f"A{n:03}", place(), NOW + timedelta(seconds=at))


def test_the_board_is_as_the_contract_writes_it() -> None:
    where = place(direction="derrière l’accueil, porte bleue")
    message = board(calls=[call(42, rank=2, where=where)], former=[recent(41)], revision="3.1")
    assert message == {
        "hall": "laon",
        "epoch": POSITION["epoch"],
        "version": 4711,
        "as_of": "2026-11-24T09:42:00.123456+00:00",
        "calls": [
            {
                "call": "call-42",
                "number": "A042",
                "counter": {
                    "id": "counter-3",
                    "label": "guichet 3",
                    "direction": {"fr": "derrière l’accueil, porte bleue"},
                },
                "called_at": "2026-11-24T09:42:00.123+00:00",
                "rank": 2,
            }
        ],
        "recent": [
            {
                "number": "A041",
                "counter": {"id": "counter-3", "label": "guichet 3"},
                "called_at": "2026-11-24T09:42:00.123+00:00",
            }
        ],
        "programme_revision": "3.1",
    }


def test_the_most_recent_calls_come_first_and_only_so_many_are_carried() -> None:
    message = board(calls=[call(n, at=n) for n in range(20)], former=[recent(n, at=n) for n in range(20)])
    assert [c["number"] for c in message["calls"]] == [f"A{n:03}" for n in range(19, 19 - MAX_CALLS, -1)]
    assert [c["number"] for c in message["recent"]] == [f"A{n:03}" for n in range(19, 19 - MAX_RECENT, -1)]


def test_a_long_label_is_cut_with_a_sign() -> None:
    assert clip("bureau 112 bis", LABEL_CHARACTERS) == "bureau 112 bis"
    assert clip("x" * 41, LABEL_CHARACTERS) == "x" * 39 + "…"
    assert clip("au fond du couloir à gauche", 12) == "au fond du…"


def largest_board(character: str) -> Board:
    where = CounterPlace(
        counter="c" * 36,
        label=character * LABEL_CHARACTERS,
        direction=character * DIRECTION_CHARACTERS,
    )
    calls = [called("f" * 36, "A1000", where, NOW + timedelta(seconds=n), 99) for n in range(MAX_CALLS)]
    over = [former("A1000", where, NOW) for _ in range(MAX_RECENT)]
    return board(hall="h" * 36, calls=calls, former=over, revision=str(10**6))


def test_the_largest_valid_board_in_plain_letters_keeps_every_call_and_the_directions_of_the_large_ones() -> (
    None
):
    message = largest_board("m")
    assert message_bytes(message) <= MESSAGE_LIMIT == 3_900 < FOUR_KB
    assert len(message["calls"]) == MAX_CALLS
    assert all(len(c["counter"]["direction"]["fr"]) == DIRECTION_CHARACTERS for c in message["calls"][:3])
    assert all(len(c["counter"]["label"]) == LABEL_CHARACTERS for c in message["calls"])


def test_a_board_that_just_fits_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = largest_board("m")
    monkeypatch.setattr("signage.board.MESSAGE_LIMIT", message_bytes(whole))
    assert largest_board("m") == whole
    monkeypatch.setattr("signage.board.MESSAGE_LIMIT", message_bytes(whole) - 1)
    assert message_bytes(largest_board("m")) < message_bytes(whole)


@pytest.mark.parametrize("character", ["é", "م", "😀"])
def test_the_largest_board_in_letters_that_travel_escaped_still_fits(character: str) -> None:
    message = largest_board(character)
    assert message_bytes(message) <= MESSAGE_LIMIT
    assert all(c["counter"]["direction"].get("fr") for c in message["calls"][:2])


TEXT = st.text(max_size=120)
PLACES = st.builds(
    CounterPlace,
    counter=st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=36),
    label=TEXT,
    direction=TEXT,
)
TIMES = st.datetimes(timezones=st.just(UTC))
CALLS = st.builds(
    called,
    call=st.uuids().map(str),
    number=st.from_regex(r"\A[A-Z][0-9]{3,5}\Z"),
    where=PLACES,
    called_at=TIMES,
    rank=st.integers(1, 99),
)
RECENT = st.builds(former, number=st.from_regex(r"\A[A-Z][0-9]{3,5}\Z"), where=PLACES, called_at=TIMES)


@settings(max_examples=60, deadline=None)
@given(st.lists(CALLS, max_size=30), st.lists(RECENT, max_size=20))
def test_any_board_stays_under_4_kb_and_keeps_the_newest_call_whole(
    calls: list[CallOnBoard], former: list[FormerCall]
) -> None:
    message = board(hall="h" * 36, calls=calls, former=former)
    assert message_bytes(message) <= MESSAGE_LIMIT
    assert len(message["calls"]) <= MAX_CALLS
    assert len(message["recent"]) <= MAX_RECENT
    if calls:
        assert message["calls"][0]["called_at"] == max(call["called_at"] for call in calls)
        assert len(message["calls"][0]["counter"]["label"]) <= LABEL_CHARACTERS


def test_an_addition_that_leaves_no_room_is_an_error() -> None:
    with pytest.raises(ValueError, match="hall laon"):
        board(revision="x" * 5_000)


def line(queue: str, service: str, names: dict[str, str], waiting: int) -> QueueOnBoard:
    services: list[NamedService] = [{"id": service, "name": names}]
    return {"queue": queue, "services": services, "waiting": waiting, "wait": None}


def test_queues_that_fit_are_said_whole() -> None:
    lines = [line("q1", "s1", {"fr": "Accueil", "en": "Reception"}, 3), line("q2", "s2", {"fr": "Titres"}, 0)]
    assert queues_message(POSITION, lines) == {**POSITION, "queues": lines}


def test_too_many_queues_leave_from_the_emptiest_and_are_counted() -> None:
    names = {"fr": "Titres de séjour " * 4, "en": "Residence permits " * 4}
    lines = [line("q" * 36, "s" * 36, {**names}, n) for n in range(40)]
    message = queues_message(POSITION, lines)
    assert message_bytes(message) <= MESSAGE_LIMIT
    assert message["more"] + len(message["queues"]) == 40
    assert min(line["waiting"] for line in message["queues"]) == message["more"]


def test_a_counter_with_a_hearing_loop_says_so_and_another_does_not() -> None:
    assert counter_message(place(has_loop=True))["hearing_loop"] is True
    assert "hearing_loop" not in counter_message(place())


def test_a_board_carries_twelve_calls_and_eight_former_ones() -> None:
    calls = [call(n, at=n) for n in range(30)]
    former = [recent(n, at=-n) for n in range(30)]
    message = board(calls=calls, former=former)
    assert (len(message["calls"]), len(message["recent"])) == (12, 8)


def test_names_in_other_languages_leave_before_a_queue_does() -> None:
    names = {"fr": "Titres", "en": "Permits " * 10}
    lines = [line(f"q{n}", "s", {**names}, n) for n in range(30)]
    message = queues_message(POSITION, lines)
    assert len(message["queues"]) == 30
    assert {name for line in message["queues"] for each in line["services"] for name in each["name"]} == {
        "fr"
    }


def test_texts_of_a_counter_are_cut_to_their_bounds() -> None:
    told = counter_message(place(label="x" * 200, direction="x" * 200))
    assert [len(told["label"]), len(told["direction"]["fr"])] == [40, 80]


# --- announcements: the words of a call -------------------------------------------------------


TEXTS = alert_texts(translate)
FRENCH = {key for key in SENTENCES["fr"] if key.startswith("signage.alert.")}


def test_a_call_is_written_digit_by_digit() -> None:
    assert (
        written_text("A042", "guichet 3", template="Numéro {number}, {place}") == "Numéro A 0 4 2, guichet 3"
    )


def test_a_call_is_spoken_digit_by_digit_with_a_pause_before_the_place() -> None:
    spoken = spoken_sentence("A042", "guichet 3", template="Numéro {number}\n{place}")
    assert spoken == "Numéro A, 0, 4, 2\nguichet 3"


def test_an_announcement_is_spoken_twice_and_not_after_twenty_seconds() -> None:
    assert (2, timedelta(seconds=20)) == (REPETITIONS, OLDEST_SOUND)


@pytest.mark.parametrize("language", VISITOR_LANGUAGES)
def test_every_language_says_all_that_screens_show(language: str):
    known = {key: text for key, text in SENTENCES[language].items() if key.startswith("signage.alert.")}
    assert set(known) == FRENCH
    for key, text in known.items():
        assert text.strip(), key
        names = [name for _, name, _, _ in Formatter().parse(text) if name]
        assert names == (["time"] if key.endswith("since") else []), key
    told = TEXTS[language]
    assert set(told["kinds"]) == set(KINDS)
    assert len({kind["title"] for kind in told["kinds"].values()}) == len(KINDS)
    assert all(len(kind["title"]) <= 40 and len(kind["text"]) <= 140 for kind in told["kinds"].values())


def test_a_drill_is_named_before_its_instructions_and_all_is_spoken_twice():
    once, again = spoken_alert({"kind": "shelter", "drill": True, "texts": {}}, translate)
    assert once == again
    phrases = once.splitlines()
    assert phrases[:3] == ["Attention.", "Ceci est un exercice.", "Mettez-vous à l’abri"]
    real = spoken_alert({"kind": "shelter", "drill": False, "texts": {}}, translate)[0]
    assert "exercice" not in real


def test_every_alert_with_words_of_its_own_and_its_drill_have_a_voice():
    names = [voice_name(each) for each in prepared_alerts()]
    kinds = ["evacuate", "shelter", "medical"]
    assert names == [name for kind in kinds for name in (kind, f"{kind} drill")]


def test_a_custom_alert_is_spoken_in_its_own_french_words():
    texts = {"fr": {"title": "Fuite d’eau", "text": "Restez assis."}, "en": {"title": "Leak", "text": ""}}
    once, _ = spoken_alert({"kind": "custom", "drill": False, "texts": texts}, translate)
    assert once.splitlines() == ["Attention.", "Fuite d’eau", "Restez assis."]
