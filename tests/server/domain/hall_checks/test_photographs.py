"""Photographs of a check: how many, how large, and that nobody can be recognised."""

import pytest

from server.domain.hall_checks.photographs import (
    SentPhotograph,
    check_sent,
    check_size,
    unreadable_photograph,
)
from server.domain.refusals import Refusal

ONE = SentPhotograph("photo.jpg", b"x")


@pytest.mark.parametrize(("kept", "sent"), [(0, 1), (0, 4), (3, 1), (2, 2)])
def test_a_check_may_have_four_photographs(kept: int, sent: int):
    check_sent([ONE] * sent, kept, nobody_is_recognisable=True)


@pytest.mark.parametrize(
    ("kept", "sent", "is_ticked", "code", "field"),
    [
        (0, 0, True, "check_photographs_missing", "photographs"),
        (0, 1, False, "check_photographs_unticked", "nobody"),
        (0, 5, True, "check_photographs_too_many", "photographs"),
        (0, 7, True, "check_photographs_too_many", "photographs"),
        (4, 1, True, "check_photographs_too_many", "photographs"),
    ],
)
def test_none_a_fifth_one_or_people_who_may_be_recognised_are_refused(
    kept: int, sent: int, is_ticked: bool, code: str, field: str
):
    with pytest.raises(Refusal) as refused:
        check_sent([ONE] * sent, kept, nobody_is_recognisable=is_ticked)
    assert (refused.value.code, refused.value.details["field"]) == (code, field)


def test_a_photograph_of_fifteen_megabytes_is_taken_and_one_byte_more_is_refused():
    check_size(ONE)
    check_size(SentPhotograph("photo.jpg", bytes(15_000_000)))
    for more in (1, 2):
        with pytest.raises(Refusal, match="check_photograph_too_large") as refused:
            check_size(SentPhotograph("photo.jpg", bytes(15_000_000 + more)))
        assert refused.value.details["megabytes"] == 15


@pytest.mark.parametrize(
    ("name", "shown"), [("a\u202e\n.jpg", "a.jpg"), ("x" * 60, "x" * 60), ("x" * 61, f"{'x' * 60}…")]
)
def test_a_refusal_names_the_file_in_short_and_tells_what_phones_write_from_what_is_broken(
    name: str, shown: str
):
    heic = unreadable_photograph(SentPhotograph(name, b""), is_heic=True)
    broken = unreadable_photograph(SentPhotograph(name, b""), is_heic=False)
    assert (heic.code, broken.code) == ("check_photograph_heic", "check_photograph_unreadable")
    assert heic.details["name"] == broken.details["name"] == shown
