"""The journal as files: a sheet for a spreadsheet program, and JSON; the same lines as the page."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence

from server.domain.instants import to_text
from server.domain.texts import plain_cells
from server.web.pages.journal.lines import Line

COLUMNS = (
    *("position", "recorded_at", "happened_at", "kind", "number", "what", "about", "who", "fact", "hash"),
    "body",
)
BYTE_ORDER_MARK = "\ufeff"
"""Without it the most used spreadsheet program takes UTF-8 for something else."""


def csv_of(pages: Iterable[Sequence[Line]], delimiter: str, heads: Sequence[str]) -> Iterator[str]:
    """The lines of the sheet after the `heads` of COLUMNS; what a spreadsheet would calculate stays text."""
    yield BYTE_ORDER_MARK + _row(heads, delimiter)
    for page in pages:
        for line in page:
            values = _values(line) | {"body": json.dumps(line.fact.body, ensure_ascii=False)}
            yield _row(plain_cells(values[column] or "" for column in COLUMNS), delimiter)


def json_of(pages: Iterable[Sequence[Line]]) -> Iterator[str]:
    """One JSON document with an object for each fact, written while it is read."""
    yield '{"facts": ['
    separator = "\n"
    for page in pages:
        for line in page:
            yield separator + json.dumps(_values(line) | {"body": line.fact.body}, ensure_ascii=False)
            separator = ",\n"
    yield "\n]}\n"


def _values(line: Line) -> dict[str, object]:
    fact = line.fact
    return {
        "position": fact.position,
        "recorded_at": to_text(fact.recorded_at),
        "happened_at": to_text(fact.happened_at),
        "kind": fact.kind,
        "number": fact.number,
        "what": line.what,
        "about": " · ".join(line.about),
        "who": line.author,
        "fact": fact.id,
        "hash": fact.hash,
    }


def _row(values: Sequence[str], delimiter: str) -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\r\n").writerow(values)
    return text.getvalue()
