"""Take, pause, resume, leave and close counters. A counter session is a lease: one holder at a time.

A session holds one place or several, each a counter with at most one visit. Its lease, its pauses, its end
and a take-over are those of all its places; who is served, by which terms and what may be undone is each
place's own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypedDict

from hardware.json_types import InstantText
from server.domain.author import Author
from server.domain.calling.rules import RuleName
from server.domain.hall import fold
from server.domain.hall.fold import DutyTerms
from server.domain.instants import to_text
from server.domain.languages import FRENCH, text_in
from server.domain.refusals import Refusal, existing
from server.domain.visits.transitions import LegState
from server.ids import new_id, session_mark
from server.store import counters
from server.store.counters import MessageRow, SessionPlace
from server.store.engine.writes import WriteKey
from server.store.people.pseudonyms import name_of
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import HallTransaction
from server.store.visits import legs as waiting
from server.usecases.counters.own_session import LEASE, is_own, place_at, session_held
from server.usecases.hall_view import find_counter
from server.usecases.legs import NO_RESULT_STATED, end_served

PROFILE_TOLD_FOR = timedelta(minutes=30)
"""How long a console tells that a supervisor changed its profile, unless its agent has seen it."""


@dataclass(frozen=True, slots=True)
class SessionRequest:
    """A work profile, or the services to serve (None: all the counter's).

    `take_over`: whether a session still held is taken over. `joins`: the author's own open session that holds
    the counter as a further place; None: a new session. `if_free`: not while
    somebody is there or at another place of the session that holds it.
    """

    services: Sequence[str] | None = None
    profile: str | None = None
    take_over: bool = False
    joins: str | None = None
    if_free: bool = False


class SessionAnswer(TypedDict):
    """A counter session, and the counters it holds."""

    session: str
    """Sent only to the person who opened it."""
    session_mark: str
    """The name that everybody of the hall reads in its place."""
    places: list[str]
    services: list[str]
    profile: str | None
    rule: RuleName
    opened_at: InstantText
    expires_at: InstantText
    """When it ends unless the console keeps it."""


def open_counter(
    database: Database,
    counter: str,
    author: Author,
    request: SessionRequest,
    *,
    write_key: WriteKey | None = None,
) -> SessionAnswer:
    """A new session of a counter, or a further place of the author's own session.

    A session that is taken over ends: the new one holds all its places. Of one whose lease has run out the
    places come along where somebody is called or served; the others close.
    Refusals: unknown_counter, unknown_service, unknown_profile, profile_serves_nothing (here),
    counter_not_allowed, service_not_allowed, counter_taken (with since when), no_counter_session when the
    session to join is not open here or is another's, wrong_state when it pauses.
    """

    def open_place(transaction: HallTransaction) -> SessionAnswer:
        terms = _terms(transaction, counter, request)
        own = [] if request.joins is None else _joined(transaction, request.joins)
        place, taken = _take_held(transaction, counter, terms, request)
        return {
            "session": request.joins or place,
            "session_mark": session_mark(request.joins or place),
            "places": [*(each.counter for each in own), counter, *taken],
            "services": list(terms.services),
            "profile": terms.profile,
            "rule": RuleName(terms.rule),
            "opened_at": to_text(transaction.now),
            "expires_at": to_text(transaction.now + LEASE),
        }

    return database.write(database.hall_of_counter(counter), author, write_key, open_place)


def take_further(transaction: HallTransaction, counter: str, session: str) -> str:
    """Takes a free counter for the author's own session, with all its services; the new place (id).

    Refusals: those of `open_counter`, place_busy when somebody is there whose agent's lease has run out.
    """
    request = SessionRequest(joins=session)
    terms = _terms(transaction, counter, request)
    _joined(transaction, session)
    place = counters.open_place(transaction, counter)
    if place is not None and not _is_held(transaction, place):
        _check_free(transaction, place)
    return _take_held(transaction, counter, terms, request)[0]


def take_back_place(transaction: HallTransaction, place: str, session: str) -> str:
    """Takes back a counter that the author's own session had left, by the same terms; the counter (id).

    Refusals: counter_taken when somebody has taken it meanwhile, no_counter_session, wrong_state in a pause.
    """
    _joined(transaction, session)
    left = counters.place_by_id(transaction, place)
    assert left is not None
    _take_held(transaction, left.counter, left.terms, SessionRequest(joins=session))
    return left.counter


def end_free_place(transaction: HallTransaction, place: SessionPlace) -> None:
    """Ends a place of a session that goes on elsewhere. Refusal: place_busy, somebody is there."""
    _check_free(transaction, place)
    end_place(transaction, place, "closed")


def _take_held(
    transaction: HallTransaction, counter: str, terms: DutyTerms, request: SessionRequest
) -> tuple[str, list[str]]:
    """Opens a counter, whoever held it, and takes over the places that come with it.

    The new place (id), and the counters of those that came with it.

    The lease of all places of the session runs from now.
    """
    former = counters.open_place(transaction, counter)
    taken = [] if former is None else _end_held(transaction, former, request)
    place = _take(transaction, counter, terms, joined_to=request.joins)
    session = request.joins or place
    for other in taken:
        _take(transaction, other.counter, other.terms, joined_to=session)
    counters.prolong_lease(transaction, session, transaction.now + LEASE)
    return place, [other.counter for other in taken]


def _joined(transaction: HallTransaction, session: str) -> list[SessionPlace]:
    """The places of the author's own open session."""
    places = counters.places_of(transaction, transaction.hall, session)
    if not is_own(transaction, places):
        raise Refusal("no_counter_session")
    if any(place.is_paused for place in places):
        raise Refusal("wrong_state", state="paused", verb="open")
    return places


def _take(transaction: HallTransaction, counter: str, terms: DutyTerms, *, joined_to: str | None) -> str:
    """Opens a counter as the first place of a new session, or as a further one; the place (id).

    Refusals: counter_not_allowed, service_not_allowed, also for a place that comes with one taken over.
    """
    transaction.author.reach.check_duty(counter, terms.services)
    place = new_id()
    counters.delete_profile_messages(transaction, of_counter=counter)  # they were of the agent before
    transaction.record(fold.counter_opened(place, counter, duty=new_id(), terms=terms, joined_to=joined_to))
    counters.give_lease(transaction, counter, joined_to or place, transaction.now + LEASE)
    return place


def _terms(transaction: HallTransaction, counter: str, request: SessionRequest) -> DutyTerms:
    """Refusals: those of `_services`, unknown_profile, profile_serves_nothing."""
    configuration = transaction.configuration
    services = _services(transaction, counter, request.services)
    if request.profile is None:
        return DutyTerms(services, str(configuration.rule))
    profile = existing(
        configuration.profiles.get(request.profile), "unknown_profile", profile=request.profile
    )
    called = profile.called_queues
    served = tuple(each for each in services if configuration.services[each].queue in called)
    if not served:
        raise Refusal("profile_serves_nothing", profile=profile.id, counter=counter)
    return DutyTerms(served, str(profile.rule), profile.id)


def _services(transaction: HallTransaction, counter: str, requested: Sequence[str] | None) -> tuple[str, ...]:
    """Refusals: unknown_counter, unknown_service, counter_not_allowed, service_not_allowed."""
    find_counter(transaction.configuration, counter)
    served = [service.id for service in transaction.configuration.services_served_by(counter)]
    for service in requested or ():
        if service not in served:
            raise Refusal("unknown_service", service=service)
    reach = transaction.author.reach
    services = tuple(requested) if requested else reach.services_of(counter, served)
    reach.check_duty(counter, services)
    return services


def _end_held(
    transaction: HallTransaction, former: SessionPlace, request: SessionRequest
) -> list[SessionPlace]:
    """Ends the session that holds a counter; those of its other places that the next agent must take too.

    An agent who takes a colleague's place over answers for everybody called or served at the others too.
    """
    is_held = _is_held(transaction, former)
    same = transaction.author.is_same(former.author)
    places = counters.places_of(transaction, transaction.hall, former.session)
    # the leg at the counter, else at another place of its session
    own_first = sorted(places, key=lambda place: place.counter != former.counter)
    legs = (waiting.leg_at_counter(transaction, place.counter) for place in own_first)
    leg = next((leg for leg in legs if leg is not None), None)
    is_kept = is_held or (request.if_free and leg is not None)
    if former.session == request.joins or (is_kept and not request.take_over):
        number, by = None if leg is None else leg.number, name_of(transaction, former.author)
        since = to_text(former.opened_at)
        raise Refusal("counter_taken", since=since, is_yours=same, opened_by=by, number=number)
    reason = "taken_over" if is_held else "expired"
    for place in places:
        end_place(transaction, place, reason)
    others = [place for place in places if place.counter != former.counter]
    return [place for place in others if is_held or waiting.leg_at_counter(transaction, place.counter)]


def _is_held(transaction: HallTransaction, place: SessionPlace) -> bool:
    """Whether the lease of an open session runs."""
    return place.expires_at is not None and place.expires_at > transaction.now


def end_place(transaction: HallTransaction, place: SessionPlace, reason: str) -> None:
    """Ends a place of a session, even while somebody is there."""
    transaction.record(fold.counter_closed(place.id, place.counter, duty=place.duty, reason=reason))
    counters.end_lease(transaction, place.counter)


def pause_place(transaction: HallTransaction, place: SessionPlace, reason: str) -> None:
    """Begins a pause at a place that has none."""
    assert place.duty is not None, "it is on duty"
    transaction.record(fold.counter_paused(place.id, place.counter, duty=place.duty, reason=reason))


def _places_held(transaction: HallTransaction, counter: str, session: str | None) -> list[SessionPlace]:
    """Every place of the session that holds a counter."""
    place = session_held(transaction, counter, session)
    return counters.places_of(transaction, transaction.hall, place.session)


def pause_counter(
    database: Database,
    counter: str,
    author: Author,
    reason: str,
    *,
    session: str | None = None,
    write_key: WriteKey | None = None,
) -> None:
    """Pauses the session of a counter, with all its places: none of them calls until it is resumed.

    Where a session holds several places who is in service goes on: a computer may be busy for an hour.
    Refusals: no_counter_session, wrong_state when paused already, when someone is only called to the counter,
    or is in service at the only place; place_busy when someone is only called to another place.
    """

    def pause(transaction: HallTransaction) -> None:
        places = _places_held(transaction, counter, session)
        if any(place.is_paused for place in places):
            raise Refusal("wrong_state", verb="pause")
        _check_may_pause(transaction, counter, places)
        for place in places:
            pause_place(transaction, place, reason)

    database.write(database.hall_of_counter(counter), author, write_key, pause)


def _check_may_pause(transaction: HallTransaction, counter: str, places: Sequence[SessionPlace]) -> None:
    for place in places:
        leg = waiting.leg_at_counter(transaction, place.counter)
        if leg is None or (leg.state == LegState.IN_SERVICE and len(places) > 1):
            continue
        if place.counter == counter:
            raise Refusal("wrong_state", state=leg.state, verb="pause")
        raise Refusal("place_busy", counter=place.counter, number=leg.number)


def _check_free(transaction: HallTransaction, place: SessionPlace) -> None:
    leg = waiting.leg_at_counter(transaction, place.counter)
    if leg is not None:
        raise Refusal("place_busy", counter=place.counter, number=leg.number)


def resume_counter(
    database: Database,
    counter: str,
    author: Author,
    *,
    session: str | None = None,
    write_key: WriteKey | None = None,
) -> None:
    """Ends the pause of a counter's session. Refusals: no_counter_session, wrong_state when not paused."""

    def resume(transaction: HallTransaction) -> None:
        paused = [place for place in _places_held(transaction, counter, session) if place.is_paused]
        if not paused:
            raise Refusal("wrong_state", verb="resume")
        for place in paused:
            terms = place.terms
            transaction.record(fold.counter_resumed(place.id, place.counter, duty=new_id(), terms=terms))

    database.write(database.hall_of_counter(counter), author, write_key, resume)


def change_profile(
    database: Database,
    counter: str,
    author: Author,
    profile: str | None,
    *,
    session: str | None = None,
    write_key: WriteKey | None = None,
) -> None:
    """Changes the work profile of a counter. `profile` None: all its services, by the hall's rule.

    The other places of its session keep theirs. Who is at the counter stays there. `session`: the author's
    own; None: whichever is open, for an author who may supervise; a message tells its agent.
    Refusals: no_counter_session, unknown_profile, profile_serves_nothing.
    """

    def change(transaction: HallTransaction) -> None:
        place = place_at(transaction, counter, session)
        if session is not None and not is_own(transaction, [place]):
            raise Refusal("no_counter_session", counter=counter)
        terms = _terms(transaction, counter, SessionRequest(profile=profile))
        if terms != place.terms:
            duties = (place.duty, new_id() if place.duty is not None else None)
            transaction.record(fold.profile_changed(place.id, counter, duties=duties, terms=terms))
            if not is_own(transaction, [place]):
                _tell_profile(transaction, counter, profile)

    database.write(database.hall_of_counter(counter), author, write_key, change)


def _tell_profile(transaction: HallTransaction, counter: str, profile: str | None) -> None:
    """A message to a counter whose profile a supervisor has changed, in the place of one before."""
    counters.delete_profile_messages(transaction, of_counter=counter)
    names = transaction.configuration.profile_names
    row = MessageRow(
        id=new_id(),
        hall=transaction.hall,
        kind="counter",
        counter=counter,
        phrase="profile_all" if profile is None else "profile",
        text=None if profile is None else f"{text_in(names[profile], FRENCH) or profile}"[:120],
        sent_at=transaction.now,
        sent_from="supervisor",
        seen_at=None,
        seen_from=None,
        erase_after=transaction.now + PROFILE_TOLD_FOR,
    )
    counters.insert_message(transaction, row)


def close_counter(
    database: Database,
    counter: str,
    author: Author,
    *,
    session: str | None = None,
    write_key: WriteKey | None = None,
) -> None:
    """Closes the session of a counter, with all its places. Visits that are served there are finished.

    Refusals: no_counter_session, not_started when someone is only called, outcome_missing, note_missing.
    """

    def close(transaction: HallTransaction) -> None:
        places = _places_held(transaction, counter, session)
        found = [(place, waiting.leg_at_counter(transaction, place.counter)) for place in places]
        for _, current in found:
            if current is not None and current.state == LegState.CALLED:
                raise Refusal("not_started", leg=current.id)
        for place, current in found:
            if current is not None:
                ended = end_served(transaction, current, NO_RESULT_STATED, counter=place.counter)
                transaction.record(ended)
            end_place(transaction, place, "closed")

    database.write(database.hall_of_counter(counter), author, write_key, close)
