"""Keep the official texts of labels’ lines at a site: type one, withdraw it, restore it, read all of them."""

from datetime import date
from zoneinfo import ZoneInfo

from server.domain.hall.configuration import Site
from server.domain.refusals import Refusal
from server.domain.reports.grids import MOST_LINES, GridText, GridTextRequest, checked_text, line_order
from server.store.reports import (
    GridTextRow,
    grid_texts_of,
    keep_grid_text,
    restore_row,
    withdraw_row,
)
from server.store.transactions.database import Database


def write_grid_text(database: Database, site: Site, typed: GridTextRequest) -> None:
    """Keeps the text of a line in place of the former one.

    Refusals: those of `checked_text`; too_many_grid_lines.
    """
    text = checked_text(typed, _today(database, site))
    row = GridTextRow(
        site.slug, text.grid, text.code, text.text, text.source, text.read_on, database.clock.now()
    )
    with database.store.write() as rows:
        known = {each.code for each in grid_texts_of(rows, site.slug) if each.grid == text.grid}
        if len(known | {text.code}) > MOST_LINES:
            raise Refusal("too_many_grid_lines", most=MOST_LINES)
        keep_grid_text(rows, row)


def withdraw_grid_text(database: Database, site: Site, grid: str, code: str) -> None:
    """Withdraws the text of a line. Refusal: unknown_grid_text, also when it was withdrawn."""
    with database.store.write() as rows:
        if not withdraw_row(rows, site.slug, grid, code, database.clock.now()):
            raise Refusal("unknown_grid_text")


def restore_grid_text(database: Database, site: Site, grid: str, code: str) -> None:
    """Restores a text that was withdrawn. Refusal: unknown_grid_text, also when it stands."""
    with database.store.write() as rows:
        if not restore_row(rows, site.slug, grid, code):
            raise Refusal("unknown_grid_text")


def read_grid_texts(database: Database, site: Site) -> list[GridText]:
    """The texts of a site that stand, in the order of their numbers."""
    with database.read() as rows:
        found = [each for each in grid_texts_of(rows, site.slug) if each.withdrawn_at is None]
    return [
        GridText(each.grid, each.code, each.text, each.source, each.read_on)
        for each in sorted(found, key=lambda each: line_order(each.code))
    ]


def _today(database: Database, site: Site) -> date:
    return database.clock.now().astimezone(ZoneInfo(site.time_zone)).date()
