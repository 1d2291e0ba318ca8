"""Tables as a spreadsheet of OpenDocument (ODS), to paste into minutes."""

from collections.abc import Sequence
from io import BytesIO

from odfdo import Document, Row, Table

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
