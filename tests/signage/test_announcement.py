"""Announcements: the words of a call, and one voice at a time."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signage.announcement import (
    OLDEST_SOUND,
    Announcement,
    AnnouncementQueue,
    recall_parts,
    spoken_sentence,
    spoken_sentences,
    written_text,
)

NOW = datetime(2026, 11, 24, 9, 42, tzinfo=UTC)
RECALLS = json.loads((Path(__file__).parent / "vectors/recall.json").read_text(encoding="utf-8"))["cases"]


def announcement(
    call: str, *, rank: int = 1, at: datetime = NOW, audio: tuple[str, ...] = ("a.wav",)
) -> Announcement:
    return Announcement(call=call, rank=rank, at=at, audio=audio)


def test_a_call_is_written_digit_by_digit() -> None:
    assert (
        written_text("A042", "guichet 3", template="Numéro {number}, {place}") == "Numéro A 0 4 2, guichet 3"
    )


def test_a_call_is_spoken_digit_by_digit_with_a_pause_before_the_place() -> None:
    spoken = spoken_sentence("A042", "guichet 3", template="Numéro {number}\n{place}")
    assert spoken == "Numéro A, 0, 4, 2\nguichet 3"


def test_each_language_says_its_sentence_twice_in_the_order_given() -> None:
    templates = {"fr": "Numéro {number}\n{place}", "en": "Number {number}\n{place}"}
    sentences = spoken_sentences("L1000", "bureau 12", templates=templates)
    assert list(sentences) == ["fr", "en"]
    assert sentences["en"] == ("Number L, 1, 0, 0, 0\nbureau 12",) * 2


@pytest.mark.parametrize("case", RECALLS, ids=lambda case: f"{case['template']} {case['rank']}")
def test_a_recall_marks_its_rank_with_a_raised_part(case: dict[str, Any]) -> None:
    assert [list(part) for part in recall_parts(case["rank"], template=case["template"])] == case["parts"]


def test_announcements_are_spoken_in_order_and_never_together() -> None:
    queue = AnnouncementQueue()
    first, second = announcement("c1"), announcement("c2")
    assert queue.add(first, now=NOW)
    assert queue.add(second, now=NOW)
    assert queue.next(now=NOW) == first
    assert queue.next(now=NOW) is None
    queue.ended()
    assert queue.next(now=NOW) == second
    queue.ended()
    assert queue.next(now=NOW) is None


def test_an_announcement_is_spoken_once_but_its_recall_again() -> None:
    queue = AnnouncementQueue()
    assert queue.add(announcement("c1"), now=NOW)
    assert not queue.add(announcement("c1"), now=NOW)
    assert queue.add(announcement("c1", rank=2), now=NOW)


def test_an_announcement_whose_audio_comes_later_is_spoken_when_it_has_come() -> None:
    queue = AnnouncementQueue()
    assert not queue.add(announcement("c1", audio=()), now=NOW)
    assert queue.add(announcement("c1"), now=NOW)


def test_a_sound_older_than_twenty_seconds_is_dropped_on_arrival_and_in_the_queue() -> None:
    queue = AnnouncementQueue()
    late = NOW + OLDEST_SOUND + timedelta(milliseconds=1)
    assert not queue.add(announcement("c0"), now=late)
    assert queue.add(announcement("c1"), now=NOW)
    assert queue.add(announcement("c2", at=late), now=late)
    spoken = queue.next(now=late)
    assert spoken is not None
    assert spoken.call == "c2"


@given(
    st.lists(
        st.tuples(st.integers(0, 5), st.integers(1, 3), st.sampled_from(["add", "next", "ended", "wait"]))
    )
)
def test_whatever_happens_nobody_speaks_twice_or_too_late(steps: list[tuple[int, int, str]]) -> None:
    queue, now, spoken = AnnouncementQueue(), NOW, []
    for call, rank, step in steps:
        was_speaking = queue.is_speaking
        match step:
            case "add":
                queue.add(announcement(f"c{call}", rank=rank, at=now), now=now)
            case "wait":
                now += timedelta(seconds=7)
            case "ended":
                queue.ended()
            case "next":
                started = queue.next(now=now)
                assert not (was_speaking and started)
                if started:
                    assert now - started.at <= OLDEST_SOUND
                    spoken.append((started.call, started.rank))
    assert len(spoken) == len(set(spoken))
