"""Checks of a hall and visits: what is refused, and what is left of a form."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from server.domain.hall_checks import (
    OF_CHECK,
    OF_ENTRY,
    CheckKind,
    CheckRequest,
    Finding,
    PhotographLimits,
    SentPhotograph,
    check_sent,
    checked_check,
)
from server.domain.refusals import Refusal

TODAY = date(2026, 11, 24)
VISIT = CheckRequest(
    CheckKind.MYSTERY_VISIT,
    "2026-11-24",
    " Membre du  comité ",
    "Vient sans rendez-vous",
    [Finding("welcome", "", "met", ""), Finding("", " ", "", "")],
)


def test_a_visit_keeps_its_criteria_and_drops_empty_ones_of_its_own():
    kept = checked_check(VISIT, TODAY)
    assert (kept.function, list(kept.findings)) == ("Membre du comité", [Finding("welcome", "", "met", "")])


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"done_on": "2026-11-25"}, "bad_check_day", "done_on"),
        ({"done_on": ""}, "bad_check_day", "done_on"),
        ({"function": " "}, "check_function_missing", "function"),
        ({"function": "Mme Martin"}, "check_function_is_a_person", "function"),
        ({"scenario": "\n"}, "check_scenario_missing", "scenario"),
        ({"function": "x" * 81}, "check_text_too_long", "function"),
        ({"scenario": "x" * 601}, "check_text_too_long", "scenario"),
        ({"findings": [Finding("welcome", "", "", "")]}, "check_result_missing", "result-0"),
        (
            {"findings": [Finding("", "", "", ""), Finding("", "Fleurs", "", "")]},
            "check_result_missing",
            "result-1",
        ),
        ({"findings": [Finding("", "x" * 81, "met", "")]}, "check_text_too_long", "words-0"),
        ({"findings": [Finding("welcome", "", "met", "x" * 301)]}, "check_text_too_long", "remark-0"),
    ],
)
def test_a_wrong_check_is_refused_at_its_field(change: dict[str, Any], code: str, field: str):
    with pytest.raises(Refusal) as refused:
        checked_check(replace(VISIT, **change), TODAY)
    assert (refused.value.code, refused.value.details["field"]) == (code, field)


def test_the_longest_texts_are_kept_and_a_check_of_the_hall_has_no_scenario():
    finding = Finding("", "w" * 80, "not_met", "r" * 300)
    kept = checked_check(
        replace(VISIT, function="f" * 80, scenario="s" * 600, findings=[finding], done_on="2026-11-23"), TODAY
    )
    assert (kept.function, kept.scenario, list(kept.findings)) == ("f" * 80, "s" * 600, [finding])
    assert checked_check(replace(VISIT, kind=CheckKind.HALL_CHECK, scenario=""), TODAY).scenario == ""


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


def test_an_entry_may_have_three_photographs():
    for count in (0, 1, 3):
        OF_ENTRY.check_count(count)
    with pytest.raises(Refusal) as refused:
        OF_ENTRY.check_count(4)
    details = {"field": "photographs", "most": 3}
    assert (refused.value.code, refused.value.details) == ("entry_photographs_too_many", details)


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
def test_a_refusal_names_the_file_in_short_and_tells_what_phones_write_from_what_is_broken(
    limits: PhotographLimits, name: str, shown: str
):
    heic = limits.unreadable(SentPhotograph(name, b""), is_heic=True)
    broken = limits.unreadable(SentPhotograph(name, b""), is_heic=False)
    codes = (f"{limits.of}_photograph_heic", f"{limits.of}_photograph_unreadable")
    assert (heic.code, broken.code) == codes
    assert heic.details["name"] == broken.details["name"] == shown
