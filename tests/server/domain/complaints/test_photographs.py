"""Photographs of an entry: three, of ten megabytes each; what is none is refused with its reason."""

import pytest

from server.domain.complaints.photographs import check_photographs, unreadable_photograph
from server.domain.hall_checks.photographs import SentPhotograph
from server.domain.refusals import Refusal

LARGEST = 10_000_000


def sent(*sizes: int) -> list[SentPhotograph]:
    return [SentPhotograph("photo.jpg", bytes(size)) for size in sizes]


@pytest.mark.parametrize("sizes", [(), (1,), (1, 2, 3), (LARGEST,)])
def test_three_photographs_of_ten_megabytes_are_taken(sizes):
    check_photographs(sent(*sizes))


@pytest.mark.parametrize(
    ("sizes", "code", "limit"),
    [
        ((1, 1, 1, 1), "entry_photographs_too_many", {"most": 3}),
        ((1, LARGEST + 1), "entry_photograph_too_large", {"megabytes": 10}),
    ],
)
def test_more_or_larger_ones_are_refused_with_the_limit(sizes, code, limit):
    with pytest.raises(Refusal) as refused:
        check_photographs(sent(*sizes))
    assert (refused.value.code, refused.value.details) == (code, {"field": "photographs"} | limit)


def test_a_file_of_some_phones_is_refused_otherwise_than_what_is_no_picture():
    assert unreadable_photograph(is_heic=True).code == "entry_photograph_heic"
    assert unreadable_photograph(is_heic=False).code == "entry_photograph_unreadable"
