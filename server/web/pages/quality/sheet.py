"""The figures as a sheet for a spreadsheet program: one line per service and indicator.

After its own, a service that needs an appointment has one line per exceptional reason (column `reason`). The
same column says why a value is withheld.
"""

import csv
import io

from server.domain.quality.indicators import INDICATORS, Figure, figures_of
from server.domain.quality.rollup import Rollup
from server.domain.texts import plain_cells
from server.usecases.quality.indicators import HallDays
from server.web.pages.quality.explorer import selection_texts
from server.web.pages.quality.other_tables import OtherTable
from server.web.pages.quality.query import ExplorerQuery
from server.web.pages.quality.specs import Plot
from server.web.pages.quality.tables import service_name, shown_names
from server.web.pages.quality.wording import Words, by_reason

COLUMNS = (
    "hall",
    "service",
    "from",
    "to",
    "indicator",
    "label",
    "value",
    "unit",
    "n",
    "count",
    "definition",
    "convention",
    "reason",
    "alerts",
    "selection",
)
BYTE_ORDER_MARK = "\ufeff"
"""Without it the most used spreadsheet program takes UTF-8 for something else."""


def figures_sheet(found: HallDays, query: ExplorerQuery, words: Words) -> str:
    """All services together, then each; in French and Spanish `;` separates and `,` is the decimal sign."""
    is_english = query.language == "en"
    text = io.StringIO()
    sheet = csv.writer(text, delimiter="," if is_english else ";", lineterminator="\r\n")
    sheet.writerow([words(f"quality.sheet.{column}") for column in COLUMNS])
    whole = found.whole()
    parts = {service: whole.of_service(service) for service in whole.services()}
    tallies = {query.service: parts.get(query.service, Rollup())} if query.service else {"": whole, **parts}
    alerts = words(f"quality.sheet.alerts.{'with' if query.with_alerts else 'without'}")
    chosen = ", ".join(selection_texts(query, words))
    for service, rollup in tallies.items():
        for figure in figures_of(rollup, shown_names(query), withheld=found.withheld):
            cells = _cells(query, service, figure, words, "." if is_english else ",")
            reason = words("quality.withheld") if figure.is_withheld else ""
            sheet.writerow(plain_cells([*cells, reason, alerts, chosen]))
        for _, reason, count in by_reason(rollup, query.services, query.language) if service else ():
            figure = Figure("received_exceptionally", count, n=count)
            sheet.writerow(plain_cells([*_cells(query, service, figure, words, ""), reason, alerts, chosen]))
    return BYTE_ORDER_MARK + text.getvalue()


def table_sheet(table: Plot | OtherTable, language: str) -> str:
    """The table of a plot, or another table of the explorer."""
    text = io.StringIO()
    sheet = csv.writer(text, delimiter="," if language == "en" else ";", lineterminator="\r\n")
    for row in (table.columns, *table.rows):
        sheet.writerow(plain_cells(row))
    return BYTE_ORDER_MARK + text.getvalue()


def _cells(query: ExplorerQuery, service: str, figure: Figure, words: Words, decimal_sign: str) -> list[str]:
    indicator = INDICATORS[figure.indicator]
    value = "" if figure.value is None else f"{round(figure.value, 4):.10g}".replace(".", decimal_sign)
    return [
        " + ".join(hall.name for hall in query.halls),
        service_name(query.services, service, query.language) if service else words("quality.all_services"),
        query.starts_on.isoformat(),
        query.last_on.isoformat(),
        figure.indicator,
        words(indicator.label_key),
        value,
        words(f"quality.sheet.unit.{indicator.unit}"),
        str(figure.n),
        "" if figure.count is None else str(figure.count),
        words(indicator.definition_key),
        words(indicator.convention_key),
    ]
