"""Checks of a hall and visits: what is refused, and what is left of a form."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from server.domain.hall_checks import CheckKind, CheckRequest, Finding, checked_check
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
