"""The official texts of labels’ lines that a site has typed; a withdrawn one may be restored."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import bindparam, null

from server.store.engine.rows import Rows, WrittenRows
from server.store.engine.statements import Read, Write, rows_of, values_of
from server.store.tables.reports import grid_text


@dataclass(frozen=True, slots=True)
class GridTextRow:
    """The text of a line (`code`) of a grid at a site (slug). `withdrawn_at`: None while it stands."""

    site: str
    grid: str
    code: str
    text: str
    source: str
    read_on: date
    changed_at: datetime
    withdrawn_at: datetime | None = None


_OF_SITE = Read(GridTextRow, rows_of(GridTextRow, grid_text).where(grid_text.c.site == bindparam("site")))
_OF_LINE = (
    (grid_text.c.site == bindparam("of_site"))
    & (grid_text.c.grid == bindparam("of_grid"))
    & (grid_text.c.code == bindparam("of_code"))
)
_KEEP = Write.upsert(
    grid_text, ["site", "grid", "code"], ["text", "source", "read_on", "changed_at", "withdrawn_at"]
)
_WITHDRAW = Write(grid_text.update().where(_OF_LINE, grid_text.c.withdrawn_at.is_(None)), "withdrawn_at")
_RESTORE = Write(
    grid_text.update().where(_OF_LINE, grid_text.c.withdrawn_at.is_not(None)).values(withdrawn_at=null())
)


def grid_texts_of(rows: Rows, site: str) -> list[GridTextRow]:
    """The texts of a site, withdrawn ones too."""
    return rows.all(_OF_SITE, site=site)


def keep_grid_text(rows: WrittenRows, new: GridTextRow) -> None:
    """Keeps the text of a line in place of the former one."""
    rows.execute(_KEEP, **values_of(new))


def withdraw_row(rows: WrittenRows, site: str, grid: str, code: str, at: datetime) -> bool:
    """Withdraws the text of a line; False when none stands."""
    return bool(rows.execute(_WITHDRAW, of_site=site, of_grid=grid, of_code=code, withdrawn_at=at))


def restore_row(rows: WrittenRows, site: str, grid: str, code: str) -> bool:
    """Restores the withdrawn text of a line; False when none is withdrawn."""
    return bool(rows.execute(_RESTORE, of_site=site, of_grid=grid, of_code=code))
