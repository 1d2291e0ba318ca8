"""Reports: draft, frozen, corrected, approved; sentences; scheduled ones; grids of labels. Pure.

Of a grid only what was read of it is here, with its version, source and reading date. Every other line is
left to the site, which holds the official text and types it.
"""

import hashlib
import json
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypedDict

from server.domain.facts import Erasable, Fact, FactKind
from server.domain.quality.periods import Period, PeriodKind, period_of
from server.domain.refusals import Refusal
from server.domain.reports.figures import INDICATORS_OF_REPORT, ReportContent, ReportFigures
from server.domain.texts import LONGEST_EMAIL, is_email
from server.domain.typed_fields import check_length, typed_day

SENTENCES = 3
LONGEST_SENTENCE = 240
"""Characters: three of them fit on the page."""
MOST_ANSWERS = 4
"""Answers of « What if » in one report: each has a page."""
MOST_HALLS = 20
"""Halls of one report: their lines fit on the page."""


class ReportState(StrEnum):
    """What became of a report."""

    DRAFT = "draft"
    FROZEN = "frozen"
    APPROVED = "approved"


def checked_sentences(sentences: Sequence[str]) -> list[str]:
    """The three sentences on one line each; missing ones are empty.

    Refusal: sentence_too_long with `sentence`, its number from 1.
    """
    lines = [" ".join(each.split()) for each in [*sentences, "", "", ""][:SENTENCES]]
    for number, line in enumerate(lines, 1):
        if len(line) > LONGEST_SENTENCE:
            raise Refusal("sentence_too_long", sentence=number, longest=LONGEST_SENTENCE)
    return lines


class KeptAnswer(TypedDict):
    """An answer of « What if » as it was said to who kept it, in their language.

    `day`: the local date, in ISO; `hall`: its name; `change`: what was tried. The first row of `measures` and
    of `half_hours` has the headings.
    """

    day: str
    hall: str
    language: str
    change: str
    said: str
    measures: list[list[str]]
    half_hours: list[list[str]]
    assumed: list[str]


def with_answer(answers: Sequence[KeptAnswer], new: KeptAnswer) -> list[KeptAnswer]:
    """The answers with another one, in place of that of the same change. Refusal: too_many_answers."""
    found = without_answer(answers, new["hall"], new["change"])
    if len(found) >= MOST_ANSWERS:
        raise Refusal("too_many_answers", most=MOST_ANSWERS)
    return [*found, new]


def without_answer(answers: Sequence[KeptAnswer], hall: str, change: str) -> list[KeptAnswer]:
    """The answers without that about a change in a hall (its name)."""
    return [each for each in answers if (each["hall"], each["change"]) != (hall, change)]


def content_digest(
    figures: ReportContent, sentences: Sequence[str], answers: Sequence[KeptAnswer] = ()
) -> str:
    """The SHA-256 of what is frozen: figures, sentences, answers. The fact and the paper hold it."""
    frozen: dict[str, object] = {"figures": figures, "sentences": list(sentences)}
    if answers:  # reports that were frozen before there were any keep their digest
        frozen["answers"] = list(answers)
    return hashlib.sha256(json.dumps(frozen, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def may_approve(author: str, frozen_by: str | None, writers: Collection[str]) -> bool:
    """Whether a person may approve: another one than who froze it, or the only one with the right there."""
    return author != frozen_by or not set(writers) - {author}


def report_frozen(report: str, halls: Sequence[str], period: str, *, digest: str, facts: int) -> Fact:
    """The figures of a report are kept as they are. `facts`: how many the journals of its halls have."""
    body = {"report": report, "halls": list(halls), "period": period, "sha256": digest, "facts": facts}
    return Fact(FactKind.REPORT_FROZEN, body)


def report_approved(report: str, halls: Sequence[str], period: str, *, digest: str) -> Fact:
    """A frozen report is approved: pages and screens may show it."""
    body = {"report": report, "halls": list(halls), "period": period, "sha256": digest}
    return Fact(FactKind.REPORT_APPROVED, body)


type Line = tuple[str, str]
"""Where a figure stands: the hall's slug ("" for all), and the service ("" for all)."""


@dataclass(frozen=True, slots=True)
class Correction:
    """A figure that facts recorded after the freezing have changed: what was frozen, what it would be now."""

    hall: str
    service: str
    name: str
    indicator: str
    frozen: float | None
    now: float | None


def corrections(frozen: ReportContent, now: ReportContent) -> list[Correction]:
    """The figures of the period that would be others now. Nothing of what is frozen changes."""
    before, after = _lines(frozen), _lines(now)
    found: list[Correction] = []
    for line in [*before, *(line for line in after if line not in before)]:
        old, new = before.get(line), after.get(line)
        name = (old or new or ("", {}))[0]
        for indicator in INDICATORS_OF_REPORT:
            if old is not None and indicator not in old[1]:
                continue  # no report had it when this one was frozen
            was, is_now = _value(old, indicator), _value(new, indicator)
            if was != is_now:
                found.append(Correction(*line, name, indicator, was, is_now))
    return found


def _lines(content: ReportContent) -> dict[Line, tuple[str, ReportFigures]]:
    """Every part but the sums of halls where there is one hall only."""
    lines: dict[Line, tuple[str, ReportFigures]] = {}
    if len(content["halls"]) > 1:
        lines["", ""] = content["whole"]["name"], content["whole"]["figures"]
    for hall in content["halls"]:
        lines[hall["slug"], ""] = hall["name"], hall["whole"]["figures"]
        for service in hall["services"]:
            lines[hall["slug"], service["key"]] = service["name"], service["figures"]
    return lines


def _value(line: tuple[str, ReportFigures] | None, indicator: str) -> float | None:
    figure = line[1].get(indicator) if line else None
    return None if figure is None else figure["value"]


KINDS = (PeriodKind.MONTH, PeriodKind.QUARTER, PeriodKind.YEAR)
LAST_DAY = 28
"""The last day of the month that may be chosen: every month has it."""
MOST_RECIPIENTS = 30


@dataclass(frozen=True, slots=True)
class ScheduleRequest:
    """Reports of halls (ids or slugs) and a kind of period, sent on a day of the month after it.

    `accounts`: ids; `addresses`: e-mail addresses of people without an account.
    """

    halls: Sequence[str]
    kind: str
    day: int
    language: str
    accounts: Sequence[str]
    addresses: Sequence[str]


def check_schedule(request: ScheduleRequest) -> None:
    """Checks what does not depend on halls and accounts.

    Refusals: bad_schedule_kind; bad_schedule_day outside 1 to 28; schedule_recipients_missing for none or
    more than thirty; bad_schedule_address, with the address.
    """
    if request.kind not in KINDS:
        raise Refusal("bad_schedule_kind")
    if not 1 <= request.day <= LAST_DAY:
        raise Refusal("bad_schedule_day", last=LAST_DAY)
    for address in request.addresses:
        if not is_email(address):
            raise Refusal("bad_schedule_address", address=address[:LONGEST_EMAIL])
    if not 0 < len({*request.accounts, *request.addresses}) <= MOST_RECIPIENTS:
        raise Refusal("schedule_recipients_missing", most=MOST_RECIPIENTS)


def due_on(period: Period, day: int) -> date:
    """When the report of a period is due: on this day of the month that follows it."""
    return period.ends_on.replace(day=day)


def due_period(kind: PeriodKind, day: int, today: date, planned_on: date) -> Period | None:
    """The period whose report is due last on a local date; None: the first one is still to come."""
    period = period_of(kind, today).previous()
    if due_on(period, day) > today:
        period = period.previous()
    return period if due_on(period, day) >= planned_on else None


def next_due(kind: PeriodKind, day: int, today: date) -> date:
    """The next local date after today on which a report is due."""
    period = period_of(kind, today)
    before = due_on(period.previous(), day)
    return before if before > today else due_on(period, day)


def report_sending_planned(
    schedule: str, halls: Sequence[str], request: ScheduleRequest, addresses: Sequence[Erasable]
) -> Fact:
    """Reports are sent to people from now on: how many accounts, and addresses as erasable values."""
    body = {
        "schedule": schedule,
        "halls": list(halls),
        "kind": request.kind,
        "day": request.day,
        "accounts": len(set(request.accounts)),
        "addresses": [each.as_body() for each in addresses],
    }
    return Fact(FactKind.REPORT_SENDING_PLANNED, body)


def report_sending_ended(schedule: str, recipient: str | None) -> Fact:
    """Reports are sent no more: to one recipient (id), or to nobody (None)."""
    return Fact(FactKind.REPORT_SENDING_ENDED, {"schedule": schedule, "recipient": recipient})


ANY_LINE = "*"
"""The code of a line that stands for all: none is known, and a site may type each."""


class Evidence(StrEnum):
    """What the product can show for a line."""

    TICKETS = "tickets"
    BUSY_HOURS = "busy_hours"
    APPROVED_REPORT = "approved_report"
    ACTION_PLAN = "action_plan"
    SURVEY = "survey"
    TARGETS = "targets"
    PUBLIC_PAGE = "public_page"
    REGISTER = "register"
    HALL_CHECK = "hall_check"
    MYSTERY_VISIT = "mystery_visit"
    MINUTES = "minutes"


@dataclass(frozen=True, slots=True)
class GridLine:
    """A line of a grid. `is_read` false: the site holds its official text, and nothing is linked."""

    code: str
    is_read: bool = False
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Grid:
    """A label: its version, where it was read, and when."""

    key: str
    name: str
    version: str
    source: str
    read_on: date
    lines: tuple[GridLine, ...]


GRIDS = (
    Grid(
        key="services_publics_plus",
        name="Services Publics+",
        version="NOR TFPT2322190A, 31/08/2023",
        source="plus.transformation.gouv.fr",
        read_on=date(2026, 11, 1),
        lines=(
            GridLine("1", True, (Evidence.TICKETS, Evidence.TARGETS, Evidence.HALL_CHECK)),
            GridLine("2", True, (Evidence.BUSY_HOURS, Evidence.PUBLIC_PAGE)),
            *(GridLine(code) for code in ("3", "4", "5")),
            GridLine("6", True, (Evidence.APPROVED_REPORT,)),
            GridLine(
                "7",
                True,
                (Evidence.ACTION_PLAN, Evidence.SURVEY, Evidence.REGISTER, Evidence.MINUTES),
            ),
            GridLine("8"),
        ),
    ),
    Grid(
        key="qual_e_pref",
        name="Qual-e-Pref",
        version="19/12/2018, 04/02/2019",
        source="fr.readkong.com 4455390",
        read_on=date(2026, 11, 1),
        lines=(GridLine(ANY_LINE),),
    ),
)
"""Services Publics+ engagements 1, 2, 6 and 7 were read in part; of Qual-e-Pref no criterion was."""


LONGEST_TEXT = 2000
"""Characters of a text."""
LONGEST_SOURCE = 120
"""Characters of a source."""
LONGEST_CODE = 12
MOST_LINES = 200
"""Lines that a site may add to a grid that has none."""
_CODE = re.compile(r"[\w.-]+", re.UNICODE)


@dataclass(frozen=True, slots=True)
class GridTextRequest:
    """What is typed of a line. `code`: its number in the grid; `read_on`: an ISO date; `evidence`: what
    answers it here.
    """

    grid: str
    code: str
    text: str
    source: str
    read_on: str
    evidence: Sequence[str] = ()


def checked_text(typed: GridTextRequest, today: date) -> tuple[GridTextRequest, date]:
    """The text of a line as of a local date, and its date; source and number are on one line.

    Refusals, each with its `field`: unknown_grid_line, grid_text_missing, grid_text_too_long,
    grid_source_missing, grid_source_too_long, bad_grid_day for no date or one to come. Unknown kinds of
    evidence are left out.
    """
    code, source = typed.code.strip(), " ".join(typed.source.split())
    text = "\n".join(line for line in (" ".join(each.split()) for each in typed.text.splitlines()) if line)
    if not is_line(typed.grid, code):
        raise Refusal("unknown_grid_line", field="code", longest=LONGEST_CODE)
    if not text:
        raise Refusal("grid_text_missing", field="text")
    check_length(text, LONGEST_TEXT, "grid_text_too_long", "text")
    if not source:
        raise Refusal("grid_source_missing", field="source")
    check_length(source, LONGEST_SOURCE, "grid_source_too_long", "source")
    read_on = typed_day(typed.read_on, "bad_grid_day", "read_on")
    if read_on > today:
        raise Refusal("bad_grid_day", field="read_on")
    evidence = tuple(each for each in Evidence if each in typed.evidence)
    return GridTextRequest(typed.grid, code, text, source, typed.read_on, evidence), read_on


def is_line(grid: str, code: str) -> bool:
    """Whether a grid has a line of this number, or may get one."""
    for known in GRIDS:
        if known.key == grid:
            codes = {line.code for line in known.lines}
            if ANY_LINE in codes:
                return len(code) <= LONGEST_CODE and _CODE.fullmatch(code) is not None
            return code in codes
    return False


def line_order(code: str) -> tuple[tuple[int, str], ...]:
    """Sorts numbers of lines as people count: 2 before 10, 3.2 before 3.10."""
    return tuple((int(part), "") if part.isdecimal() else (0, part) for part in re.split(r"(\d+)", code))
