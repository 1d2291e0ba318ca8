"""Values pasted from a spreadsheet: rows of cells that tabs or semicolons separate. Pure.

Period, indicator, value, unit, and the service where the value is not that of the whole hall.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from server.domain.quality.periods import Period, parse_period
from server.domain.quality.typed_figures import (
    MOST_VALUES,
    TypedFigureRequest,
    TypedUnit,
    check_figure,
    unit_of,
)
from server.domain.refusals import Refusal
from server.domain.text_folding import fold_text

COLUMNS = ("period", "indicator", "value", "unit", "service")
"""The last one may be missing; of a value of the whole hall its cell is empty."""
_UNITS: dict[TypedUnit, tuple[str, ...]] = {
    "percent": ("%", "percent", "pour cent", "por ciento"),
    "days": ("j", "jour", "jours", "d", "day", "days", "dia", "dias"),
    "minutes": ("min", "mn", "minute", "minutes", "minuto", "minutos"),
    "visits": ("", "visite", "visites", "visit", "visits", "visita", "visitas"),
    "tickets": ("", "ticket", "tickets", "tique", "tiques"),
    "people": ("", "personne", "personnes", "people", "persona", "personas"),
}
"""The words that a unit’s cell may hold, as `fold_text` gives them. Only counts may have none."""
_HEADINGS = ("periode", "period", "periodo")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?", re.ASCII)
_MONTH = re.compile(r"(\d{1,2})[/.-](\d{4})", re.ASCII)
_QUARTER = re.compile(r"(?:(\d{4})[ -]?[tq]([1-4])|[tq]([1-4])[ /-]?(\d{4}))", re.ASCII)


@dataclass(frozen=True, slots=True)
class Pasted:
    """A pasted text, the source of its values, indicators and services by the names that rows may have."""

    text: str
    source: str
    names: Mapping[str, str]
    services: Mapping[str, str]


def read_pasted(pasted: Pasted, today: date) -> list[TypedFigureRequest]:
    """Every value of a pasted text, as those of another tool; none where one row is wrong.

    A first row of headings and empty rows are left out. Decimals follow a comma or a point; spaces between
    thousands are left out.

    Refusals name the row and, where one is wrong, the cell: pasted_nothing, pasted_too_many, pasted_cells,
    pasted_period, pasted_indicator, pasted_value, pasted_unit, pasted_service, pasted_twice;
    typed_source_missing, typed_source_too_long.
    """
    rows = [
        (n, _cells(line)) for n, line in enumerate(pasted.text.splitlines(), start=1) if line.strip(" \t;")
    ]
    if rows and fold_text(rows[0][1][0]) in _HEADINGS:
        rows = rows[1:]
    if not rows:
        raise Refusal("pasted_nothing")
    if len(rows) > MOST_VALUES:
        raise Refusal("pasted_too_many", most=MOST_VALUES)
    names = {fold_text(name): indicator for name, indicator in pasted.names.items()}
    services = {fold_text(name): service for name, service in pasted.services.items()} | {"": ""}
    found: dict[tuple[str, str, str], TypedFigureRequest] = {}
    for row, cells in rows:
        request = _request(row, cells, names, services, pasted.source)
        _check(row, cells, request, today)
        if (
            found.setdefault((request.indicator, request.service, request.period.name), request)
            is not request
        ):
            raise Refusal("pasted_twice", row=row)
    return list(found.values())


def typed_period(text: str) -> Period:
    """The month, quarter or year that a text names: 2026-09, 09/2026, 2026-T3, T3 2026, 2026.

    Refusal: bad_period.
    """
    folded = fold_text(text).strip()
    if month := _MONTH.fullmatch(folded):
        return parse_period(f"{month[2]}-{int(month[1]):02d}")
    if quarter := _QUARTER.fullmatch(folded):
        return parse_period(f"{quarter[1] or quarter[4]}-Q{quarter[2] or quarter[3]}")
    return parse_period(folded)


def typed_value(text: str) -> Decimal:
    """The number of a text, with a comma or a point. Refusal: bad_typed_number."""
    plain = re.sub(r"[\s\u00a0\u202f]", "", text)
    if not _NUMBER.fullmatch(plain) or len(plain) > 20:
        raise Refusal("bad_typed_number", text=text)
    return Decimal(plain.replace(",", "."))


def _cells(line: str) -> Sequence[str]:
    return [cell.strip() for cell in line.split("\t" if "\t" in line else ";")]


def _request(
    row: int, cells: Sequence[str], names: Mapping[str, str], services: Mapping[str, str], source: str
) -> TypedFigureRequest:
    if not len(COLUMNS) - 2 <= len(cells) <= len(COLUMNS):
        raise Refusal("pasted_cells", row=row, count=len(cells))
    period, indicator, value, unit, service = [*cells, "", ""][: len(COLUMNS)]
    name = names.get(fold_text(indicator))
    if name is None:
        raise Refusal("pasted_indicator", row=row, cell=indicator)
    if fold_text(unit) not in _UNITS[unit_of(name)]:
        raise Refusal("pasted_unit", row=row, cell=unit, unit=unit_of(name))
    if fold_text(service) not in services:
        raise Refusal("pasted_service", row=row, cell=service)
    try:
        span = typed_period(period)
    except Refusal as refusal:
        raise Refusal("pasted_period", row=row, cell=period) from refusal
    try:
        return TypedFigureRequest(
            name,
            span,
            typed_value(value),
            source,
            is_from_other_tool=True,
            service=services[fold_text(service)],
        )
    except Refusal as refusal:
        raise Refusal("pasted_value", row=row, cell=value) from refusal


def _check(row: int, cells: Sequence[str], request: TypedFigureRequest, today: date) -> None:
    try:
        check_figure(request, today)
    except Refusal as refusal:
        if refusal.code == "bad_typed_period":
            raise Refusal("pasted_period", row=row, cell=cells[0]) from refusal
        if refusal.code == "bad_typed_value":
            raise Refusal("pasted_value", row=row, cell=cells[2]) from refusal
        if refusal.code == "typed_of_whole_hall":
            raise Refusal("pasted_service", row=row, cell=cells[4]) from refusal
        raise
