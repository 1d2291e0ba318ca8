"""The report as a sheet for a spreadsheet program, its heads in the reader's language and with units."""

import csv
import io
from collections.abc import Mapping
from typing import Any

from server.domain.notices.displays import DisplayOutcome
from server.domain.sheets import plain_cells
from server.web.rendering.viewer import Sentence

HEADS = ("hall", "screen", "day", "shown_s", *(str(outcome) for outcome in DisplayOutcome))
BYTE_ORDER_MARK = "\ufeff"
"""Without it the most used spreadsheet program takes UTF-8 for something else."""


def report_sheet(report: Mapping[str, Any], say: Sentence) -> str:
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
            sheet.writerow(plain_cells([*cells, *(str(day[str(outcome)]) for outcome in DisplayOutcome)]))
    return BYTE_ORDER_MARK + text.getvalue()
