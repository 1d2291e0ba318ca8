"""The forms of typed figures and annotations: typed texts, and the field that a refusal is about."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from server.domain.author import Author
from server.domain.quality.typed_figures import TypedFigureRequest, typed_period, typed_value
from server.domain.refusals import Refusal
from server.ids import new_id
from server.store.engine.idempotency_keys import WriteKey

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
            *(
                _line(fields.get(name, ""))
                for name in ("indicateur", "periode", "valeur", "source", "demarche", "formulaire")
            )
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
        return cls(
            text, _line(fields.get("source", "")), "prendre" in fields, _line(fields.get("formulaire", ""))
        )


@dataclass(frozen=True, slots=True)
class DayFields:
    """The fields of an annotation as texts."""

    day: str = ""
    words: str = ""
    form: str = ""

    @classmethod
    def of(cls, fields: Mapping[str, str]) -> "DayFields":
        """The sent fields; missing ones are empty."""
        return cls(*(_line(fields.get(name, "")) for name in ("jour", "remarque", "formulaire")))

    def as_day(self) -> date:
        """The day; what cannot be read is out of bounds, and refused as such."""
        try:
            return date.fromisoformat(self.day)
        except ValueError:
            return date.min


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


def write_key(author: Author, typed: object) -> WriteKey:
    """The key of a press, equal for two equal presses: the author, the form, and its typed values."""
    content = repr(typed).encode()
    return WriteKey.of_author(author, sha256(content).hexdigest(), content)


def _line(text: str) -> str:
    """On one line; a far too long text is cut."""
    return " ".join(text[:200].split())
