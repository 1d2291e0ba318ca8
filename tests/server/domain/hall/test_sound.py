"""Where an induction loop is shown: only where its last test is not out of date."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from server.domain.hall.configuration import Counter
from server.domain.hall.devices import LONGEST_QUIET_MINUTES, Sound, is_loop_in_order

TODAY = date(2026, 11, 26)


@pytest.mark.parametrize(
    ("tested_on", "is_shown"),
    [
        (None, False),
        (TODAY, True),
        (TODAY - timedelta(days=366), True),
        (TODAY - timedelta(days=367), False),
        (TODAY + timedelta(days=1), False),
    ],
)
def test_a_loop_is_shown_for_a_year_from_its_last_test(tested_on: date | None, is_shown: bool):
    assert is_loop_in_order(tested_on, TODAY) is is_shown


def test_a_test_alone_makes_no_loop():
    tested = Counter("g3", "guichet 3", (), hearing_loop_tested_on=TODAY)
    assert not tested.shows_loop(TODAY)
    assert replace(tested, has_hearing_loop=True).shows_loop(TODAY)


def test_a_hall_that_says_nothing_of_its_sound_is_loud_in_french_and_has_no_loop():
    sound = Sound()
    assert (sound.most_percent, sound.says_visitor_language, sound.loop) == (100, False, None)
    assert LONGEST_QUIET_MINUTES == 2 * 60
