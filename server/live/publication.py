"""What the publisher sends after a commit, of calls, queues and incidents; and what changes without a commit.

The message of a queue stays under the size limit of a message; consoles fetch the rest. Incidents go to the
hall's own pages, and beyond it those that nobody answered at once. Without a commit change: alerts that
expire, the edges of the half-day (an opening, a closing, a break), configurations that another process
published, programmes, by the hour and with the day.
"""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, TypedDict, get_args

from hardware.json_types import InstantText, Texts
from server.domain.facts import OF_INCIDENTS
from server.domain.hall.configuration import HallConfiguration, mark_of
from server.domain.hours.calendars import business_day, moment_of
from server.domain.instants import from_micros, to_text
from server.domain.languages import FRENCH
from server.live import messages
from server.live.messages import MESSAGE_LIMIT
from server.store import alerts
from server.store.configuration.halls import all_halls
from server.store.incidents import incident_by_id
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import Commit, CommittedFact
from server.usecases.answers import Leg
from server.usecases.hall.read_board import place_of
from server.usecases.hall.read_queue import QueueAnswer
from server.usecases.incidents.lists import (
    HallIncidents,
    IncidentOfHall,
    other_halls,
    read_hall_incidents,
)
from server.usecases.media.read_look import read_look
from server.usecases.notices.notice_places import ANY_SCREEN
from server.usecases.notices.read_programme import ProgrammeAnswer, read_programme
from signage.announcement import written_text
from signage.board import AudioFiles, CalledCounter, counter_message

type _OftenEmpty = Literal[
    "needs", "is_held", "postponements", "not_before", "return_place", "added_services", "outcome", "linked",
    "exceptional", "away",
]  # fmt: skip
_OFTEN_EMPTY: tuple[_OftenEmpty, ...] = get_args(_OftenEmpty.__value__)
INCIDENT_PAGES = (messages.AGENT, messages.SCREEN)
"""The guard's page is among screens."""
CHECKED_AT_LEAST_EVERY = timedelta(minutes=1)
"""Limits how long what another process published may stay unnoticed."""


class CallVoice(TypedDict, total=False):
    """The voice of a call, once it is rendered: the brief sentence; `loop`: the whole one for a hearing loop.

    `once_ms`, `loop_once_ms`: milliseconds after which the first of the two sentences ends.
    """

    brief: AudioFiles
    once_ms: dict[str, int]
    loop: AudioFiles
    loop_once_ms: dict[str, int]


class CallAnnounced(CallVoice):
    """One call or recall. Sent again with its audio once that is ready.

    `once_ms`, `loop_once_ms`: milliseconds after which the first of the two sentences ends.
    """

    call: str
    rank: int
    number: str
    counter: CalledCounter
    text: Texts
    audio: AudioFiles
    at: InstantText


def call_message(
    fact: CommittedFact, configuration: HallConfiguration, translate: Callable[..., str], language: str | None
) -> CallAnnounced:
    """The message of a call or recall: number, place, sentence in French; `language`: of the ticket."""
    today = business_day(configuration.calendar, fact.happened_at)
    counter = counter_message(place_of(configuration, fact.body["counter"], today, language=language))
    number = fact.body["number"]
    template = translate("signage.announcement.written", FRENCH)
    return {
        "call": fact.body["call"],
        "rank": fact.body.get("rank", 1),
        "number": number,
        "counter": counter,
        "text": {FRENCH: written_text(number, counter["label"], template=template)},
        "audio": {},
        "at": to_text(fact.happened_at),
    }


@dataclass(frozen=True, slots=True)
class SpokenCall:
    """The counter's label in each language the call is said in, in order: French, then at most one other.

    `hall_name` is said first where another hall is within earshot; `has_loop`: the induction loop hears it
    too, without a chime.
    """

    places: Mapping[str, str]
    hall_name: str | None = None
    has_loop: bool = False


class QueueChanged(QueueAnswer):
    """The queue with the first legs of each; `is_partial`: rows were left out, and the page reads them."""

    is_partial: bool


def _not_waiting(message: QueueAnswer) -> Iterator[Leg]:
    for legs in (message["called"], message["in_service"], message["parked"], message["no_shows"]):
        yield from legs


def _drop_empty(message: QueueAnswer) -> None:
    """Leaves out of each leg what most legs do not have: needs, held, timers, added services."""
    waiting = (leg for queue in message["queues"] for leg in queue["legs"])
    for leg in (*_not_waiting(message), *waiting):
        for name in _OFTEN_EMPTY:
            if not leg.get(name):
                leg.pop(name, None)


def queue_nudge(answer: QueueAnswer) -> QueueChanged:
    """The message to who may see a part of the queue only: nobody of it, so that the page reads its part."""
    return {
        **answer,
        "queues": [],
        "called": [],
        "in_service": [],
        "parked": [],
        "no_shows": [],
        "counters": [],
        "step_free": [],
        "is_partial": True,
    }


def queue_message(answer: QueueAnswer) -> QueueChanged:
    """The queue as a message under 4 kB, which everybody of a hall hears.

    `is_partial` says that rows were left out, or what only who holds a counter may read of it: the page
    fetches it.
    """
    hides_counters = not answer["shows_counters"] and any(each["session_mark"] for each in answer["counters"])
    message: QueueChanged = {**answer, "is_partial": hides_counters}
    for leg in _not_waiting(message):
        leg["why"] = None
    _drop_empty(message)
    while len(json.dumps(message)) > MESSAGE_LIMIT - 200:
        message["is_partial"] = True
        lists = [message["no_shows"], *(queue["legs"] for queue in message["queues"])]
        lists += [message["called"], message["in_service"], message["parked"]]
        longest = max(lists, key=len)
        if not longest:
            for counter in message["counters"]:
                counter["services"] = []
            break
        longest.pop()
    return message


def send_incidents(database: Database, emit: Callable[..., None], commit: Commit) -> None:
    """Sends the incidents of a commit's hall, over `emit(name, message, namespace, room)`.

    Other halls hear of an incident once it is escalated, and of its end.
    """
    message = read_hall_incidents(database, commit.hall)
    _send_to_room(emit, message, messages.incidents_room(commit.hall))
    if not _are_beyond(database, commit, message["incidents"]):
        return
    beyond: HallIncidents = {
        **message,
        "incidents": [each for each in message["incidents"] if each["is_beyond"]],
    }
    for hall, is_near in other_halls(database, commit.hall).items():
        room = messages.incidents_room if is_near else messages.incidents_beyond_room
        _send_to_room(emit, beyond, room(hall))


def _send_to_room(emit: Callable[..., None], message: HallIncidents, room: str) -> None:
    for namespace in INCIDENT_PAGES:
        emit(messages.INCIDENT_CHANGED, message, namespace, room)


def _are_beyond(database: Database, commit: Commit, shown: Iterable[IncidentOfHall]) -> bool:
    """Whether a fact of the commit is about an incident of which other halls hear; one that ended is read."""
    is_beyond = {each["incident"]: each["is_beyond"] for each in shown}
    changed = {fact.body["id"] for fact in commit.facts if fact.kind in OF_INCIDENTS}
    if any(is_beyond.get(each) for each in changed):
        return True
    with database.read() as rows:
        ended = [incident_by_id(rows, each) for each in changed - is_beyond.keys()]
    return any(each is not None and each.escalated_at is not None for each in ended)


@dataclass
class Expiries:
    """In which halls an alert has just expired; one of each process."""

    database: Database
    _checked_at: datetime | None = None

    def passed(self, halls: Iterable[str]) -> set[str]:
        """Those of these halls (ids) where an alert expired since the last call."""
        before, now = self._checked_at, self.database.clock.now()
        self._checked_at = now
        watched = set(halls)
        if before is None or not watched:
            return set()  # a page reads the alerts in force when it connects
        with self.database.read() as rows:
            return watched & alerts.halls_of_expired(rows, after=before, until=now)


@dataclass
class HalfDays:
    """Which halls have passed an edge; one of each process."""

    database: Database
    _last_moments: dict[str, tuple[tuple[bool, ...], datetime]] = field(default_factory=dict)

    def passed(self, halls: Iterable[str]) -> set[str]:
        """Returns the halls (ids) whose half-day has changed since the last call."""
        now = self.database.clock.now()
        return {hall for hall in halls if self._has_passed(hall, now)}

    def _has_passed(self, hall: str, now: datetime) -> bool:
        before = self._last_moments.get(hall)
        if before is not None and now < before[1]:
            return False
        moment = moment_of(self.database.configuration(hall).calendar, now)
        self._last_moments[hall] = moment.flags, min(moment.until, now + CHECKED_AT_LEAST_EVERY)
        return before is not None and before[0] != moment.flags


@dataclass
class Republished:
    """The revisions that each hall had at the last call."""

    database: Database
    _last_marks: dict[str, str] = field(default_factory=dict)

    def since(self, halls: Collection[str]) -> dict[str, str]:
        """Those of these halls (ids) that have other revisions since the last call, and which (`mark_of`)."""
        if not halls and self._last_marks:
            return {}
        with self.database.read() as rows:
            marks = {
                hall.id: mark_of(hall.installation_revision, hall.configuration_revision)
                for hall in all_halls(rows)
            }
        # of every hall: a page that connects in the second of a publication may have read what was before it
        before, self._last_marks = self._last_marks, marks
        return {
            hall: mark for hall, mark in marks.items() if hall in halls and before.get(hall, mark) != mark
        }


@dataclass
class Programmes:
    """Which halls show something else, or look different, since the last call; one of each process."""

    database: Database
    translate: Callable[..., str]
    _last_turn: dict[str, tuple[tuple[str, str], datetime, bool]] = field(default_factory=dict)

    def turned(self, halls: Iterable[str]) -> set[str]:
        """Those of these halls (ids) whose programme changed since the last call."""
        now = self.database.clock.now()
        return {hall for hall in halls if self._has_turned(hall, now)}

    def _has_turned(self, hall: str, now: datetime) -> bool:
        before = self._last_turn.get(hall)
        if before is not None and now < before[1]:
            return False
        programme = read_programme(self.database, hall, ANY_SCREEN, self.translate)
        with self.database.read() as rows:
            digests = (programme["revision"], read_look(rows).digest)
        edge = next_edge(programme, now)
        is_edge = edge is not None and edge <= now + CHECKED_AT_LEAST_EVERY
        next_check = edge if edge is not None and is_edge else now + CHECKED_AT_LEAST_EVERY
        self._last_turn[hall] = (digests, next_check, is_edge)
        # at the first call nothing is known from before
        return before is not None and (before[2] or before[0] != digests)


def next_edge(programme: ProgrammeAnswer, now: datetime) -> datetime | None:
    """The next instant at which an item or the screen's hours begin or end; None: there is none."""
    spans = [span for item in programme["items"] for span in item["windows"] or ()]
    edges = [edge for span in [*spans, *(programme["hours"] or ())] for edge in span]
    ahead = [edge for edge in edges if from_micros(edge * 1000) > now]
    return from_micros(min(ahead) * 1000) if ahead else None
