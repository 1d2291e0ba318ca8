"""Reports: draft, frozen, approved; the sentences beside their figures; who may approve. Pure."""

import hashlib
import json
from collections.abc import Collection, Sequence
from enum import StrEnum

from server.domain.facts import Fact, FactKind
from server.domain.refusals import Refusal
from server.domain.reports.figures import ReportContent

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
