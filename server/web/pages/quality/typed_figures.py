"""Typed figures and annotations of a hall, `/qualite/saisies`: add, paste, withdraw. No JavaScript."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import redirect, render_template, request

from server.domain.author import Author
from server.domain.hall.configuration import HallConfiguration
from server.domain.people.roles import Permission
from server.domain.quality.typed_figures import (
    FARTHEST,
    LONGEST_SOURCE,
    LONGEST_WORDS,
    TYPED,
    Pasted,
    TypedFigureRequest,
    typed_period,
    typed_value,
)
from server.domain.refusals import Refusal
from server.ids import new_id
from server.store.people.pseudonyms import names_of
from server.usecases.typed_figures import (
    annotate_day,
    read_annotations,
    read_pasted_figures,
    read_typed_figures,
    type_figures,
    withdraw_annotation,
    withdraw_typed_figure,
)
from server.web.access.callers import database, require_caller
from server.web.access.requirements import PageRoutes
from server.web.pages.quality.typed_wording import Wording
from server.web.rendering import page
from server.web.rendering.problems import (
    press_key,
    problems_of,
    show_again,
    typed_day,
    typed_lines,
)

FIELDS = {
    "unknown_typed_indicator": "indicateur",
    "bad_typed_period": "periode",
    "bad_typed_number": "valeur",
    "bad_typed_value": "valeur",
    "typed_of_whole_hall": "demarche",
    "unknown_service": "demarche",
    "typed_source_missing": "source",
    "typed_source_too_long": "source",
    "annotation_missing": "remarque",
    "annotation_too_long": "remarque",
    "bad_annotation_day": "jour",
}
"""The field of a refusal; a refusal without one is shown above the form."""
LONGEST_PASTE = 20_000
"""Characters of a pasted text."""


@dataclass(frozen=True, slots=True)
class ValueFields:
    """The fields of one value as texts. `form` is new with each form shown: two equal presses are one."""

    indicator: str = ""
    period: str = ""
    value: str = ""
    source: str = ""
    service: str = ""
    form: str = ""

    def as_request(self) -> TypedFigureRequest:
        """The value. Refusals: unknown_typed_indicator, bad_typed_period, bad_typed_number."""
        if self.indicator not in TYPED:
            raise Refusal("unknown_typed_indicator", indicator=self.indicator)
        try:
            period = typed_period(self.period)
        except Refusal as refusal:
            raise Refusal("bad_typed_period", period=self.period) from refusal
        return TypedFigureRequest(
            self.indicator, period, typed_value(self.value), self.source, service=self.service
        )


@dataclass(frozen=True, slots=True)
class PasteFields:
    """A pasted text and its source. `is_confirmed`: its values were shown, and are to be taken."""

    text: str = ""
    source: str = ""
    is_confirmed: bool = False
    form: str = ""


@dataclass(frozen=True, slots=True)
class DayFields:
    """The fields of an annotation as texts."""

    day: str = ""
    words: str = ""
    form: str = ""


SHOWN = timedelta(days=400)
"""How far back annotations are listed."""
PLACE = "/qualite/saisies"
routes = PageRoutes("typed_figures_page", __name__, template_folder="templates")
"""Reading needs `read_figures`, entering and withdrawing `type_figures`."""


@routes.get(PLACE, Permission.READ_FIGURES)
def typed_figures() -> Any:
    return _page(page.hall(Permission.READ_FIGURES))


@routes.post(PLACE, Permission.TYPE_FIGURES)
def add() -> Any:
    names = ("indicateur", "periode", "valeur", "source", "demarche", "formulaire")
    typed = ValueFields(*typed_lines(request.form, *names))

    def added(hall: str, author: Author) -> object:
        figures = [typed.as_request()]
        return type_figures(database(), hall, author, figures, write_key=press_key(author, typed))

    return _entered("added", added, value=typed)


@routes.post(PLACE + "/coller", Permission.TYPE_FIGURES)
def paste() -> Any:
    """Takes the values that were shown before; else shows what was read, and takes nothing."""
    source, form = typed_lines(request.form, "source", "formulaire")
    text = request.form.get("valeurs", "")[:LONGEST_PASTE]
    typed = PasteFields(text, source, "prendre" in request.form, form)
    hall = page.hall(Permission.TYPE_FIGURES)
    words = _wording(hall)
    pasted = Pasted(text, source, words.indicator_names(), words.service_names())

    show_again(lambda refusal: _page(hall, paste=typed, refusal=refusal))
    figures = read_pasted_figures(database(), hall.hall, pasted)

    def taken(hall: str, author: Author) -> object:
        return type_figures(database(), hall, author, figures, write_key=press_key(author, typed))

    if typed.is_confirmed:
        return _entered("taken", taken, paste=typed)
    return _page(hall, paste=typed, preview=figures)


@routes.post(PLACE + "/retrait", Permission.TYPE_FIGURES)
def withdraw() -> Any:
    return _withdraw("figure", "valeur", withdraw_typed_figure, "withdrawn")


@routes.post(PLACE + "/jour", Permission.TYPE_FIGURES)
def annotate() -> Any:
    typed = DayFields(*typed_lines(request.form, "jour", "remarque", "formulaire"))

    def annotated(hall: str, author: Author) -> object:
        key = press_key(author, typed)
        return annotate_day(database(), hall, author, typed_day(typed.day), typed.words, write_key=key)

    return _entered("annotated", annotated, day=typed)


@routes.post(PLACE + "/jour/retrait", Permission.TYPE_FIGURES)
def withdraw_remark() -> Any:
    return _withdraw("annotation", "remarque", withdraw_annotation, "remark_withdrawn")


def _withdraw(kind: str, field: str, withdraw: Callable[..., object], done: str) -> Any:
    """Withdraws what a field of the form names (its id)."""
    named, form = request.form.get(field, ""), request.form.get("formulaire", "")

    def withdrawn(hall: str, author: Author) -> object:
        return withdraw(database(), hall, author, named, write_key=press_key(author, (kind, named, form)))

    return _entered(done, withdrawn)


def _entered(
    done: str,
    enter: Callable[[str, Author], object],
    *,
    value: ValueFields | None = None,
    paste: PasteFields | None = None,
    day: DayFields | None = None,
) -> Any:
    """Redirects to the page, which says what was done; after a refusal, the page with what was typed."""
    hall = page.hall(Permission.TYPE_FIGURES)
    caller = require_caller(Permission.TYPE_FIGURES, hall.hall)[0]
    show_again(lambda refusal: _page(hall, value=value, paste=paste, day=day, refusal=refusal))
    enter(hall.hall, caller.author)
    return redirect(f"{PLACE}?{urlencode({'hall': hall.hall, 'fait': done})}#fait", 303)


DONE = ("added", "taken", "withdrawn", "annotated", "remark_withdrawn")


def _wording(hall: HallConfiguration) -> Wording:
    with database().read() as rows:
        names = names_of(rows, "person")
    return Wording(page.sentence(), ZoneInfo(hall.site.time_zone), names, hall.services)


def _page(
    hall: HallConfiguration,
    *,
    value: ValueFields | None = None,
    paste: PasteFields | None = None,
    day: DayFields | None = None,
    preview: list[TypedFigureRequest] | None = None,
    refusal: Refusal | None = None,
) -> str:
    """The page, with the form that was sent as it was typed, and the values read from a pasted text."""
    words = _wording(hall)
    today = database().clock.now().astimezone(words.zone).date()
    annotations = read_annotations(database(), hall.hall, today - SHOWN, today + FARTHEST + timedelta(days=1))
    problems = problems_of(refusal and words.in_words(refusal), FIELDS)
    if paste is not None:
        named = {"source": "source_coller"}
        problems = {named.get(field, "valeurs"): said for field, said in problems.items()}
    done = request.args.get("fait", "")
    return render_template(
        "typed_figures/typed_figures.html",
        hall=hall,
        halls=page.halls(Permission.READ_FIGURES),
        words=words,
        figures=read_typed_figures(database(), hall.hall),
        annotations=annotations,
        preview=preview,
        forms={
            "value": value or ValueFields(form=new_id()),
            "paste": paste or PasteFields(form=new_id()),
            "day": day or DayFields(form=new_id()),
        },
        typed=TYPED,
        bounds={
            "source": LONGEST_SOURCE,
            "words": LONGEST_WORDS,
            "last_day": (today + FARTHEST).isoformat(),
            "today": today.isoformat(),
        },
        problems=problems,
        done=done if done in DONE else "",
        may_decide=page.may(Permission.TYPE_FIGURES, hall.site.slug),
    )
