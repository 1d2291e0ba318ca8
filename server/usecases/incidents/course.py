"""The course of an incident: raised, received by people beside the person, answered or escalated, ended."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypedDict

from hardware.json_types import Count
from server.domain.author import SYSTEM, Author
from server.domain.hall.configuration import HallConfiguration
from server.domain.incidents import (
    EscalationReason,
    Incident,
    IncidentEndReason,
    incident_answered,
    incident_ended,
    incident_escalated,
    incident_joined,
    incident_raised,
    incident_unanswered,
    shown_at_place,
)
from server.domain.languages import FRENCH, Texts
from server.domain.refusals import Refusal, existing
from server.ids import new_id
from server.store import incidents
from server.store.counters import SessionPlace, open_places
from server.store.engine.writes import WriteKey
from server.store.incidents import Receiver, Receivers, ReceivingPage
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import HallTransaction


class RaisedIncident(TypedDict):
    """An incident was raised; `is_joined`: one stood at its place already."""

    incident: str
    is_joined: bool
    is_received: bool
    """False: nobody is connected to receive it."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Whether anybody is connected to receive an incident: in its hall, and anywhere."""

    is_here: bool
    is_anywhere: bool


def raise_incident(
    database: Database,
    hall: str,
    author: Author,
    counter: str | None,
    *,
    reach: Reach,
    write_key: WriteKey | None = None,
) -> RaisedIncident:
    """The incident raised at a counter (id) of a hall, or at the reception desk (None).

    A further press at the same place joins the incident that stands there, unless somebody has answered it:
    then it is another one. Where nobody of the hall is connected, it goes beyond the hall at once; where
    nobody is at all, it is kept and the answer says so. Refusal: unknown_counter.
    """

    def raise_in(transaction: HallTransaction) -> RaisedIncident:
        if counter is not None and counter not in transaction.configuration.counters:
            raise Refusal("unknown_counter", counter=counter)
        shown = incidents.shown_incidents(transaction, transaction.hall, transaction.now)
        waiting = [each for each in shown if each.answered_at is None]
        standing = shown_at_place(waiting, counter, transaction.now)
        if standing is not None:
            transaction.record(incident_joined(standing))
            return _answer(standing.id, reach, is_joined=True)
        incident = new_id()
        transaction.record(incident_raised(incident, counter))
        if not reach.is_here:
            transaction.record(incident_escalated(incident, reason=EscalationReason.NOBODY_HERE))
        return _answer(incident, reach, is_joined=False)

    return database.write(hall, author, write_key, raise_in)


def _answer(incident: str, reach: Reach, *, is_joined: bool) -> RaisedIncident:
    return {"incident": incident, "is_joined": is_joined, "is_received": reach.is_anywhere}


class ReceiverAnswer(TypedDict):
    """A person who would receive an incident now, by the page they have open."""

    page: ReceivingPage
    counter: str | None
    """The counter they hold, with its labels by language; null: none."""
    labels: Texts | None


class ReceiversAnswer(TypedDict):
    """Who would receive an incident now, without the person who asks."""

    here: list[ReceiverAnswer]
    """People connected in the hall."""
    beyond: Count
    """How many more people would receive it after 30 s."""
    is_known: bool
    """False: who is connected cannot be read now."""
    phone: str
    """The number that the site says to telephone."""


def read_receivers(database: Database, receivers: Receivers, hall: str, author: Author) -> ReceiversAnswer:
    """Who would receive an incident that an author raises in a hall (id). The author is left out."""
    configuration = database.configuration(hall)
    here, beyond = _connected(database, receivers, configuration, hall, author)
    with database.read() as rows:
        places = open_places(rows, hall)
    return {
        "here": _by_place(places, configuration, here),
        "beyond": len(beyond),
        "is_known": not receivers.is_away,
        "phone": configuration.site.incidents.phone,
    }


def read_reach(database: Database, receivers: Receivers, hall: str, author: Author) -> Reach:
    """Whether anybody would receive an incident that an author raises in a hall (id).

    Where that is not known, as if somebody of the hall did.
    """
    here, beyond = _connected(database, receivers, database.configuration(hall), hall, author)
    is_here = bool(here) or receivers.is_away
    return Reach(is_here, is_anywhere=is_here or bool(beyond))


def _connected(
    database: Database, receivers: Receivers, configuration: HallConfiguration, hall: str, author: Author
) -> tuple[list[Receiver], set[str]]:
    """The receivers of a hall (id) without an author, and the further people (ids) who hear after 30 s."""
    others = [
        each
        for each in receivers.connected(database.clock.now().timestamp())
        if not author.is_same(each.author)
    ]
    here = [each for each in others if each.hall == hall]
    beyond = {
        each.author
        for each in others
        if each.hall != hall and (each.site == configuration.site.slug or each.hears_beyond)
    }
    return here, beyond - {each.author for each in here}


def _by_place(
    places: Sequence[SessionPlace], configuration: HallConfiguration, receivers: list[Receiver]
) -> list[ReceiverAnswer]:
    found: dict[tuple[str, str | None], ReceiverAnswer] = {}
    for person in dict.fromkeys(each.author for each in receivers):
        pages = [each.page for each in receivers if each.author == person]
        counter = counter_held(places, Author(person))
        page: ReceivingPage = "console" if counter is not None and "console" in pages else pages[0]
        held = counter if page == "console" else None
        place = None if held is None else configuration.counters.get(held)
        labels = None if place is None else place.every_label()
        found[person, held] = {"page": page, "counter": held, "labels": labels}
    return sorted(found.values(), key=_place_first)


def _place_first(receiver: ReceiverAnswer) -> tuple[bool, str]:
    labels = receiver["labels"]
    return labels is None, receiver["page"] if labels is None else labels[FRENCH]


def counter_held(places: Iterable[SessionPlace], author: Author) -> str | None:
    """The counter (id) that an author holds, by the open places of the hall; None: none."""
    own = sorted((place.opened_at, place.counter) for place in places if author.is_same(place.author))
    return own[0][1] if own else None


@dataclass(frozen=True, slots=True)
class Answering:
    """Who answers: the hall (id) they are in, their role there, and whether they oversee it."""

    hall: str
    role: str
    oversees: bool


class AnsweredIncident(TypedDict):
    """An incident is answered; `is_own` false: another person was first."""

    incident: str
    is_own: bool


def existing_incident(database: Database, incident: str) -> Incident:
    """An incident by its id. Refusal: unknown_incident."""
    with database.read() as rows:
        return existing(incidents.incident_by_id(rows, incident), "unknown_incident", incident=incident)


def answer_incident(
    database: Database,
    incident: str,
    author: Author,
    answering: Answering,
    *,
    write_key: WriteKey | None = None,
) -> AnsweredIncident:
    """The incident (id) as answered. The first person to answer stays named.

    People of other halls of the site answer once it has gone beyond its hall; people of other sites too, if
    they oversee theirs. Refusals: unknown_incident, incident_over, incident_elsewhere.
    """
    found = existing_incident(database, incident)
    _check_reach(database, found, answering)
    with database.read() as rows:
        counter = counter_held(open_places(rows, answering.hall), author)

    def answer(transaction: HallTransaction) -> AnsweredIncident:
        current = existing(
            incidents.incident_by_id(transaction, incident), "unknown_incident", incident=incident
        )
        if current.ended_at is not None:
            raise Refusal("incident_over")
        if current.answered_at is not None:
            return {"incident": incident, "is_own": author.is_same(current.answered_by)}
        fact = incident_answered(current, role=answering.role, counter=counter, hall=answering.hall)
        transaction.record(fact)
        return {"incident": incident, "is_own": True}

    return database.write(found.hall, author, write_key, answer)


def _check_reach(database: Database, incident: Incident, answering: Answering) -> None:
    if answering.hall == incident.hall:
        return
    sites = {database.configuration(each).site.slug for each in (incident.hall, answering.hall)}
    if incident.escalated_at is None or (len(sites) > 1 and not answering.oversees):
        raise Refusal("incident_elsewhere")


def escalate_incidents(database: Database) -> int:
    """How many steps incidents of all halls took. Several workers may do it at once: a step is one fact."""
    with database.read() as rows:
        halls = incidents.halls_with_due_incidents(rows, database.clock.now())
    return sum(_escalate_in(database, hall) for hall in halls)


def _escalate_in(database: Database, hall: str) -> int:
    steps = 0
    with database.transaction(hall, SYSTEM) as transaction:
        for incident in incidents.unanswered_incidents(transaction, transaction.hall):
            if incident.is_to_escalate(transaction.now):
                transaction.record(incident_escalated(incident.id, reason=EscalationReason.UNANSWERED))
                steps += 1
            if incident.is_to_name_unanswered(transaction.now):
                transaction.record(incident_unanswered(incident))
                steps += 1
    return steps


def end_incident(
    database: Database,
    hall: str,
    incident: str,
    author: Author,
    reason: IncidentEndReason,
    *,
    oversees: bool,
    write_key: WriteKey | None = None,
) -> None:
    """Ends an incident of a hall. One that is over stays as it is.

    The person who pressed may end it, the one who answered, and who oversees the hall; only the first may
    call it a mistake. Refusals: unknown_incident, incident_of_another.
    """

    def end(transaction: HallTransaction) -> None:
        found = incidents.incident_by_id(transaction, incident)
        if found is None or found.hall != transaction.hall:
            raise Refusal("unknown_incident", incident=incident)
        is_own = found.is_own_of(author)
        may_end = is_own or author.is_same(found.answered_by) or oversees
        if not may_end or (reason is IncidentEndReason.MISTAKE and not is_own):
            raise Refusal("incident_of_another")
        if found.ended_at is None:
            transaction.record(incident_ended(found, reason=reason))

    database.write(hall, author, write_key, end)
