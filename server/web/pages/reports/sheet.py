"""The HTML page that becomes the PDF of « Une page pour le comité »; a command needs no server for it."""

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader

from server.language import direction_of
from server.usecases.reports.reports import ReadReport
from server.web.pages.reports.wording import ReportWording, Sheet, report_sheet

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
