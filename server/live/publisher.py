"""Publishes after a commit: a call at once, whole states at most once a second.

Two paths. After a commit, messages go to the sockets of every process (through Redis where there is one): the
call at once, the board and the queue shortly after, the verdict of a print. Once a second, each process sends
its own sockets what it computes again for the halls that changed: waits, menus, tickets.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import structlog

from hardware.languages import VISITOR_LANGUAGES
from server.domain.facts import OF_ALARMS, OF_INCIDENTS, SILENT, FactKind
from server.domain.hall.configuration import HallConfiguration
from server.domain.instants import to_text
from server.domain.languages import FRENCH
from server.domain.refusals import Refusal
from server.domain.visits.facts import is_started_by_call
from server.domain.visits.reentered import is_reentered
from server.live import messages, publication
from server.live.messages import return_ms
from server.live.presence import Presence
from server.store.configuration.halls import all_halls, hall_row
from server.store.devices import print_jobs
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import Commit, CommittedFact
from server.usecases.hall.read_board import AlertChanged, read_alert_message, read_board, read_queues
from server.usecases.hall.read_queue import read_queue
from server.usecases.hall_view import ARRIVAL_SHOWN_FOR
from server.usecases.printing.print_jobs import print_answer
from server.usecases.tickets.ticket_page import ticket_of_visit, visitor_language
from server.usecases.waits import Estimates
from signage.board import Position

log = structlog.get_logger()

SHORTLY_S = 0.15
"""How long the board and the queue wait after a commit, so that a burst is sent once."""
APART_S = 0.5
"""Time between two boards and queues of a hall while commits follow each other closely."""
TICK_S = 1.0
HEARTBEAT_S = 25.0
LEGS_IN_MESSAGE = 5

_CALLS = (FactKind.LEG_CALLED, FactKind.LEG_RECALLED)
_ALERTS = (FactKind.ALERT_RAISED, FactKind.ALERT_ENDED, FactKind.ALERT_TAKEN_BACK)

type SpeakCall = Callable[[str, publication.CallAnnounced, publication.SpokenCall], None]
type SpeakAlert = Callable[[str, AlertChanged], None]


class Heartbeat(Position):
    """Where a hall stands, every 25 s; `return_ms`: over how long pages spread their return."""

    configuration: str
    return_ms: int


@dataclass
class Publisher:
    """Sends messages: `emit(name, message, namespace, room, is_local)`.

    `later(seconds, work)` runs work off the request.
    """

    database: Database
    estimates: Estimates
    presence: Presence
    emit: Callable[..., None]
    later: Callable[[float, Callable[[], None]], None]
    translate: Callable[..., str]
    speak: SpeakCall | None = None
    speak_alert: SpeakAlert | None = None
    watches_others: bool = False
    failures: int = 0
    _half_days: publication.HalfDays = field(init=False)
    _programmes: publication.Programmes = field(init=False)
    _expiries: publication.Expiries = field(init=False)
    _soon: set[str] = field(default_factory=set)
    _changed: set[str] = field(default_factory=set)
    _republished: publication.Republished = field(init=False)
    _versions: dict[str, tuple[str, int]] = field(default_factory=dict)
    _sent_at_s: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._half_days = publication.HalfDays(self.database)
        self._programmes = publication.Programmes(self.database, self.translate)
        self._expiries = publication.Expiries(self.database)
        self._republished = publication.Republished(self.database)

    def committed(self, commit: Commit) -> None:
        """The subscriber of the database."""
        if any(fact.kind in _ALERTS for fact in commit.facts):
            self._tell_alert(commit)
        elif any(fact.kind == FactKind.ALERT_END_ASKED for fact in commit.facts):
            self._send_alert(commit.hall)  # pages at work ask a second person
        if any(fact.kind in OF_ALARMS for fact in commit.facts):
            self.emit(messages.ALARM_CHANGED, {}, messages.AGENT, messages.hall_room(commit.hall))
        if any(fact.kind in OF_INCIDENTS for fact in commit.facts):
            publication.send_incidents(self.database, self.emit, commit)
        for fact in commit.facts:
            is_call = fact.kind in _CALLS and not is_reentered(fact.body)
            if is_call and commit.configuration is not None:
                self._announce(commit.hall, fact, commit.configuration)
        self._prints_noted([fact.body["job"] for fact in commit.facts if fact.kind == FactKind.PRINT_ENDED])
        self._changed.add(commit.hall)
        if commit.hall not in self._soon and any(fact.kind not in SILENT for fact in commit.facts):
            self._soon.add(commit.hall)
            self.later(self._until_next(commit.hall), lambda: self._send_states(commit.hall))
        if any(_counts_as_arrival(fact) for fact in commit.facts):
            # no gesture says when such a call is over: the board that leaves it out follows by itself
            after_s = ARRIVAL_SHOWN_FOR.total_seconds() + SHORTLY_S
            self.later(after_s, lambda: self._send_states(commit.hall))
        # nobody can follow a ticket that was just issued: its token has not been sent yet
        for visit in {f.visit for f in commit.facts if f.visit and f.kind != FactKind.TICKET_ISSUED}:
            self._tell_phones(visit)

    def _tell_alert(self, commit: Commit) -> None:
        """Every page of the hall at once; screens again, with the voice, where this alert has one."""
        message = self._send_alert(commit.hall)
        alert = message["alert"]
        if self.speak_alert is not None and alert is not None and alert["has_voice"]:
            self.speak_alert(commit.hall, message)

    def _send_alert(self, hall: str, *, is_local: bool = False) -> AlertChanged:
        message = read_alert_message(self.database, hall)
        room = messages.hall_room(hall)
        for namespace in messages.NAMESPACES:
            self.emit(messages.ALERT_CHANGED, message, namespace, room, is_local=is_local)
        return message

    def _tell_expired_alerts(self) -> None:
        """Sends what is in force when an alert expires, within a second; the round records the end later."""
        with self._attempt("expiries_failed"):
            for hall in self._expiries.passed(self.presence.known_halls()):
                self._send_alert(hall, is_local=True)

    @contextmanager
    def _attempt(self, failure: str, **values: str) -> Iterator[None]:
        """Logs and counts a failure of what one second brings, so that the rest is still sent."""
        try:
            yield
        except Exception:
            self.failures += 1
            log.exception(failure, **values)

    def _tell_phones(self, visit: str) -> None:
        languages = set(VISITOR_LANGUAGES) if self.watches_others else self.presence.languages_of(visit)
        if languages:
            self.later(0, lambda: self._send_ticket(visit, languages))

    def _until_next(self, hall: str) -> float:
        """Seconds until the states of a hall are sent: shortly, but half a second after the last ones."""
        since_s = self.database.clock.elapsed_s() - self._sent_at_s.get(hall, 0.0)
        return max(SHORTLY_S, APART_S - since_s)

    def _announce(self, hall: str, fact: CommittedFact, configuration: HallConfiguration) -> None:
        is_said = configuration.sound.says_visitor_language and fact.visit is not None
        language = visitor_language(self.database, fact.visit or "") if is_said else None
        message = publication.call_message(fact, configuration, self.translate, language)
        self.emit(messages.CALL_ANNOUNCED, message, messages.SCREEN, messages.hall_room(hall))
        if self.speak is not None:
            self.speak(hall, message, _spoken_call(configuration, message))

    def print_noted(self, job: str) -> None:
        """Sends the state of a print job, final or not, to the kiosk of the press and to the reception."""
        self._prints_noted([job])

    def _prints_noted(self, jobs: Sequence[str]) -> None:
        if not jobs:
            return
        with self.database.read() as rows:
            found = print_jobs.print_jobs(rows, jobs)
        for row in found.values():
            message = print_answer(row, self.database.configuration(row.hall))
            kiosk = messages.kiosk_room(row.first_printer or row.printer)
            self.emit(messages.PRINT_VERDICT, message, messages.KIOSK, kiosk)
            self.emit(messages.PRINT_VERDICT, message, messages.AGENT, messages.paper_room(row.hall))

    def messages_changed(self, hall: str, counter: str | None) -> None:
        """Tells a hall's pages to read the messages to a counter again; None: the calls for help."""
        for namespace in (messages.AGENT, messages.SCREEN) if counter is None else (messages.AGENT,):
            self.emit(messages.MESSAGE_CHANGED, {"counter": counter}, namespace, messages.hall_room(hall))

    def renewal_asked(self, kind: str, connection: str, token: str) -> None:
        """Tells one connection of a kiosk or screen to renew its token, whichever worker holds it."""
        namespace = messages.KIOSK if kind == "kiosk" else messages.SCREEN
        self.emit(messages.RENEWAL_ASKED, {"told": token}, namespace, connection)

    def programme_changed(self) -> None:
        """Tells the screens of every hall, on every worker, to read their programme again."""
        with self.database.read() as rows:
            halls = [hall.id for hall in all_halls(rows)]
        for hall in halls:
            self._nudge_screens(hall)

    def _nudge_screens(self, hall: str, *, is_local: bool = False) -> None:
        room = messages.hall_room(hall)
        self.emit(messages.PROGRAMME_CHANGED, {}, messages.SCREEN, room, is_local=is_local)

    def _send_states(self, hall: str, *, is_local: bool = False) -> None:
        self._soon.discard(hall)
        self._sent_at_s[hall] = self.database.clock.elapsed_s()
        room = messages.hall_room(hall)
        board = read_board(self.database, hall)
        self.emit(messages.BOARD_CHANGED, board, messages.SCREEN, room, is_local=is_local)
        queue = read_queue(self.database, hall, page=LEGS_IN_MESSAGE)
        for is_whole, message in (
            (True, publication.queue_message(queue)),
            (False, publication.queue_nudge(queue)),
        ):
            of_queue = messages.queue_room(hall, is_whole=is_whole)
            self.emit(messages.QUEUE_CHANGED, message, messages.AGENT, of_queue, is_local=is_local)

    def _send_ticket(self, visit: str, languages: set[str], *, is_local: bool = False) -> None:
        tickets = ticket_of_visit(self.database, self.estimates, visit, languages)
        for language, ticket in tickets.items():
            room = messages.visit_room(visit, language)
            self.emit(messages.TICKET_CHANGED, ticket, messages.VISITOR, room, is_local=is_local)

    def tick(self) -> None:
        """Once a second.

        Refreshes the estimates of changed halls and sends this process's sockets what follows; where the
        half-day has passed an edge, boards and queues too; where a notice begins or ends, screens are nudged;
        where an alert has expired, every page; where a configuration was published, all but phones, which are
        told with what changes.
        """
        self._tell_expired_alerts()
        self._tell_turned_programmes()
        self._tell_republished()
        turned = self._half_days.passed(self.presence.known_halls())
        for hall in self._take_changed() | turned:
            with self._attempt("tick_failed", hall=hall):
                self.estimates.refresh(hall)
                self._send_local(hall)
                if hall in turned:
                    self._send_states(hall, is_local=True)

    def _tell_turned_programmes(self) -> None:
        watched = [
            hall
            for hall in self.presence.known_halls()
            if self.presence.has(messages.SCREEN, hall) or self.presence.has(messages.KIOSK, hall)
        ]
        with self._attempt("programmes_failed"):
            for hall in self._programmes.turned(watched):
                self._nudge_screens(hall, is_local=True)
                self._nudge_kiosks(hall)

    def _tell_republished(self) -> None:
        """Tells every page that another configuration applies, so that it reads its part again."""
        with self._attempt("republished_failed"):
            for hall, configuration in self._republished.since(self.presence.known_halls()).items():
                self._changed.add(hall)
                with self._attempt("republished_failed", hall=hall):
                    self._send_republished(hall, configuration)

    def _send_republished(self, hall: str, configuration: str) -> None:
        self._send_states(hall, is_local=True)
        self._nudge_screens(hall, is_local=True)
        room, message = messages.hall_room(hall), {"configuration": configuration}
        for namespace in (messages.AGENT, messages.SCREEN):
            self.emit(messages.CONFIGURATION_CHANGED, message, namespace, room, is_local=True)

    def _take_changed(self) -> set[str]:
        changed, self._changed = self._changed, set()
        if self.watches_others and self.presence.known_halls():
            for hall, now in self._read_versions().items():
                if self._versions.get(hall) != now:
                    self._versions[hall] = now
                    changed.add(hall)
        return changed

    def _read_versions(self) -> dict[str, tuple[str, int]]:
        with self.database.read() as rows:
            return {hall.id: (hall.epoch, hall.version) for hall in all_halls(rows)}

    def _send_local(self, hall: str) -> None:
        room = messages.hall_room(hall)
        ranges = self.estimates.of(hall).ranges
        if self.presence.has(messages.SCREEN, hall):
            self.emit(
                messages.QUEUES_CHANGED,
                read_queues(self.database, hall, ranges),
                messages.SCREEN,
                room,
                is_local=True,
            )
        self._nudge_kiosks(hall)
        for visit, languages in self.presence.followed_in(hall).items():
            self._send_ticket(visit, languages, is_local=True)

    def _nudge_kiosks(self, hall: str) -> None:
        """Tells this process's kiosks of a hall to read the menu again."""
        if self.presence.has(messages.KIOSK, hall):
            room = messages.hall_room(hall)
            self.emit(messages.MENU_CHANGED, self._position(hall), messages.KIOSK, room, is_local=True)

    def _position(self, hall: str) -> Position:
        with self.database.read() as rows:
            row = hall_row(rows, hall)
        if row is None:
            raise Refusal("unknown_hall", hall=hall)
        return {
            "hall": row.slug,
            "epoch": row.epoch,
            "version": row.version,
            "as_of": to_text(self.database.clock.now()),
        }

    def heartbeat(self) -> None:
        """Sends the epoch and version of each hall to this process's sockets, every 25 s."""
        for hall in self.presence.known_halls():
            position: Heartbeat = {
                **self._position(hall),
                "configuration": self.database.configuration(hall).mark,
                "return_ms": return_ms(self.presence.count()),
            }
            for namespace in messages.NAMESPACES:
                if self.presence.has(namespace, hall):
                    self.emit(
                        messages.HEARTBEAT, position, namespace, messages.hall_room(hall), is_local=True
                    )


def _counts_as_arrival(fact: CommittedFact) -> bool:
    return is_started_by_call(fact.kind, fact.body) or bool(fact.body.get("is_arrival"))


def _spoken_call(
    configuration: HallConfiguration, message: publication.CallAnnounced
) -> publication.SpokenCall:
    """The spoken call: in French and, where the hall wants it, in the language of its ticket."""
    places = {FRENCH: message["counter"]["label"]}
    if visitor := message["counter"].get("visitor"):
        places[visitor["language"]] = visitor["label"]
    return publication.SpokenCall(
        places,
        hall_name=configuration.name if configuration.neighbours else None,
        has_loop=configuration.has_loop_output,
    )
