"""Grids of labels, `/rapports/labels`: dated evidence of each line, and its text once the site typed it.

No JavaScript.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from babel.dates import format_skeleton
from flask import abort, redirect, render_template, request

from server.domain.hall.configuration import HallConfiguration, Site
from server.domain.people.roles import Permission
from server.domain.refusals import Refusal
from server.domain.reports.reports import (
    ANY_LINE,
    GRIDS,
    LONGEST_CODE,
    LONGEST_SOURCE,
    LONGEST_TEXT,
    Evidence,
    Grid,
    GridLine,
    GridTextRequest,
    is_line,
)
from server.language import locale_of
from server.store.reports import GridTextRow
from server.usecases.reports.grids import (
    read_grid_texts,
    read_grids,
    restore_grid_text,
    withdraw_grid_text,
    write_grid_text,
)
from server.web.access.callers import database
from server.web.access.requirements import PageRoutes
from server.web.pages.quality.wording import short_day
from server.web.rendering import page
from server.web.rendering.problems import problems_of, show_again

PLACE = "/rapports/labels"
NEEDED = Permission.WRITE_REPORTS
DONE = ("kept", "withdrawn", "restored")


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A line of a grid with the text that the site typed; None: none."""

    line: GridLine
    typed: GridTextRow | None


routes = PageRoutes("report_grids", __name__, template_folder="templates")


@routes.get(PLACE, NEEDED)
def grids() -> Any:
    return _page(page.hall())


@routes.post(PLACE, NEEDED)
def write_text() -> Any:
    return _changed("kept", lambda site, typed: write_grid_text(database(), site, typed))


@routes.post(PLACE + "/retrait", NEEDED)
def withdraw_text() -> Any:
    return _changed(
        "withdrawn", lambda site, typed: withdraw_grid_text(database(), site, typed.grid, typed.code)
    )


@routes.post(PLACE + "/retour", NEEDED)
def restore_text() -> Any:
    return _changed(
        "restored", lambda site, typed: restore_grid_text(database(), site, typed.grid, typed.code)
    )


def shown_lines(grid: Grid, typed: Sequence[GridTextRow]) -> list[ShownLine]:
    """The lines of a grid with their texts; lines that the site added stand before the one for all others."""
    texts = {each.code: each for each in typed if each.grid == grid.key}
    known = {line.code for line in grid.lines}
    added = [ShownLine(GridLine(code), text) for code, text in texts.items() if code not in known]
    return [*added, *(ShownLine(line, texts.get(line.code)) for line in grid.lines)]


def _changed(done: str, change: Callable[[Site, GridTextRequest], None]) -> Any:
    """Redirects to the line after a change; after a refusal, the page with what was typed."""
    hall = page.hall()
    names = ("grid", "code", "text", "source", "read_on")
    texts = {name: request.form.get(name, "")[: 2 * LONGEST_TEXT] for name in names}
    typed = GridTextRequest(**texts, evidence=request.form.getlist("evidence")[: len(Evidence)])
    show_again(lambda refusal: _page(hall, typed=typed, refusal=refusal))
    change(hall.site, typed)
    query = urlencode({"hall": hall.hall, "fait": done, "grille": typed.grid, "ligne": typed.code.strip()})
    return redirect(f"{PLACE}?{query}#fait", 303)


def _page(
    hall: HallConfiguration, *, typed: GridTextRequest | None = None, refusal: Refusal | None = None
) -> str:
    language = page.language()
    texts = read_grid_texts(database(), hall.site)
    done = request.args.get("fait", "")
    return render_template(
        "reports/grids.html",
        hall=hall,
        halls=page.halls(),
        grids=[(grid, shown_lines(grid, texts)) for grid in GRIDS],
        found=read_grids(database(), hall.hall),
        form=typed if refusal is not None and "field" in refusal.details else _asked_form(texts),
        any_line=ANY_LINE,
        kinds=list(Evidence),
        numbered=[grid.key for grid in GRIDS if all(line.code != ANY_LINE for line in grid.lines)],
        longest={"code": LONGEST_CODE, "text": LONGEST_TEXT, "source": LONGEST_SOURCE},
        problems=problems_of(refusal),
        done=done if done in DONE else "",
        done_at={"grid": request.args.get("grille", ""), "code": request.args.get("ligne", "")},
        names={grid.key: grid.name for grid in GRIDS},
        day=lambda on: short_day(on, language),
        month=lambda on: format_skeleton("yMMMM", on, locale=locale_of(language)),
    )


def _asked_form(texts: Sequence[GridTextRow]) -> GridTextRequest | None:
    """The form of the line that the address names; None without one."""
    grid, code = request.args.get("grille", ""), request.args.get("saisir", "")
    if not code:
        return None
    if code == ANY_LINE:
        return GridTextRequest(grid, "", "", "", "")
    if not is_line(grid, code):
        abort(404)
    for each in texts:
        if (each.grid, each.code) == (grid, code):
            return GridTextRequest(
                grid, code, each.text, each.source, each.read_on.isoformat(), each.evidence
            )
    return GridTextRequest(grid, code, "", "", "")
