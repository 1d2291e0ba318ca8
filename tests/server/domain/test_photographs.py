"""Photographs that people send: how many, how large, and what a refusal says."""

import pytest

from server.domain.photographs import OF_CHECK, OF_ENTRY, PhotographLimits, SentPhotograph, check_proofs
from server.domain.refusals import Refusal

ONE = SentPhotograph("photo.jpg", b"x")


@pytest.mark.parametrize(("kept", "sent"), [(0, 1), (0, 4), (3, 1), (2, 2)])
def test_a_check_may_have_four_photographs(kept: int, sent: int):
    check_proofs(OF_CHECK, [ONE] * sent, kept, nobody_is_recognisable=True)


@pytest.mark.parametrize(
    ("kept", "sent", "is_ticked", "code", "field"),
    [
        (0, 1, False, "photographs_unticked", "nobody"),
        (0, 5, True, "check_photographs_too_many", "photographs"),
        (0, 7, True, "check_photographs_too_many", "photographs"),
        (4, 1, True, "check_photographs_too_many", "photographs"),
    ],
)
def test_a_fifth_one_or_people_who_may_be_recognised_are_refused(
    kept: int, sent: int, is_ticked: bool, code: str, field: str
):
    with pytest.raises(Refusal) as refused:
        check_proofs(OF_CHECK, [ONE] * sent, kept, nobody_is_recognisable=is_ticked)
    assert (refused.value.code, refused.value.details["field"]) == (code, field)


def test_an_entry_may_have_three_photographs():
    for count in (0, 1, 3):
        OF_ENTRY.check_count(count)
    with pytest.raises(Refusal) as refused:
        OF_ENTRY.check_count(4)
    details = {"field": "photographs", "most": 3}
    assert (refused.value.code, refused.value.details) == ("form_photographs_too_many", details)


@pytest.mark.parametrize(("limits", "megabytes"), [(OF_CHECK, 15), (OF_ENTRY, 10)], ids=["check", "entry"])
def test_a_photograph_of_the_limit_is_taken_and_one_byte_more_is_refused(
    limits: PhotographLimits, megabytes: int
):
    limits.check_size(ONE)
    limits.check_size(SentPhotograph("photo.jpg", bytes(megabytes * 1_000_000)))
    for more in (1, 2):
        with pytest.raises(Refusal, match=f"{limits.of}_photograph_too_large") as refused:
            limits.check_size(SentPhotograph("photo.jpg", bytes(megabytes * 1_000_000 + more)))
        assert refused.value.details == {"field": "photographs", "megabytes": megabytes}


@pytest.mark.parametrize("limits", [OF_CHECK, OF_ENTRY], ids=["check", "entry"])
@pytest.mark.parametrize(
    ("name", "shown"), [("a\u202e\n.jpg", "a.jpg"), ("x" * 60, "x" * 60), ("x" * 61, f"{'x' * 60}…")]
)
def test_a_refusal_names_the_file_in_short(limits: PhotographLimits, name: str, shown: str):
    broken = limits.unreadable(SentPhotograph(name, b""))
    assert broken.code == f"{limits.of}_photograph_unreadable"
    assert broken.details["name"] == shown
