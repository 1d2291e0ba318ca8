"""Errors of a document: what, where, and their sentences."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from typing import Any

from pydantic_core import ErrorDetails, PydanticCustomError

from server.domain.refusals import Refusal
from server.language import Translate, day_text, decimal_text, name_in

CATALOGUE = "documents.problem."

type Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class DocumentProblem:
    """One thing wrong at a place of a document.

    `path` reads like `services[2].series.prefix`, empty for the whole. `code` is stable, `key` names the
    sentence in the catalogue `documents`, `values` fills its placeholders. A warning keeps no document out.
    """

    path: str
    code: str
    key: str
    values: Mapping[str, str] = field(default_factory=dict)
    is_warning: bool = False

    def sentence(self, translate: Translate, language: str) -> str:
        """The sentence of an error in a reader's language, with names, days and ratios as it writes them."""
        written = {"language": name_in, "on": _day, "first": _day, "last": _day, "ratio": _decimal}
        values = {
            name: written[name](value, language) if name in written else value
            for name, value in self.values.items()
        }
        return str(translate(self.key, language, **values))


class DocumentRefused(Refusal):
    """A document has errors and is refused as a whole. `problems` are all that one reading finds."""

    def __init__(self, problems: Iterable[DocumentProblem]) -> None:
        self.problems = tuple(problems)
        listed = [{"path": problem.path, "code": problem.code} for problem in self.problems]
        super().__init__("document_refused", problems=listed)


def _day(text: str, language: str) -> str:
    """A date in words; a number stays as it is."""
    try:
        return day_text(date.fromisoformat(text), language)
    except ValueError:
        return text


def _decimal(text: str, language: str) -> str:
    return decimal_text(float(text), language)


def problem(path: Path, code: str, **values: object) -> DocumentProblem:
    """An error whose sentence has the code's name."""
    return DocumentProblem(path_text(path), code, CATALOGUE + code, _as_text(values))


def warning(path: Path, code: str, **values: object) -> DocumentProblem:
    """A warning whose sentence has the code's name."""
    return DocumentProblem(path_text(path), code, CATALOGUE + code, _as_text(values), is_warning=True)


def broken_rule(code: str, **values: object) -> PydanticCustomError:
    """The error a model's own rule raises: it becomes the problem of that code at the place of the value."""
    return PydanticCustomError("parvis", "{code}", {"code": code, "values": _as_text(values)})


def path_text(path: Path) -> str:
    """A place in a document, as people read it: `services[2].names.fr`."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        elif step != "[key]":
            text += f".{step}" if text else step
    return text


UNKNOWN_KEY = ("extra_forbidden", "unexpected_keyword_argument")
"""pydantic's error types for a key that nobody knows: of a model, of a dataclass."""


def problem_of(error: ErrorDetails, *, known_keys: Iterable[str]) -> DocumentProblem:
    """The problem behind one validation error of pydantic."""
    path, kind, context = error["loc"], error["type"], error.get("ctx", {})
    if kind == "parvis":
        return problem(path, context["code"], **context["values"])
    if kind in UNKNOWN_KEY:
        return _unknown_key(path, known_keys)
    if kind == "missing":
        return problem(path, "missing_key", key=path[-1])
    code, sentence = SENTENCES.get(kind, ("invalid", "invalid"))
    return DocumentProblem(path_text(path), code, CATALOGUE + sentence, _limits(context))


SENTENCES: Mapping[str, tuple[str, str]] = {
    "string_type": ("wrong_type", "wrong_type_text"),
    "int_type": ("wrong_type", "wrong_type_number"),
    "int_from_float": ("wrong_type", "wrong_type_number"),
    "bool_type": ("wrong_type", "wrong_type_boolean"),
    "tuple_type": ("wrong_type", "wrong_type_list"),
    "dict_type": ("wrong_type", "wrong_type_object"),
    "model_type": ("wrong_type", "wrong_type_object"),
    "dataclass_type": ("wrong_type", "wrong_type_object"),
    "date_type": ("wrong_form", "wrong_date"),
    "date_parsing": ("wrong_form", "wrong_date"),
    "date_from_datetime_parsing": ("wrong_form", "wrong_date"),
    "date_from_datetime_inexact": ("wrong_form", "wrong_date"),
    "greater_than_equal": ("out_of_range", "at_least"),
    "less_than_equal": ("out_of_range", "at_most"),
    "string_too_short": ("empty_text", "empty_text"),
    "string_too_long": ("too_long", "too_long"),
    "too_long": ("too_many", "too_many"),
    "literal_error": ("unknown_choice", "unknown_choice"),
}
"""pydantic's error types, and the code and sentence they become; any other is `invalid`."""


def _unknown_key(path: Path, known_keys: Iterable[str]) -> DocumentProblem:
    key = str(path[-1])
    nearest = get_close_matches(key, sorted({*known_keys} - {key}), n=1)
    if not nearest:
        return problem(path, "unknown_key", key=key)
    sentence = CATALOGUE + "unknown_key_nearest"
    return DocumentProblem(path_text(path), "unknown_key", sentence, {"key": key, "nearest": nearest[0]})


def _limits(context: Mapping[str, Any]) -> dict[str, str]:
    """The bound or the choices an error names, under the names the sentences use."""
    names = {
        "ge": "limit",
        "le": "limit",
        "max_length": "limit",
        "min_length": "limit",
        "expected": "choices",
    }
    plain = {names[name]: str(value) for name, value in context.items() if name in names}
    return {name: text.replace("'", "").replace(" or ", ", ") for name, text in plain.items()}


def _as_text(values: Mapping[str, object]) -> dict[str, str]:
    return {name: str(value) for name, value in values.items()}
