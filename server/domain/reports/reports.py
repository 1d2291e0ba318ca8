"""Reports: draft, frozen, approved; the sentences beside figures; who may approve; scheduled ones. Pure."""

import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from server.domain.facts import Erasable, Fact, FactKind
from server.domain.quality.periods import Period, PeriodKind, period_of
from server.domain.refusals import Refusal
from server.domain.reports.figures import ReportContent
from server.domain.texts import LONGEST_EMAIL, is_email

SENTENCES = 3
LONGEST_SENTENCE = 240
"""Characters: three of them fit on the page."""
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


def content_digest(figures: ReportContent, sentences: Sequence[str]) -> str:
    """The SHA-256 of what is frozen: figures and sentences. The fact and the paper hold it."""
    frozen = {"figures": figures, "sentences": list(sentences)}
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
