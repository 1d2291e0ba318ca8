"""The words of the report in a language: durations, dates, the page itself."""

from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time
from babel.numbers import format_decimal
from flask import render_template

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
