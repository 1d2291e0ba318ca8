"""The types of answers in use cases, and of live messages, agree with the models that describe them."""

import importlib
import pkgutil
from collections.abc import Iterator
from types import ModuleType, NoneType, UnionType
from typing import (
    Annotated,
    Any,
    NotRequired,
    ReadOnly,
    TypeAliasType,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

from pydantic import BaseModel, RootModel
from pydantic.fields import FieldInfo

import server.live.publication
import server.usecases
from server.usecases.legs import following_leg
from server.web.api import responses
from server.web.api.responses import board, exact, legs
from server.web.api.shapes import messages
from tests.harness.faults import assert_faultless

type Answer = type[Any]
"""A TypedDict."""
type Model = type[BaseModel]

OTHER_NAMES: dict[str, Model] = {
    "AlertMessage": messages.AlertChanged,
    "BoardMessage": board.BoardChanged,
    "CallMessage": messages.CallAnnounced,
    "DestinationAnswer": legs.Destination,
    "Heartbeat": messages.Heartbeat,
    "LegAnswer": legs.Leg,
    "QueueMessage": messages.QueueChanged,
    "SpokenAlertMessage": messages.AlertChanged,
}
"""The models of answers that are called otherwise."""
BY_ROUTES = {
    "KioskAtPlace": {"report"},
    "ScreenAnswer": {"alert_voices", "picture_every_s"},
    "TicketAnswer": {"follow_url", "is_new", "is_repeated", "paper_within_s"},
}
"""What the route adds to an answer or takes out of it."""
ELSEWHERE = {"AlertMessage": {"audio"}, "LegAnswer": {"destination"}}
"""What only a later message or another answer has."""
WRAPPERS = (Annotated, NotRequired, ReadOnly)


def modules(package: ModuleType) -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        yield importlib.import_module(found.name)


def classes(package: ModuleType) -> Iterator[type]:
    """The classes that the modules of a package define."""
    for module in modules(package):
        for each in vars(module).values():
            if isinstance(each, type) and each.__module__ == module.__name__:
                yield each


def answers() -> Iterator[tuple[Answer, Model]]:
    """Each answer that has a model, with it."""
    models = {each.__name__: each for each in classes(responses) if issubclass(each, BaseModel)} | OTHER_NAMES
    for package in (server.usecases, server.live.publication):
        for each in classes(package):
            model = models.get(each.__name__) if is_typeddict(each) else None
            if model is not None and not issubclass(model, RootModel):
                yield each, model


def fields_of(model: Model) -> dict[str, FieldInfo]:
    return {field.alias or name: field for name, field in model.model_fields.items()}


def may_be_null(hint: Any) -> bool:
    """Whether a type has None among its values."""
    if isinstance(hint, TypeAliasType):
        return may_be_null(hint.__value__)
    if get_origin(hint) in WRAPPERS:
        return may_be_null(get_args(hint)[0])
    if get_origin(hint) in (Union, UnionType):
        return any(may_be_null(each) for each in get_args(hint))
    return hint is NoneType


def faults_of(answer: Answer, model: Model) -> dict[str, str]:
    """What an answer may hold or lack and its model does not say, by field."""
    model.model_rebuild()  # it may name a model that comes after it
    fields, hints = fields_of(model), get_type_hints(answer)
    faults = dict.fromkeys(fields.keys() ^ hints.keys(), "only one of both has it")
    for name in fields.keys() & hints.keys():
        if name in answer.__optional_keys__ and fields[name].is_required():
            faults[name] = "it may be left out"
        if may_be_null(hints[name]) and not may_be_null(fields[name].annotation):
            faults[name] = "it may be null"
    return faults


PAIRS = list(answers())


def test_most_answers_have_a_model():
    assert {each.__name__ for each, _ in PAIRS} >= {
        "QueueAnswer",
        "CounterAnswer",
        "WallAnswer",
        *OTHER_NAMES,
    }


def unexpected(pair: tuple[Answer, Model]) -> Iterator[str]:
    """The faults that are not those known, and those known that are none any more."""
    faults, name = faults_of(*pair), pair[0].__name__
    for field in faults.keys() ^ (BY_ROUTES.get(name, set()) | ELSEWHERE.get(name, set())):
        yield f"{field}: {faults.get(field, 'as its model says')}"


def test_an_answer_has_the_fields_of_its_model():
    assert_faultless(PAIRS, unexpected, name=lambda pair: pair[0].__name__)


class _Position(exact.Position):
    note: str
    since: exact.InstantText = exact.LEFT_OUT


def test_a_field_too_many_one_that_may_lack_and_one_that_may_be_null_are_found():
    class Position(following_leg.DestinationAnswer):
        hall: str
        epoch: str
        version: int | None
        as_of: NotRequired[str]
        note: str

    faults = faults_of(Position, _Position)
    assert set(faults) == {"service", "counter", "is_open", "version", "as_of", "since"}
