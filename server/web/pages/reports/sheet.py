"""« Une page pour le comité » of a report, in words, and the sentences that are proposed for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from server.domain.reports.figures import ReportContent, report_period
from server.domain.reports.reports import KeptAnswer
from server.usecases.reports.reports import ReadReport
from server.web.pages.quality.wording import number, short_day
from server.web.pages.reports.wording import FEW, SIGNS, TILES, Corrected, Line, ReportWording
from server.web.rendering.viewer import Sentence

MOST_LINES = 6
"""A sheet with more lines in its table has smaller letters."""
CONVENTIONS = ("visits", "waits", "left_before_call", "within_target", "not_issued")
"""Those of the figures on the sheet, in short, in their order."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure of the whole. `details`: its interval, its change, and the value of the period before."""

    label: str
    value: str
    details: Sequence[str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """« Une page pour le comité », in words. `state`, `proof`: what the foot says."""

    title: str
    halls: Sequence[str]
    period: str
    previous: str
    open_days: str
    notes: Sequence[str]
    tiles: Sequence[Tile]
    target: str
    legend: str
    lines: Sequence[Line]
    is_dense: bool
    has_few: bool
    hours: Sequence[str]
    not_issued: Sequence[str]
    sentences: Sequence[str]
    conventions: Sequence[str]
    corrections: Sequence[Corrected]
    state: str
    is_draft: bool
    proof: str
    digest: str
    answers: Sequence[KeptAnswer] = ()


def report_sheet(report: ReadReport, say: Sentence) -> Sheet:
    """« Une page pour le comité » of a report."""
    words, content = ReportWording(say), report.figures
    halls = content["halls"]
    facts = sum(each["facts"] for each in halls)
    lines = [words.line(each["whole"], is_hall=True) for each in halls] if len(halls) > 1 else []
    lines += [words.line(each, is_hall=False) for each in content["services"]]
    whole = content["whole"]
    return Sheet(
        title=say("reports.sheet.title"),
        halls=[each["name"] for each in halls],
        period=words.days(content["period"]),
        previous=words.days(content["previous"]),
        open_days=words.open_days(whole),
        notes=_notes(content, words),
        tiles=[
            Tile(
                say(f"reports.tile.{name}"),
                words.value(name, whole["figures"][name]),
                words.details(whole, name),
            )
            for name in TILES
        ],
        target=words.target_line(whole),
        legend=_legend(words) if "changes" in whole else "",
        lines=lines,
        is_dense=len(lines) > MOST_LINES,
        has_few=any(FEW in value for line in lines for value, _ in line.cells)
        or any(FEW in words.value(name, whole["figures"][name]) for name in TILES),
        hours=[words.hour(each) for each in content["hours"]],
        not_issued=[
            say("reports.reason", reason=_reason(reason, say), n=number(count, say.language))
            for reason, count in content["not_issued"].items()
        ],
        sentences=[each for each in report.row.sentences if each],
        conventions=[*_doubt(content, words), *(say(f"reports.convention.{each}") for each in CONVENTIONS)],
        corrections=[words.corrected(each) for each in report.corrections],
        state=_state(report, words),
        is_draft=report.row.frozen_at is None,
        proof=say(
            "reports.proof",
            count=facts,
            n=number(facts, say.language),
            at=words.instant(datetime.fromisoformat(content["as_of"]), content["time_zone"]),
        ),
        digest=report.row.digest or "",
        answers=[
            {**each, "day": short_day(date.fromisoformat(each["day"]), say.language)}
            for each in report.row.answers
        ],
    )


def _notes(content: ReportContent, words: ReportWording) -> list[str]:
    """The halls whose figures are not those of the whole period, where the period itself is whole."""
    if len(content["halls"]) == 1:
        return []
    return [
        words.say("reports.hall_note", hall=each["name"], days=words.days(each, content["period"]["name"]))
        for each in content["halls"]
        if each["partial"] and each["partial"] != content["period"]["partial"]
    ]


def _legend(words: ReportWording) -> str:
    """What the signs of the table stand for."""
    return " · ".join(f"{sign} {words.say(f'reports.change.{each}')}" for each, sign in SIGNS.items())


def _doubt(content: ReportContent, words: ReportWording) -> list[str]:
    """How intervals and changes are read, with how many differences the report has."""
    parts = [part for hall in content["halls"] for part in (hall["whole"], *hall["services"])]
    if len(content["halls"]) > 1:
        parts += [content["whole"], *content["services"]]
    compared = sum(each["p"] is not None for part in parts for each in part.get("changes", {}).values())
    if not compared:
        return []
    return [words.say("reports.doubt"), words.say("reports.held", n=number(compared, words.language))]


def _reason(reason: str, say: Sentence) -> str:
    key = f"quality.not_issued.{reason}"
    text = say(key)
    return say("quality.not_issued.other") if text == key else text


def _state(report: ReadReport, words: ReportWording) -> str:
    row, zone = report.row, report.figures["time_zone"]
    if row.frozen_at is None:
        return words.say("reports.state.draft_line")
    frozen = words.say("reports.state.frozen_line", at=words.instant(row.frozen_at, zone))
    if row.approved_at is None:
        return f"{frozen} {words.say('reports.state.unapproved_line')}"
    return f"{frozen} {words.say('reports.state.approved_line', at=words.instant(row.approved_at, zone))}"


def proposed_sentences(content: ReportContent, words: ReportWording) -> list[str]:
    """Three sentences made of the figures, for the author to read and change."""
    whole, say = content["whole"], words.say
    figures = whole["figures"]
    first = say(
        "reports.proposed.visits",
        count=figures["visits"]["n"],
        n=number(figures["visits"]["n"], say.language),
        period=words.period(report_period(content["period"]["name"])),
    )
    change = words.changed(whole, "visits")
    if change:
        previous = words.period(report_period(content["previous"]["name"]))
        first = say("reports.proposed.change", visits=first, previous=previous, change=change)
    if figures["wait_median"]["value"] is None:
        return [first, "", ""]
    left = figures["left_before_call"]["n"]
    second = say(
        "reports.proposed.waits",
        median=words.value("wait_median", figures["wait_median"]),
        p90=words.value("wait_p90", figures["wait_p90"]),
        count=left,
        n=number(left, say.language),
    )
    refused = figures["not_issued"]["n"]
    turned = say("reports.proposed.not_issued", count=refused, n=number(refused, say.language))
    return [first, second, turned]
