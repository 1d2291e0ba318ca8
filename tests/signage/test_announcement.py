"""Announcements: the words of a call."""

from datetime import timedelta

from signage.announcement import OLDEST_SOUND, REPETITIONS, spoken_sentence, written_text


def test_a_call_is_written_digit_by_digit() -> None:
    assert (
        written_text("A042", "guichet 3", template="Numéro {number}, {place}") == "Numéro A 0 4 2, guichet 3"
    )


def test_a_call_is_spoken_digit_by_digit_with_a_pause_before_the_place() -> None:
    spoken = spoken_sentence("A042", "guichet 3", template="Numéro {number}\n{place}")
    assert spoken == "Numéro A, 0, 4, 2\nguichet 3"


def test_an_announcement_is_spoken_twice_and_not_after_twenty_seconds() -> None:
    assert (2, timedelta(seconds=20)) == (REPETITIONS, OLDEST_SOUND)
