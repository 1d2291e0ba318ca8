"""A report on paper: the page that becomes the PDF of « Une page pour le comité », its letter, ODS tables.

A command needs no server for it. ODS (OpenDocument) tables are pasted into minutes.
"""

from collections.abc import Callable, Sequence
from functools import cache
from io import BytesIO
from pathlib import Path

from jinja2 import Environment, FileSystemLoader
from odfdo import Document, Row, Table

from server.domain.refusals import Refusal
from server.domain.texts import AttachedPaper, Letter
from server.language import direction_of
from server.store.reports import LetterRow, ScheduleRow
from server.usecases.reports.reports import ReadReport
from server.web.pages.reports.sheet import Sheet, report_sheet
from server.web.pages.reports.wording import ReportWording

FOLDER = Path(__file__).parent


def sheet_page(report: ReadReport, words: ReportWording) -> str:
    """The page of a report, for `server.web.rendering.pdf`."""
    return page_of(report_sheet(report, words.say), words)


def page_of(sheet: Sheet, words: ReportWording) -> str:
    """The page of a sheet, with its style: a paper fetches fonts only."""
    page = (
        _templates()
        .get_template("reports/sheet.html")
        .render(t=words.say, language=words.language, direction=direction_of(words.language), sheet=sheet)
    )
    style = (FOLDER / "sheet.css").read_text(encoding="utf-8")
    return page.replace("</head>", f"<style>{style}</style></head>", 1)


@cache
def _templates() -> Environment:
    return Environment(loader=FileSystemLoader(FOLDER / "templates"), autoescape=True)


def file_name(found: ReadReport) -> str:
    """The name of a report's files, without ending: its halls, at most three, and its period."""
    slugs = [hall["slug"] for hall in found.figures["halls"]]
    return "-".join(["rapport", *slugs[:3], *(["etc"] if len(slugs) > 3 else []), found.row.period])


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
            say("reports.letter.figure", label=each.label, value=each.value, details=" ; ".join(each.details))
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


type Cells = Sequence[Sequence[str | int | float]]
"""Lines of a table, its head first."""


def open_sheet(name: str, cells: Cells) -> bytes:
    """A spreadsheet with one table. Texts stay texts: none is taken for a formula."""
    document = Document("spreadsheet")
    table = Table(name)
    for values in cells:
        row = Row()
        row.set_values(list(values))
        table.append_row(row)
    document.body.clear()
    document.body.append(table)
    made = BytesIO()
    document.save(made)
    return made.getvalue()
