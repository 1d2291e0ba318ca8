"""The letter of an approved report: its figures and sentences, its sheet as a PDF, and where its page is."""

from collections.abc import Callable

from server.domain.refusals import Refusal
from server.domain.texts import AttachedPaper, Letter
from server.store.reports import LetterRow, ScheduleRow
from server.usecases.reports.reports import ReadReport
from server.web.pages.reports.sheet import file_name, sheet_page
from server.web.pages.reports.wording import ReportWording, report_sheet


def report_letter(
    report: ReadReport,
    schedule: ScheduleRow,
    row: LetterRow,
    address: str,
    words: ReportWording,
    public_url: str,
    *,
    made: Callable[[str], bytes],
) -> Letter:
    """The letter to an address, in the language of `words`. Without a public URL it has no link.

    `made` makes a PDF of a page; where it refuses, the letter leaves without one.
    """
    sheet, say = report_sheet(report, words.say), words.say
    paper = _paper(report, words, made)
    lines = [
        say("reports.letter.what", period=sheet.period, halls=", ".join(sheet.halls)),
        "",
        *(
            say("reports.letter.figure", label=each.label, value=each.value, before=each.previous)
            for each in sheet.tiles
        ),
    ]
    if sheet.has_few:
        lines.append(say("reports.few"))
    if sheet.target:
        lines.append(f"{say('reports.target')} {sheet.target}")
    if sheet.sentences:
        lines += ["", *sheet.sentences]
    if paper is not None:
        lines += ["", say("reports.letter.paper")]
    if public_url:
        lines += ["", say("reports.letter.page", url=f"{public_url.rstrip('/')}/rapports/{report.row.id}")]
    lines += ["", say("reports.letter.why"), ""]
    return Letter(
        id=row.id,
        address=address,
        subject=say(
            "reports.letter.subject", period=words.period(report.period), halls=", ".join(sheet.halls)
        ),
        text="\n".join(lines),
        thread=schedule.id,
        paper=paper,
    )


def _paper(report: ReadReport, words: ReportWording, made: Callable[[str], bytes]) -> AttachedPaper | None:
    try:
        return AttachedPaper(f"{file_name(report)}.pdf", made(sheet_page(report, words)))
    except Refusal:
        return None
