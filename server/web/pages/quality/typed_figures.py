"""Typed figures and annotations of a hall, `/qualite/saisies`: add, paste, withdraw. No JavaScript."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import redirect, render_template, request
from werkzeug.wrappers import Response

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
from server.web.pages.quality.typed_wording import Wording, typed_name
from server.web.rendering import page
from server.web.rendering.problems import press_key, refusal_sentence, status_of, typed_day, typed_lines

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

    @classmethod
    def of(cls, fields: Mapping[str, str]) -> "ValueFields":
        """The sent fields; missing ones are empty."""
        return cls(
            *typed_lines(fields, "indicateur", "periode", "valeur", "source", "demarche", "formulaire")
        )

    def as_request(self) -> TypedFigureRequest:
        """The value. Refusals: bad_typed_period, bad_typed_number."""
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

    @classmethod
    def of(cls, fields: Mapping[str, str]) -> "PasteFields":
        """The sent fields; a far too long text is cut."""
        text = fields.get("valeurs", "")[:LONGEST_PASTE]
        source, form = typed_lines(fields, "source", "formulaire")
        return cls(text, source, "prendre" in fields, form)


@dataclass(frozen=True, slots=True)
class DayFields:
    """The fields of an annotation as texts."""

    day: str = ""
    words: str = ""
    form: str = ""

    @classmethod
    def of(cls, fields: Mapping[str, str]) -> "DayFields":
        """The sent fields; missing ones are empty."""
        return cls(*typed_lines(fields, "jour", "remarque", "formulaire"))


@dataclass(frozen=True, slots=True)
class Forms:
    """The three forms of the page, as they were typed."""

    value: ValueFields
    paste: PasteFields
    day: DayFields

    @classmethod
    def new(cls) -> "Forms":
        """Empty forms, each with a name of its own."""
        return cls(ValueFields(form=new_id()), PasteFields(form=new_id()), DayFields(form=new_id()))


SHOWN = timedelta(days=400)
"""How far back annotations are listed."""


@dataclass(frozen=True, slots=True)
class _Shown:
    """What the page shows beside what is stored: forms as typed, values read, and what was refused.

    `sent`: the form that was sent, `value`, `paste` or `day`; empty for none of them.
    """

    forms: Forms
    sent: str = ""
    preview: list[TypedFigureRequest] | None = None
    refusal: Refusal | None = None


routes = PageRoutes("typed_figures_page", __name__, template_folder="templates")
"""Reading needs `read_figures`, entering and withdrawing `type_figures`."""


@routes.get("/qualite/saisies", Permission.READ_FIGURES)
def typed_figures() -> Any:
    return _page(page.hall(Permission.READ_FIGURES), _Shown(Forms.new()))


@routes.post("/qualite/saisies", Permission.TYPE_FIGURES)
def add() -> Any:
    typed = ValueFields.of(request.form)
    forms = replace(Forms.new(), value=typed)
    return _entered(_Shown(forms, "value"), lambda hall, author: _add(hall, author, typed))


@routes.post("/qualite/saisies/coller", Permission.TYPE_FIGURES)
def paste() -> Any:
    typed = PasteFields.of(request.form)
    forms = replace(Forms.new(), paste=typed)
    return _entered(_Shown(forms, "paste"), lambda hall, author: _paste(hall, author, forms))


@routes.post("/qualite/saisies/retrait", Permission.TYPE_FIGURES)
def withdraw() -> Any:
    return _withdraw("figure", "valeur", withdraw_typed_figure, "withdrawn")


@routes.post("/qualite/saisies/jour", Permission.TYPE_FIGURES)
def annotate() -> Any:
    typed = DayFields.of(request.form)

    def annotated(hall: HallConfiguration, author: Author) -> Response:
        key = press_key(author, typed)
        annotate_day(database(), hall.hall, author, typed_day(typed.day), typed.words, write_key=key)
        return _done(hall, "annotated")

    return _entered(_Shown(replace(Forms.new(), day=typed), "day"), annotated)


@routes.post("/qualite/saisies/jour/retrait", Permission.TYPE_FIGURES)
def withdraw_remark() -> Any:
    return _withdraw("annotation", "remarque", withdraw_annotation, "remark_withdrawn")


def _withdraw(kind: str, field: str, withdraw: Callable[..., object], done: str) -> Any:
    """Withdraws what a field of the form names (its id)."""
    named, form = request.form.get(field, ""), request.form.get("formulaire", "")

    def withdrawn(hall: HallConfiguration, author: Author) -> Response:
        withdraw(database(), hall.hall, author, named, write_key=press_key(author, (kind, named, form)))
        return _done(hall, done)

    return _entered(_Shown(Forms.new()), withdrawn)


def _entered(shown: _Shown, enter: Callable[[HallConfiguration, Author], Response | str]) -> Any:
    """The answer of `enter`, or the page with the forms as they were typed and the refusal."""
    hall = page.hall(Permission.TYPE_FIGURES)
    caller = require_caller(Permission.TYPE_FIGURES, hall.hall)[0]
    try:
        return enter(hall, caller.author)
    except Refusal as refusal:
        return _page(hall, replace(shown, refusal=refusal)), status_of(refusal)


def _add(hall: HallConfiguration, author: Author, typed: ValueFields) -> Response:
    if typed.indicator not in TYPED:
        raise Refusal("unknown_typed_indicator", indicator=typed.indicator)
    key = press_key(author, typed)
    type_figures(database(), hall.hall, author, [typed.as_request()], write_key=key)
    return _done(hall, "added")


def _paste(hall: HallConfiguration, author: Author, forms: Forms) -> Response | str:
    """Takes the values that were shown before; else shows what was read, and takes nothing."""
    typed = forms.paste
    words = _wording(hall)
    pasted = Pasted(typed.text, typed.source, words.indicator_names(), words.service_names())
    requests = read_pasted_figures(database(), hall.hall, pasted)
    if not typed.is_confirmed:
        return _page(hall, _Shown(forms, "paste", preview=requests))
    type_figures(database(), hall.hall, author, requests, write_key=press_key(author, typed))
    return _done(hall, "taken")


def _done(hall: HallConfiguration, what: str) -> Response:
    """Redirects to the page, which says what was done; a repeated press gets the same page."""
    return redirect("/qualite/saisies?" + urlencode({"hall": hall.hall, "fait": what}) + "#fait", 303)


DONE = ("added", "taken", "withdrawn", "annotated", "remark_withdrawn")


def _wording(hall: HallConfiguration) -> Wording:
    with database().read() as rows:
        names = names_of(rows, "person")
    return Wording(page.sentence(), ZoneInfo(hall.site.time_zone), names, hall.services)


def _page(hall: HallConfiguration, shown: _Shown) -> str:
    words = _wording(hall)
    today = database().clock.now().astimezone(words.zone).date()
    annotations = read_annotations(database(), hall.hall, today - SHOWN, today + FARTHEST + timedelta(days=1))
    done = request.args.get("fait", "")
    return render_template(
        "typed_figures/typed_figures.html",
        hall=hall,
        halls=page.halls(Permission.READ_FIGURES),
        rows=words.rows(read_typed_figures(database(), hall.hall)),
        annotations=words.annotations(annotations),
        preview=None if shown.preview is None else words.rows(shown.preview),
        forms=shown.forms,
        typed=[(name, typed_name(name, words.say)) for name in TYPED],
        services=words.offered_services(),
        units={name: words.say(f"typed_figures.unit.{unit}") for name, unit in TYPED.items()},
        bounds={
            "source": LONGEST_SOURCE,
            "words": LONGEST_WORDS,
            "last_day": (today + FARTHEST).isoformat(),
            "today": today.isoformat(),
        },
        problems=_problems(words, shown),
        done=done if done in DONE else "",
        may_decide=page.may(Permission.TYPE_FIGURES, hall.site.slug),
    )


def _problems(words: Wording, shown: _Shown) -> dict[str, str]:
    """The sentence of what was refused, by its field; empty where nothing was."""
    if shown.refusal is None:
        return {}
    field = FIELDS.get(shown.refusal.code, "")
    if shown.sent == "paste":
        field = "source_coller" if field == "source" else "valeurs"
    refusal = words.in_words(shown.refusal)
    return {field: refusal_sentence(refusal)}
