"""Live messages and answers about a hall have the fields that their shapes say, and no other."""

import re
from collections import defaultdict
from typing import Any

import pytest

from server.domain.alerts import AlertKind
from server.domain.author import Author
from server.domain.devices.device_state import KioskReportAnswer, PlayerReport
from server.ids import new_id
from server.live import messages
from server.live.message_types import SENT, TAKEN
from server.live.presence import SocketPlace
from server.live.publication import CallAnnounced, SpokenCall
from server.live.publisher import Publisher
from server.usecases.alerts.course import AlertRequest, raise_alert
from server.usecases.hall.counter_view import CounterAnswer, WaitingAnswer
from server.usecases.hall.read_queue import QueueAnswer
from server.usecases.incidents.course import Reach, raise_incident
from server.usecases.printing.print_jobs import print_trial
from tests.harness.described_answers import faults_of
from tests.server.web.api_site import COUNTER, HALL, ApiSite, accepted

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
