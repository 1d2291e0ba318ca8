"""The report as a sheet for a spreadsheet program, its heads in the reader's language and with units."""

import csv
import io

from server.domain.texts import plain_cells
from server.usecases.notices.read_displays import DisplayReport
from server.web.rendering.viewer import Sentence

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
