"""The letter of an approved report: its figures and sentences, and where its page is."""

from server.domain.emails import Letter
from server.store.reports.letters import LetterRow
from server.store.reports.schedules import ScheduleRow
from server.usecases.reports.read_reports import ReadReport
from server.web.pages.reports.wording import ReportWording, report_sheet


def report_letter(
    report: ReadReport,
    schedule: ScheduleRow,
    row: LetterRow,
    address: str,
    words: ReportWording,
    public_url: str,
) -> Letter:
    """The letter to an address, in the language of `words`. Without a public URL it has no link."""
    sheet, say = report_sheet(report, words.say), words.say
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
    )
