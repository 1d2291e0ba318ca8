"""Answers and live messages have the fields that their shapes say, and no other."""

import importlib
import pkgutil
import re
from collections import defaultdict
from collections.abc import Iterator
from inspect import isclass
from typing import Any, TypeAliasType, TypedDict

import pytest
from flask_openapi3.models import OPENAPI3_REF_TEMPLATE
from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode

from server.documents.notices import NOTICE_MODELS, NoticeKind
from server.domain.alerts import AlertKind
from server.domain.author import Author
from server.domain.calling.waiting_legs import APPOINTMENT, PRIORITY, WALK_IN, LegClass
from server.domain.devices.device_state import KioskReportAnswer, PlayerReport
from server.ids import new_id
from server.live import messages
from server.live.message_types import SENT, TAKEN
from server.live.presence import SocketPlace
from server.live.publication import CallAnnounced, SpokenCall
from server.live.publisher import Publisher
from server.store.counters import PhraseName
from server.usecases.alerts.course import AlertRequest, raise_alert
from server.usecases.hall.counter_view import CounterAnswer, WaitingAnswer
from server.usecases.hall.messages import HELP_PHRASE, PHRASES
from server.usecases.hall.read_queue import QueueAnswer
from server.usecases.incidents.course import Reach, raise_incident
from server.usecases.printing.print_jobs import print_trial
from server.web import api as api_package
from server.web.api.openapi import answers_of, schemas_of
from signage import board
from tests.harness.described_answers import JSON, Description, description, document_of, faults_of
from tests.server.web.api_site import COUNTER, HALL, ApiSite, accepted

# --- live messages, and answers about a hall ------------------------------------------------------


OTHER_COUNTER = "laon-g4"
NAMES = {
    value
    for name, value in vars(messages).items()
    if name.isupper() and re.fullmatch(r"[a-z]+(\.[a-z]+)?", str(value))
}
ELSEWHERE = {messages.ALARM_CHANGED, messages.DEVICES_CHANGED, messages.PICTURE_ASKED}
"""Messages without a field, which tests of a served hall compare."""
PRINT_JOB = {"job": "j", "visit": "v", "state": "done", "verdict": "held", "why": "paper_out"}


class Recorder:
    """The messages of a publisher, by name, with every kind of page connected."""

    def __init__(self, api: ApiSite) -> None:
        self.heard: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self.publisher: Publisher = api.app.extensions["parvis"].publisher
        self.publisher.emit = lambda name, message, *_, **__: self.heard[name].append(message)
        self.publisher.later = lambda _seconds, work: work()
        self.publisher.speak = self._speak
        hall = api.database.hall_id(HALL)
        for namespace in messages.NAMESPACES:
            self.publisher.presence.arrived(f"a page of {namespace}", namespace, SocketPlace(hall, []))
        api.database.subscribers.append(self.publisher.committed)

    def follow(self, api: ApiSite, ticket: dict[str, Any]) -> None:
        """A phone follows a ticket."""
        joined = SocketPlace(api.database.hall_id(HALL), [], following=(ticket["visit"], "en"))
        self.publisher.presence.arrived(f"the phone of {ticket['visit']}", messages.VISITOR, joined)

    def _speak(self, _hall: str, message: CallAnnounced, _call: SpokenCall) -> None:
        audio = {"fr": "/audio/a.opus"}
        milliseconds = {"fr": 4_000}
        spoken: CallAnnounced = {
            **message,
            "audio": audio,
            "brief": audio,
            "once_ms": milliseconds,
            "loop": audio,
            "loop_once_ms": milliseconds,
        }
        self.heard[messages.CALL_ANNOUNCED].append({**spoken})


def people_at_every_stage(api: ApiSite, recorder: Recorder) -> None:
    """Visitors are called, served, parked, transferred, postponed, linked, gone; others wait, with needs."""
    for counter in (COUNTER, OTHER_COUNTER):
        api.open(counter)
    tickets = [api.ticket() for _ in range(9)]
    for ticket in tickets:
        recorder.follow(api, ticket)
    accepted(api.post(f"/tickets/{tickets[7]['visit']}/needs", {"needs": ["step_free", "deaf"]}))
    accepted(api.post(f"/tickets/{tickets[8]['visit']}/link", {"visit": tickets[7]["visit"]}))
    leg = accepted(api.next())["leg"]
    accepted(api.verb(leg, "recall"))
    accepted(api.verb(leg, "no-show"))
    leg = accepted(api.next())["leg"]
    accepted(api.verb(leg, "start"))
    accepted(api.verb(leg, "park", {"for_s": 900}))
    leg = accepted(api.next())["leg"]
    accepted(api.verb(leg, "start"))
    accepted(api.verb(leg, "transfer", {"service": "laon-permis"}))
    leg = accepted(api.next())["leg"]
    accepted(api.verb(leg, "postpone"))
    leg = accepted(api.next())["leg"]
    accepted(api.verb(leg, "start"))
    accepted(api.next(counter=OTHER_COUNTER))


@pytest.mark.parametrize("name", sorted(NAMES))
def test_every_message_has_a_shape(name: str):
    assert name in SENT


def test_no_shape_is_of_a_message_that_is_never_sent():
    assert set(SENT) == NAMES


@pytest.mark.both_databases
def test_messages_of_a_hall_with_visitors_match_their_models(api: ApiSite):
    recorder = Recorder(api)
    people_at_every_stage(api, recorder)
    publisher = recorder.publisher
    raise_alert(
        api.database,
        [api.database.hall_id(HALL)],
        Author("security"),
        AlertRequest(AlertKind.CUSTOM, new_id(), words={"fr": {"title": "Alerte", "text": "Restez là."}}),
    )
    reach = Reach(is_here=True, is_anywhere=True)
    raise_incident(api.database, api.database.hall_id(HALL), Author("agent"), COUNTER, reach=reach)
    publisher.tick()
    api.publish_kiosk("laon-borne-9")
    publisher.tick()
    trial = print_trial(api.database, HALL, Author("supervisor"), "laon-borne-1")
    publisher.print_noted(trial["job"])
    publisher.heartbeat()
    publisher.messages_changed(HALL, COUNTER)
    publisher.messages_changed(HALL, None)
    publisher.programme_changed()
    publisher.renewal_asked("kiosk", "a connection", "a token")
    faults = [
        f"{name}: {fault}"
        for name, sent in recorder.heard.items()
        for message in sent
        for fault in faults_of(SENT[name], message)
    ]
    assert sorted(set(faults)) == []
    assert set(recorder.heard) >= NAMES - ELSEWHERE


@pytest.mark.parametrize("holder", ["whoever holds it", "somebody else"])
def test_the_answer_to_a_console_has_its_shape(api: ApiSite, holder: str):
    people_at_every_stage(api, Recorder(api))
    token = api.key if holder == "whoever holds it" else api.new_key("read")
    queue = accepted(api.get(f"/halls/{HALL}/queue", token=token))
    assert faults_of(QueueAnswer, queue) == []
    for counter in (COUNTER, OTHER_COUNTER, "laon-g2"):
        answer = accepted(api.get(f"/counters/{counter}", token=token))
        assert faults_of(CounterAnswer, answer) == []
    waiting = accepted(api.get(f"/counters/{COUNTER}/waiting", token=api.key))
    assert faults_of(WaitingAnswer, waiting) == []
    assert waiting["legs"]


@pytest.mark.parametrize(
    ("name", "report"), [("player.state", PlayerReport), ("device.state", KioskReportAnswer)], ids=str
)
def test_reports_of_devices_have_the_fields_that_the_server_reads(name: str, report: type):
    assert TAKEN[name] is report


def test_a_field_that_no_shape_knows_is_a_fault():
    assert faults_of(SENT["print.verdict"], PRINT_JOB) == []
    assert faults_of(SENT["print.verdict"], PRINT_JOB | {"other_printer": "Accueil"}) == []
    assert faults_of(SENT["print.verdict"], PRINT_JOB | {"new": 1}) == ["new: Extra inputs are not permitted"]


# --- answers --------------------------------------------------------------------------------------


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
        (PhraseName, {*PHRASES, HELP_PHRASE, "profile", "profile_all"}),
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
