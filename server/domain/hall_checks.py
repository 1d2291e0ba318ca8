"""Checks of a hall and visits by a « usager d’un jour »: criteria, results, what is refused. Pure.

Rule: docs/rules/hall-checks.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from functools import partial
from typing import Literal

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

LONGEST_FILE_NAME = 60


@dataclass(frozen=True, slots=True)
class SentPhotograph:
    """A file that was sent: its name for refusals, and its bytes, cut after the limit."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class PhotographLimits:
    """How many photographs a check or an entry may have, and the bytes of the largest file taken as one.

    Each refusal has the field « photographs », and a code that begins with `of`.
    """

    of: Literal["check", "entry"]
    most: int
    largest: int

    def check_count(self, count: int) -> None:
        """Refusal: …_photographs_too_many."""
        if count > self.most:
            raise self.too_many()

    def check_size(self, sent: SentPhotograph) -> None:
        """Refusal: …_photograph_too_large."""
        if len(sent.content) > self.largest:
            raise self.too_large()

    def too_many(self) -> Refusal:
        """The refusal of one photograph too many."""
        return Refusal(f"{self.of}_photographs_too_many", field="photographs", most=self.most)

    def too_large(self) -> Refusal:
        """The refusal of a file over the limit, with the limit in megabytes."""
        megabytes = self.largest // 1_000_000
        return Refusal(f"{self.of}_photograph_too_large", field="photographs", megabytes=megabytes)

    def unreadable(self, sent: SentPhotograph) -> Refusal:
        """The refusal of a file that is no still picture, a broken one, or has too many pixels."""
        return Refusal(f"{self.of}_photograph_unreadable", field="photographs", name=_short(sent))


OF_CHECK = PhotographLimits("check", most=4, largest=15_000_000)
OF_ENTRY = PhotographLimits("entry", most=3, largest=10_000_000)
"""Smaller: nobody signs in to send them."""


def check_sent(sent: Sequence[SentPhotograph], kept: int, *, nobody_is_recognisable: bool) -> None:
    """Checks what was sent for a check that has `kept` photographs already.

    Refusals, each with its `field`: check_photographs_missing, check_photographs_unticked,
    check_photographs_too_many.
    """
    if not sent:
        raise Refusal("check_photographs_missing", field="photographs")
    if not nobody_is_recognisable:
        raise Refusal("check_photographs_unticked", field="nobody")
    OF_CHECK.check_count(kept + len(sent))


def _short(sent: SentPhotograph) -> str:
    name = "".join(letter for letter in sent.name if letter.isprintable())
    return name if len(name) <= LONGEST_FILE_NAME else f"{name[:LONGEST_FILE_NAME]}…"
