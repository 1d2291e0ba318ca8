"""The API's description says of each answer which fields it has; an answer that differs fails its test."""

import importlib
import pkgutil
from collections.abc import Iterator
from inspect import isclass
from typing import Any, TypeAliasType, TypedDict

import pytest
from flask_openapi3.models import OPENAPI3_REF_TEMPLATE
from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode

from server.documents.notices import NOTICE_MODELS, NoticeKind
from server.domain.calling.waiting_legs import APPOINTMENT, PRIORITY, WALK_IN, LegClass
from server.store.counters import PhraseName
from server.usecases.hall.messages import HELP_PHRASE, PHRASES
from server.web import api as api_package
from server.web.api.openapi import answers_of, schemas_of
from signage import board
from tests.harness.described_answers import JSON, Description, description, document_of
from tests.server.web.api_site import COUNTER, HALL, ApiSite, accepted

OF_FREE_FORM = {"ExportedDocument"}
"""A file to be changed and imported again: its keys are those of docs/configuration.md."""
BOARD = f"/halls/{HALL}/board"


def answers(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Each answer in JSON that is no refusal: where it is given, the name of its shape, and the shape."""
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            for status, answer in operation["responses"].items():
                if int(status) < 400 and JSON in answer.get("content", {}):
                    name = answer["content"][JSON]["schema"]["$ref"].rpartition("/")[2]
                    yield f"{method} {path} {status}", name, document["components"]["schemas"][name]


def parts(shape: dict[str, Any], document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The shape of an answer, or its alternatives."""
    for each in shape.get("anyOf", [shape]):
        name = each.get("$ref", "").rpartition("/")[2]
        yield document["components"]["schemas"][name] if name else each


def models() -> list[type[BaseModel]]:
    """Every shape of a request."""
    found = []
    for module in pkgutil.iter_modules(api_package.__path__, f"{api_package.__name__}."):
        values = vars(importlib.import_module(module.name)).values()
        found += [each for each in values if isclass(each) and issubclass(each, BaseModel)]
    return [each for each in found if each is not BaseModel]


def test_every_answer_has_the_fields_of_its_shape_and_no_other(api: ApiSite):
    document = document_of(api.app)
    found = list(answers(document))
    assert len(found) > 120
    loose = [
        f"{at}: {name}"
        for at, name, shape in found
        for part in parts(shape, document)
        if name not in OF_FREE_FORM and part.get("additionalProperties") is not False
    ]
    assert loose == []


@pytest.mark.parametrize("mode", ["validation", "serialization"])
def test_one_name_in_the_description_is_one_shape(api: ApiSite, mode: JsonSchemaMode):
    """Requests, answers and types of fields share the names of the description: a second one would replace
    the first.
    """
    known = schemas_of(answers_of(api.app), mode=mode)
    for model in models():
        schema = model.model_json_schema(mode=mode, ref_template=OPENAPI3_REF_TEMPLATE)
        named = schema.pop("$defs", {}) | ({} if "$ref" in schema else {model.__name__: schema})
        for name, shape in named.items():
            assert known.setdefault(name, shape) == shape, (name, model)


class Position(TypedDict):
    seat: int


def test_two_answers_of_one_name_are_refused():
    class Seats(TypedDict):
        first: Position
        second: board.Position

    with pytest.raises(ValueError, match="one name"):
        schemas_of({"Seats": Seats})


class Counted(TypedDict):
    count: int
    """How many there are."""


class Named(Counted):
    name: str


def test_an_inherited_field_keeps_its_text():
    assert (
        schemas_of({"Named": Named})["Named"]["properties"]["count"]["description"] == "How many there are."
    )


def test_an_answer_with_a_field_too_many_or_too_few_is_found(api: ApiSite):
    real = accepted(api.get(BOARD))
    described: Description = description(lambda: document_of(api.app))

    def faults(**changes: Any) -> list[str]:
        body = {name: value for name, value in (real | changes).items() if value != "left out"}
        return described.faults("GET", f"/api/v1{BOARD}", 200, JSON, api.app.json.dumps(body).encode())

    assert faults() == []
    assert "unexpected" in faults(surprise=1)[0]
    assert "required" in faults(version="left out")[0]
    assert "version" in faults(version="none")[0]
    assert "as_of" in faults(as_of="yesterday")[0]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (NoticeKind, set(NOTICE_MODELS)),
        (PhraseName, {*PHRASES, HELP_PHRASE}),
        (LegClass, {WALK_IN, APPOINTMENT, PRIORITY}),
    ],
    ids=["notices", "phrases", "classes of legs"],
)
def test_a_list_of_words_in_a_shape_is_the_list_of_the_rules(written: TypeAliasType, meant: set[str]):
    assert set(written.__value__.__args__) == meant


def test_a_status_that_is_not_described_is_found(api: ApiSite):
    described: Description = description(lambda: document_of(api.app))
    assert described.faults("GET", f"/api/v1/counters/{COUNTER}", 202, JSON, b"{}") != []
    assert described.faults("GET", "/health/live", 200, JSON, b"{}") != []
    assert described.faults("GET", "/robots.txt", 200, JSON, b"{}") == []
