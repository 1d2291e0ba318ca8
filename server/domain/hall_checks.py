"""Checks of a hall and visits by a « usager d’un jour »: criteria, results, what is refused. Pure.

Rule: docs/rules/hall-checks.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from functools import partial

from server.domain.actions import names_a_person
from server.domain.refusals import Refusal
from server.domain.typed_fields import check_length, one_line, typed_day

LONGEST_SCENARIO, LONGEST_REMARK, LONGEST_NAME = 600, 300, 80
"""Characters of a scenario, of a remark, and of a criterion or function."""
MOST_OWN = 5
"""Criteria of one’s own that one check may have."""
CHECKS_KEPT = timedelta(days=3 * 365)


class CheckKind(StrEnum):
    """What was done: a check by people of the site, or a visit by somebody who played a visitor."""

    HALL_CHECK = "hall_check"
    MYSTERY_VISIT = "mystery_visit"


class Result(StrEnum):
    """What was found of a criterion."""

    MET = "met"
    PARTLY = "partly"
    NOT_MET = "not_met"
    NOT_SEEN = "not_seen"


FAULTY = (Result.PARTLY, Result.NOT_MET)
CRITERIA: Mapping[CheckKind, Sequence[str]] = {
    CheckKind.HALL_CHECK: ("hours_posted", "signs", "hearing_loop", "seats", "confidentiality"),
    CheckKind.MYSTERY_VISIT: (
        *("way_in", "welcome", "wait_announced", "call_understood", "clear_answer", "courtesy"),
        "confidentiality",
    ),
}
"""The criteria that each kind has, before those of one’s own."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found of a criterion: one of `CRITERIA`, or empty for one of one’s own, then in `words`."""

    criterion: str
    words: str
    result: str
    remark: str


@dataclass(frozen=True, slots=True)
class CheckRequest:
    """What is typed of a check. `function`: who did it, by function; `scenario`: of a visit only."""

    kind: CheckKind
    done_on: str
    function: str
    scenario: str
    findings: Sequence[Finding]


def checked_check(typed: CheckRequest, today: date) -> CheckRequest:
    """The check with each text on one line, without criteria of one’s own that have no words.

    Refusals, each with its `field`: bad_check_day (also of a day to come), check_function_missing,
    check_function_is_a_person, check_scenario_missing, check_text_too_long, check_result_missing.
    """
    lines = [
        replace(each, words=one_line(each.words), remark=one_line(each.remark)) for each in typed.findings
    ]
    kept = {place: each for place, each in enumerate(lines) if each.criterion or each.words}
    check = replace(
        typed,
        function=one_line(typed.function),
        scenario=typed.scenario.strip(),
        findings=tuple(kept.values()),
    )
    if day_of_check(check.done_on) > today:
        raise Refusal("bad_check_day", field="done_on")
    if not check.function:
        raise Refusal("check_function_missing", field="function")
    if names_a_person(check.function):
        raise Refusal("check_function_is_a_person", field="function")
    check_length(check.function, LONGEST_NAME, "check_text_too_long", "function")
    if check.kind is CheckKind.MYSTERY_VISIT and not check.scenario:
        raise Refusal("check_scenario_missing", field="scenario")
    check_length(check.scenario, LONGEST_SCENARIO, "check_text_too_long", "scenario")
    for place, each in kept.items():
        if each.result not in set(Result):
            raise Refusal("check_result_missing", field=f"result-{place}")
        check_length(each.words, LONGEST_NAME, "check_text_too_long", f"words-{place}")
        check_length(each.remark, LONGEST_REMARK, "check_text_too_long", f"remark-{place}")
    return check


day_of_check = partial(typed_day, code="bad_check_day", field="done_on")
"""The date of an ISO text. Refusal: bad_check_day."""
