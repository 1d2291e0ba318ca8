"""Take, pause, resume and close a counter. A counter session is a lease: one holder at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from server.domain.facts import (
    DutyTerms,
    counter_closed,
    counter_opened,
    counter_paused,
    counter_resumed,
    profile_changed,
)
from server.domain.instants import from_micros, micros_to_text, to_micros, to_text
from server.domain.refusals import Refusal
from server.domain.transitions import LegState
from server.ids import new_id
from server.store import counters, waiting
from server.store.database import Database, HallTransaction, WriteKey
from server.store.engines import Row
from server.store.installation import Author
from server.usecases.answers import Answer
from server.usecases.next_leg import NOTHING_TOLD, end_served

LEASE = timedelta(seconds=60)
"""How long a counter is held without a sign of its console."""


@dataclass(frozen=True, slots=True)
class WantedSession:
    """A work profile, or the services to serve (None: all the counter's).

    `take_over`: whether a session still held is taken over.
    """

    services: Sequence[str] | None = None
    profile: str | None = None
    take_over: bool = False


def open_counter(
    database: Database,
    counter: str,
    author: Author,
    wanted: WantedSession,
    *,
    write_key: WriteKey | None = None,
) -> Answer:
    """A new session of a counter.

    Refusals: unknown_counter, unknown_service, unknown_profile, profile_serves_nothing (here),
    counter_taken (with since when).
    """
    with database.transaction(database.hall_of_counter(counter), author, write_key) as transaction:
        if transaction.is_replayed:
            return dict(transaction.replayed_answer)
        terms = _terms(transaction, counter, wanted)
        held = counters.open_session(transaction, counter)
        if held is not None:
            _end_held(transaction, held, take_over=wanted.take_over)
        session = new_id()
        transaction.record(counter_opened(session, counter, duty=new_id(), terms=terms))
        expires_at = transaction.now + LEASE
        counters.keep_lease(transaction, counter, session, to_micros(expires_at))
        return transaction.answer(
            {
                "session": session,
                "services": list(terms.services),
                "profile": terms.profile,
                "rule": terms.rule,
                "opened_at": to_text(transaction.now),
                "expires_at": to_text(expires_at),
            }
        )


def _terms(transaction: HallTransaction, counter: str, wanted: WantedSession) -> DutyTerms:
    configuration = transaction.configuration
    services = _services(transaction, counter, wanted.services)
    if wanted.profile is None:
        return DutyTerms(services, str(configuration.rule))
    profile = configuration.profiles.get(wanted.profile)
    if profile is None:
        raise Refusal("unknown_profile", profile=wanted.profile)
    called = profile.called_queues
    served = tuple(each for each in services if configuration.services[each].queue in called)
    if not served:
        raise Refusal("profile_serves_nothing", profile=profile.id, counter=counter)
    return DutyTerms(served, str(profile.rule), profile.id)


def _services(transaction: HallTransaction, counter: str, wanted: Sequence[str] | None) -> tuple[str, ...]:
    configured = transaction.configuration.counters.get(counter)
    if configured is None or configured.is_retired:
        raise Refusal("unknown_counter", counter=counter)
    served = [service.id for service in transaction.configuration.services_served_by(counter)]
    for service in wanted or ():
        if service not in served:
            raise Refusal("unknown_service", service=service)
    return tuple(wanted) if wanted else tuple(served)


def _end_held(transaction: HallTransaction, held: Row, *, take_over: bool) -> None:
    is_held = held["expires_at"] is not None and from_micros(held["expires_at"]) > transaction.now
    same = held["author"] == transaction.author.id
    if is_held and not take_over:
        raise Refusal("counter_taken", since=micros_to_text(held["opened_at"]), is_yours=same)
    reason = "taken_over" if is_held else "expired"
    transaction.record(counter_closed(held["id"], held["counter"], duty=held["duty"], reason=reason))


def session_held(transaction: HallTransaction, counter: str, session: str | None) -> Row:
    """The open session of a counter, which must be the caller's, not paused unless told. Prolongs its lease.

    Refusals: no_counter_session when none is open or when it is another's.
    """
    held = counters.open_session(transaction, counter)
    if held is None or (session is not None and held["id"] != session):
        raise Refusal("no_counter_session", counter=counter)
    expires_at = held["expires_at"]
    if expires_at is None or from_micros(expires_at) - transaction.now < LEASE / 2:
        counters.keep_lease(transaction, counter, held["id"], to_micros(transaction.now + LEASE))
    return held


def keep_counter(database: Database, counter: str, session: str) -> bool:
    """Prolongs the lease of a counter from its console's sign of life; False when it is no longer held."""
    expires_at = to_micros(database.clock.now() + LEASE)
    with database.store.write() as rows:
        changed = rows.run(
            "UPDATE counter_lease SET expires_at = :expires_at WHERE counter = :counter AND session"
            " = :session",
            {"expires_at": expires_at, "counter": counter, "session": session},
        )
    return bool(changed)


def pause_counter(
    database: Database,
    counter: str,
    author: Author,
    reason: str,
    *,
    session: str | None = None,
    write_key: WriteKey | None = None,
) -> None:
    """Pauses a counter. Refusals: no_counter_session.

    Wrong_state when paused already or someone is at the counter.
    """
    with database.transaction(database.hall_of_counter(counter), author, write_key) as transaction:
        if transaction.is_replayed:
            return
        held = session_held(transaction, counter, session)
        if held["paused_at"] is not None or waiting.leg_at_counter(transaction, counter) is not None:
            raise Refusal("wrong_state", verb="pause")
        transaction.record(counter_paused(held["id"], counter, duty=held["duty"], reason=reason))
        transaction.answer(None)


def resume_counter(
    database: Database,
    counter: str,
    author: Author,
    *,
    session: str | None = None,
    write_key: WriteKey | None = None,
) -> None:
    """Ends a pause. Refusals: no_counter_session, wrong_state when not paused."""
    with database.transaction(database.hall_of_counter(counter), author, write_key) as transaction:
        if transaction.is_replayed:
            return
        held = session_held(transaction, counter, session)
        if held["paused_at"] is None:
            raise Refusal("wrong_state", verb="resume")
        transaction.record(counter_resumed(held["id"], counter, duty=new_id(), terms=counters.terms_of(held)))
        transaction.answer(None)


def change_profile(
    database: Database,
    counter: str,
    author: Author,
    profile: str | None,
    *,
    session: str | None = None,
    write_key: WriteKey | None = None,
) -> None:
    """The session of a counter goes on under another work profile; None: all its services, the hall's rule.

    Who is at the counter stays there. Refusals: no_counter_session, unknown_profile, profile_serves_nothing.
    """
    with database.transaction(database.hall_of_counter(counter), author, write_key) as transaction:
        if transaction.is_replayed:
            return
        held = counters.open_session(transaction, counter)
        if held is None or (session is not None and held["id"] != session):
            raise Refusal("no_counter_session", counter=counter)
        terms = _terms(transaction, counter, WantedSession(profile=profile))
        if terms != counters.terms_of(held):
            duties = (held["duty"], new_id() if held["duty"] is not None else None)
            transaction.record(profile_changed(held["id"], counter, duties=duties, terms=terms))
        transaction.answer(None)


def close_counter(
    database: Database,
    counter: str,
    author: Author,
    *,
    session: str | None = None,
    write_key: WriteKey | None = None,
) -> None:
    """Closes a counter: who is served there is finished.

    Refusals: no_counter_session, not_started when someone is only called, outcome_missing, note_missing.
    """
    with database.transaction(database.hall_of_counter(counter), author, write_key) as transaction:
        if transaction.is_replayed:
            return
        held = session_held(transaction, counter, session)
        current = waiting.leg_at_counter(transaction, counter)
        if current is not None:
            if current["state"] == LegState.CALLED:
                raise Refusal("not_started", leg=current["id"])
            transaction.record(end_served(transaction, current, NOTHING_TOLD, counter=counter))
        transaction.record(counter_closed(held["id"], counter, duty=held["duty"], reason="closed"))
        transaction.answer(None)
