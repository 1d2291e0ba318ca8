"""The report in a language: the page that becomes a paper, its durations and dates, and a sheet.

The sheet is for a spreadsheet program, its heads in the reader's language and with units.
"""

import csv
import io
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time
from babel.numbers import format_decimal
from flask import render_template

from server.domain.texts import plain_cells
from server.language import direction_of, locale_of
from server.usecases.notices.read_displays import DisplayReport
from server.web.rendering.viewer import Sentence

TEMPLATES = Path(__file__).parent / "templates"


def report_page(report: DisplayReport, say: Sentence) -> str:
    """The page of a report (`read_display_report`), to be made a paper."""
    locale = locale_of(say.language)
    first, last = (
        format_date(date.fromisoformat(day), "long", locale=locale)
        for day in (report["first"], report["last"])
    )
    at = datetime.fromisoformat(report["as_of"]).astimezone(ZoneInfo(report["time_zone"]))
    return render_template(
        "display_report/report.html",
        t=say,
        language=say.language,
        direction=direction_of(say.language),
        report=report,
        period=say("display_report.period", first=first, last=last),
        duration=lambda seconds: duration(seconds, say),
        on=format_date(at.date(), "long", locale=locale),
        at=format_time(at, "HH:mm", locale=locale),
        number=lambda count: format_decimal(count, locale=locale),
    )


def duration(shown_s: float, say: Sentence) -> str:
    """Seconds as people say them: hours and minutes, whole minutes, or seconds under one minute."""
    whole = int(shown_s)
    if whole < 60:
        return say("display_report.seconds", seconds=whole)
    hours, minutes = divmod(whole // 60, 60)
    if hours == 0:
        return say("display_report.minutes", minutes=minutes)
    return say("display_report.hours", hours=hours, minutes=f"{minutes:02}")


HEADS = ("hall", "screen", "day", "shown_s", "completed", "cut", "failed")
BYTE_ORDER_MARK = "\ufeff"
"""Without it the most used spreadsheet program takes UTF-8 for something else."""


def report_sheet(report: DisplayReport, say: Sentence) -> str:
    """One line a screen and local date; in French and Spanish `;` separates and `,` is the decimal sign."""
    is_english = say.language == "en"
    text = io.StringIO()
    sheet = csv.writer(text, delimiter="," if is_english else ";", lineterminator="\r\n")
    sheet.writerow([say(f"display_report.{head}") for head in HEADS])
    for screen in report["screens"]:
        for day in screen["days"]:
            duration_s = f"{day['shown_s']:.3f}"
            cells = [screen["hall_name"], screen["label"], day["shown_on"]]
            cells += [duration_s if is_english else duration_s.replace(".", ",")]
            sheet.writerow(plain_cells([*cells, day["completed"], day["cut"], day["failed"]]))
    return BYTE_ORDER_MARK + text.getvalue()
