"""« Que font les autres ? », `/qualite/autres`: an open data file beside our halls, without JavaScript.

The server fetches and keeps nothing: a person brings the file. What it said stands in the form of the
answer, so that another month is asked of the same figures.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask import abort, render_template, request
from werkzeug.exceptions import RequestEntityTooLarge

from server.domain.hall.configuration import HallConfiguration
from server.domain.people.roles import Permission
from server.domain.quality.doubt import Interval
from server.domain.quality.indicators import INDICATORS, Figure
from server.domain.quality.open_file import LARGEST_BYTES, OpenFile, open_file_too_large, read_open_file
from server.domain.quality.periods import Period, PeriodKind, period_of
from server.domain.quality.selection import OPEN_INDICATORS, OpenFigure
from server.domain.refusals import Refusal
from server.usecases.quality.indicators import Days
from server.usecases.quality.periods import read_open_month
from server.web.access.callers import database, identify
from server.web.access.requirements import PageRoutes
from server.web.pages.quality import wording
from server.web.pages.quality.changes import MEASURED, interval_text
from server.web.rendering import page
from server.web.rendering.problems import problems_of, show_again, status_of
from server.web.rendering.viewer import Sentence

ADDRESS = "/qualite/autres"
LONGEST_NAME = 80
AROUND_A_FILE = 20_000
"""Bytes of a form around its file."""
_FIRST = ("visits", "wait_median", "wait_p90", "visits_departed", "within_target")
SHOWN = (*_FIRST, *(name for name in OPEN_INDICATORS if name not in _FIRST))
"""Who left stands beside the waits, then the others in the order of the registry."""

routes = PageRoutes("others_pages", __name__, template_folder="templates")


@dataclass(frozen=True, slots=True)
class OthersCell:
    """A figure of a hall in texts: value, interval, sample; `conclusion`: of ours, beside the other's.

    `why`: why it has no value.
    """

    value: str = ""
    why: str = ""
    between: str = ""
    of: str = ""
    conclusion: str = ""


@dataclass(frozen=True, slots=True)
class OthersRow:
    """An indicator of the other hall, and of each of ours."""

    name: str
    label: str
    other: OthersCell
    ours: Sequence[OthersCell]


@routes.url_value_preprocessor
def allow_file(*_: object) -> None:
    """The form is read before its view runs: the CSRF guard reads it. Nobody else may send that much."""
    if identify().kind == "person":
        request.max_content_length = request.max_form_memory_size = 2 * LARGEST_BYTES + AROUND_A_FILE


@routes.errorhandler(RequestEntityTooLarge)
def too_large(_: RequestEntityTooLarge) -> tuple[str, int]:
    return _page([page.hall(Permission.READ_FIGURES)], refusal=open_file_too_large(), is_read=False)


@routes.get(ADDRESS, Permission.READ_FIGURES)
def others() -> tuple[str, int]:
    return _page([page.hall(Permission.READ_FIGURES)])


@routes.post(ADDRESS, Permission.READ_FIGURES)
def compared() -> tuple[str, int]:
    halls = _chosen()
    file = request.files.get("fichier")
    content = b""
    if file is not None:
        content = file.read(LARGEST_BYTES + 1)
        file.close()
    show_again(lambda refusal: _page(halls, refusal=refusal))
    return _page(halls, read_open_file(content or request.form.get("texte", "").encode()))


def _chosen() -> list[HallConfiguration]:
    """The halls of the form, else the person's first; 404 for any other."""
    theirs = {hall.hall: hall for hall in page.halls(Permission.READ_FIGURES)}
    names = list(dict.fromkeys(request.form.getlist("place")))
    if any(name not in theirs for name in names):
        abort(404)
    return [theirs[name] for name in names] or [page.hall(Permission.READ_FIGURES)]


def _page(
    halls: Sequence[HallConfiguration],
    found: OpenFile | None = None,
    *,
    refusal: Refusal | None = None,
    is_read: bool = True,
) -> tuple[str, int]:
    typed = request.form if is_read else {}
    months = sorted(found.months, reverse=True) if found else []
    month = str(typed.get("mois", "")) if typed.get("mois") in months else next(iter(months), "")
    words = page.sentence()
    html = render_template(
        "others/others.html",
        hall=halls[0],
        halls=halls,
        theirs=page.halls(Permission.READ_FIGURES),
        name=str(typed.get("nom", ""))[:LONGEST_NAME].strip(),
        text=found.text if found else str(typed.get("texte", "")),
        months=[(each, wording.title_of(_period(each), words.language)) for each in months],
        month=month,
        rows=_rows(found.months[month], halls, month, words) if found else [],
        problems=problems_of(refusal, {refusal.code: "fichier"} if refusal else {}),
        megabytes=LARGEST_BYTES // 1_000_000,
        longest_name=LONGEST_NAME,
    )
    return html, 200 if refusal is None else status_of(refusal)


def _period(month: str) -> Period:
    return period_of(PeriodKind.MONTH, date.fromisoformat(f"{month}-01"))


def _rows(
    other: Mapping[str, OpenFigure], halls: Sequence[HallConfiguration], month: str, words: Sentence
) -> list[OthersRow]:
    """The indicators that the file has."""
    days = Days(_period(month).starts_on, _period(month).ends_on)
    read = [read_open_month(database(), hall.hall, days) for hall in halls]
    ours = [{figure["indicator"]: figure for figure in figures} for figures in read]
    return [
        OthersRow(
            name,
            words(INDICATORS[name].label_key),
            _cell(other[name], words),
            [_cell(own[name], words, beside=other[name]) for own in ours],
        )
        for name in SHOWN
        if name in other
    ]


def _cell(figure: OpenFigure, words: Sentence, *, beside: OpenFigure | None = None) -> OthersCell:
    """A figure, or why there is none."""
    said = words(f"quality.others.{_conclusion(figure, beside)}") if beside else ""
    value, n, indicator = figure["value"], figure["n"] or 0, INDICATORS[figure["indicator"]]
    if value is None:
        return OthersCell(why=words(f"quality.others.{figure['reason']}"), conclusion=said)
    shown = wording.shown(Figure(indicator.name, value, n), words.language)
    sample = words("quality.of", n=wording.number(n, words.language)) if indicator.unit in MEASURED else ""
    between = interval_text(_interval(figure), indicator.unit, words)
    return OthersCell(shown, between=between, of=sample, conclusion=said)


def _interval(figure: OpenFigure) -> Interval | None:
    low, high, n_days = figure["low"], figure["high"], figure["n_days"]
    return None if low is None or high is None or n_days is None else Interval(low, high, n_days)


def _conclusion(own: OpenFigure, other: OpenFigure) -> str:
    """Whether ours is above or below: only where two intervals do not touch."""
    ours, theirs = _interval(own), _interval(other)
    if ours is None or theirs is None or (ours.low <= theirs.high and theirs.low <= ours.high):
        return "unclear"
    return "above" if ours.low > theirs.high else "below"
