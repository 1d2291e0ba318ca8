"""What a visitor's phone shows of a ticket, and what the visitor may do there: give it up, take that back."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Literal, TypedDict

from hardware.json_types import Count, InstantText, Ordinal, SaidWait
from server.domain.author import Author
from server.domain.facts import FactKind
from server.domain.hall.configuration import HallConfiguration, Service
from server.domain.hours.calendars import business_day, running_break
from server.domain.instants import from_micros, micros_to_text, text_or_none, to_text
from server.domain.languages import FRENCH
from server.domain.refusals import Refusal, existing
from server.domain.visits.facts import leg_ended, visit_taken_back
from server.domain.visits.gestures import Verb, next_state
from server.domain.visits.told_before import ReminderChannel, may_defer
from server.domain.visits.transitions import EndReason, LegState, give_up_reason, is_unconfirmed
from server.domain.visits.undo import restored_body, rows_before
from server.domain.waits.estimate import WaitRange
from server.ids import token_digest
from server.store import hours
from server.store.configuration.halls import all_halls
from server.store.counters import open_places
from server.store.engine.statements import Rows
from server.store.engine.writes import WriteKey
from server.store.journal.facts import facts_of_visit
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import HallTransaction
from server.store.visits import legs
from server.store.visits.legs import LegRow
from server.store.visits.reminders import asked_channels, away_of
from server.store.visits.tickets import leg_of_code, leg_of_digest
from server.store.visits.visits import language_of_visit
from server.usecases.alerts.alert_answers import AlertPart
from server.usecases.alerts.read_alerts import alert_part, in_message
from server.usecases.answers import wait_answer
from server.usecases.hall_view import HallState, hall_state, people_ahead
from server.usecases.hours.opening import opening_now
from server.usecases.waits import Estimates


def visitor_language(database: Database, visit: str) -> str | None:
    """The code of the language of a visit's ticket; None when it is erased or the visit unknown."""
    with database.read() as rows:
        return language_of_visit(rows, visit)


VISITOR = Author("visitor")
MAY_TAKE_BACK_FOR = timedelta(minutes=10)


def leg_of_token(rows: Rows, token: str) -> LegRow:
    """The last leg of the visit a token belongs to. Refusal: unknown_ticket (also once it was purged)."""
    return existing(leg_of_digest(rows, token_digest(token)), "unknown_ticket")


def leg_of_short_code(rows: Rows, code: str, *, since: date) -> LegRow:
    """The last leg of the visit with this short code, issued on a business day or later.

    Refusal: unknown_ticket.
    """
    return existing(leg_of_code(rows, code.strip().upper(), since=since), "unknown_ticket")


def give_up(database: Database, token: str, *, write_key: WriteKey | None = None) -> None:
    """The visitor leaves; the leg ends as abandoned, or once it was called as left_after_call.

    Refusals: unknown_ticket, wrong_state.
    """
    with database.read() as rows:
        hall = leg_of_token(rows, token).hall

    def end(transaction: HallTransaction) -> None:
        leg = leg_of_token(transaction, token)
        next_state(leg.state, Verb.GIVE_UP)
        transaction.record(
            leg_ended(
                leg.id,
                leg.visit,
                reason=give_up_reason(was_called=leg.first_called_at is not None),
                counter=None,
                note="visitor",
            )
        )

    database.write(hall, VISITOR, write_key, end)


def take_back_until(leg: LegRow, *, now: datetime) -> datetime | None:
    """The last instant at which giving up may be taken back; None when it may not.

    It may for ten minutes, where the visitor left before the call.
    """
    if leg.end_reason != "abandoned" or leg.ended_at is None:
        return None
    until = leg.ended_at + MAY_TAKE_BACK_FOR
    return until if now <= until else None


def take_back(database: Database, token: str, *, write_key: WriteKey | None = None) -> None:
    """The visitor stays after all, with the rank of before.

    Refusals: unknown_ticket, wrong_state, too_late_to_undo.
    """
    with database.read() as rows:
        hall = leg_of_token(rows, token).hall

    def take_back_now(transaction: HallTransaction) -> None:
        leg = leg_of_token(transaction, token)
        facts = facts_of_visit(transaction, leg.visit)
        last = facts[-1][1]
        gave_up = (
            last.kind == FactKind.LEG_ENDED
            and last.body["note"] == "visitor"
            and last.body["reason"] == "abandoned"
        )
        if leg.state != LegState.ENDED or not gave_up:
            raise Refusal("wrong_state", state=leg.state, verb="take_back")
        if transaction.now - from_micros(last.happened_at) > MAY_TAKE_BACK_FOR:
            raise Refusal("too_late_to_undo", minutes=int(MAY_TAKE_BACK_FOR.total_seconds() // 60))
        restored = rows_before([last], [fact for _, fact in facts[:-1]], now=micros_to_text(last.happened_at))
        transaction.record(visit_taken_back(leg.id, leg.visit, restored_body(restored)))

    database.write(hall, VISITOR, write_key, take_back_now)


type NoWait = Literal["after_closing", "closed", "break", "held", "no_counter", "paused"]
"""Why no wait is announced.

`after_closing`: a call is expected only after the hall closes for the day. `held`: nobody can receive the
visitor yet. `no_counter`: no open counter serves the service. `paused`: each that does is in a pause.
"""


class HallOfTicket(TypedDict):
    """The hall of a followed ticket."""

    slug: str
    name: str
    time_zone: str


class ServiceOfTicket(TypedDict):
    """The service of a followed ticket, named in the phone's language; `french`: "" where it is the same."""

    id: str
    name: str
    french: str


class CounterOfTicket(TypedDict):
    """The counter that calls a ticket, in the phone's language; `french`: "" where it is the same."""

    id: str
    label: str
    french: str
    direction: str
    hearing_loop: bool


class CallOfTicket(TypedDict):
    """The call of a followed ticket."""

    counter: CounterOfTicket
    called_at: InstantText
    rank: Ordinal


class _Wishes(TypedDict):
    reminders: list[ReminderChannel]
    """By which ways the visitor is told besides this page."""
    away_minutes: Count | None
    """How far away the visitor said to be."""


_NO_WISHES: _Wishes = {"reminders": [], "away_minutes": None}


class _TicketInAnyLanguage(AlertPart, _Wishes):
    number: str
    hall: HallOfTicket
    state: LegState
    ahead: Count | None
    wait: SaidWait | None
    why_no_wait: Literal["after_closing", "closed", "break", "held", "no_counter", "paused"] | None
    """Beside a wait: why nobody calls now, where the wait counts that counters come back."""
    is_open: bool
    next_opening_at: InstantText | None
    may_give_up: bool
    may_take_back: bool
    take_back_until: InstantText | None
    may_defer: bool
    lets_pass: Count
    """How many calls a deferral lets pass."""
    is_soon: bool
    """The turn is near, by the rule of the hall."""
    is_continued: bool
    issued_at: InstantText
    ended_at: InstantText | None
    end_reason: EndReason | None
    demonstration: bool
    epoch: str
    version: Count
    as_of: InstantText


class FollowedTicket(_TicketInAnyLanguage):
    """A ticket as its visitor's phone shows it; `ahead`: how many not linked to it are called before."""

    service: ServiceOfTicket
    call: CallOfTicket | None


def follow_address(public_url: str, token: str, language: str) -> str | None:
    """Where a phone follows a ticket, in the ticket's language unless it is French, the phone's then.

    None without a public address.
    """
    base = public_url.rstrip("/")
    spoken = "" if language == FRENCH else f"?lang={language}"
    return f"{base}/t/{token}{spoken}" if base else None


def read_ticket(
    database: Database, estimates: Estimates, token: str, *, language: str = "fr"
) -> FollowedTicket:
    """The ticket of a token. Refusal: unknown_ticket."""
    with database.read() as rows:
        leg = leg_of_token(rows, token)
    return _answer(database, estimates, leg, language=language, may_act=True)


def read_ticket_by_code(
    database: Database, estimates: Estimates, code: str, *, language: str = "fr"
) -> FollowedTicket:
    """The ticket of a short code of today; it shows and may not give up. Refusal: unknown_ticket."""
    now = database.clock.now()
    with database.read() as rows:
        halls = [hall.slug for hall in all_halls(rows) if hall.configuration_revision > 0]
    days = [business_day(database.configuration(slug).calendar, now) for slug in halls]
    with database.read() as rows:
        leg = leg_of_short_code(rows, code, since=min(days, default=now.date()))
    return _answer(database, estimates, leg, language=language, may_act=False)


def ticket_of_visit(
    database: Database, estimates: Estimates, visit: str, languages: Iterable[str]
) -> dict[str, FollowedTicket]:
    """The ticket of a visit in some languages, for its own rooms. Empty when it is unknown."""
    with database.read() as rows:
        leg = legs.last_leg(rows, visit)
    if leg is None:
        return {}
    tickets = _answers(database, estimates, leg, languages, may_act=True)
    return {
        language: {**ticket, "alert": in_message(ticket["alert"], language)}
        for language, ticket in tickets.items()
    }


def _answer(
    database: Database, estimates: Estimates, leg: LegRow, *, language: str, may_act: bool
) -> FollowedTicket:
    return _answers(database, estimates, leg, (language,), may_act=may_act)[language]


def _answers(
    database: Database, estimates: Estimates, leg: LegRow, languages: Iterable[str], *, may_act: bool
) -> dict[str, FollowedTicket]:
    """The ticket of a leg in each language: only the names of its service and counter depend on it."""
    with database.read() as rows:
        state = hall_state(database, rows, leg.hall)
        is_waiting = leg.state == LegState.WAITING
        rest = hours.rest_of(rows, leg.hall, state.configuration, state.as_of)
        ahead = people_ahead(rows, leg) if is_waiting else None
        linked = legs.linked_ahead(rows, leg) if ahead else 0
        alert = alert_part(rows, leg.hall, state.configuration, state.as_of, has_every_language=True)
    configuration, now = state.configuration, state.as_of
    service = configuration.services.get(leg.service)
    is_reckoned = ahead is not None and not leg.is_held
    wait = estimates.remaining(leg, ahead or 0) if is_reckoned else None
    opening = opening_now(configuration, leg.service, now).opening if service else None
    today = business_day(configuration.calendar, now)
    is_open = rest is None and (opening is None or opening.is_open or is_finished_in_break(state))
    announced = wait_answer(wait)
    why_no_wait: NoWait | None = announced["why_no_wait"]
    if is_waiting and not is_open:
        why_no_wait = "closed" if rest is None else "break"
    elif is_waiting and (wait is None or (isinstance(wait, WaitRange) and wait.counts_return)):
        why_no_wait = _why_no_wait(database, leg)
    until = take_back_until(leg, now=now) if may_act else None
    wishes = _wishes(database, leg) if may_act else _NO_WISHES
    answer: _TicketInAnyLanguage = {
        "number": leg.number,
        "hall": {
            "slug": configuration.hall,
            "name": configuration.name,
            "time_zone": configuration.site.time_zone,
        },
        # nobody has said that the visitor found the counter: the call stays to be read
        "state": LegState.CALLED if is_unconfirmed(leg) else LegState(leg.state),
        "ahead": None if ahead is None else ahead - linked,
        "wait": announced["wait"],
        "why_no_wait": why_no_wait,
        "is_open": is_open,
        "next_opening_at": to_text(opening.next_opens_at) if opening and opening.next_opens_at else None,
        "may_give_up": may_act and leg.state in (LegState.WAITING, LegState.CALLED),
        "may_take_back": until is not None,
        "take_back_until": text_or_none(until),
        "may_defer": may_act
        and may_defer(is_waiting=is_waiting, is_held=leg.is_held, postponements=leg.postponements),
        "lets_pass": configuration.deferral_calls,
        "is_soon": is_waiting and is_open and configuration.told_before.is_soon(wait, ahead),
        **wishes,
        "is_continued": leg.position > 1 and leg.reinstated_from is None,
        "issued_at": to_text(leg.issued_at),
        "ended_at": text_or_none(leg.ended_at),
        "end_reason": None if leg.end_reason is None else EndReason(leg.end_reason),
        "demonstration": configuration.is_demonstration,
        **alert,
        "epoch": state.row.epoch,
        "version": state.row.version,
        "as_of": to_text(now),
    }
    return {
        language: {
            **answer,
            "service": _service(leg.service, service, language),
            "call": _call(configuration, leg, language, today),
        }
        for language in languages
    }


def _service(service_id: str, service: Service | None, language: str) -> ServiceOfTicket:
    name = service.name(language) if service else service_id
    french = _beside(service.name(FRENCH), name) if service else ""
    return {"id": service_id, "name": name, "french": french}


def _beside(french: str, shown: str) -> str:
    """The French words beside those in another language, as the signs of the building have them."""
    return "" if french == shown else french


def _wishes(database: Database, leg: LegRow) -> _Wishes:
    with database.read() as rows:
        away = away_of(rows, leg.visit)
        return {
            "reminders": asked_channels(rows, leg.visit),
            "away_minutes": None if away is None else away.minutes,
        }


def _why_no_wait(database: Database, leg: LegRow) -> NoWait | None:
    """Why no wait is announced for a waiting leg whose service is open; None: a counter that is
    not in a pause serves it.
    """
    if leg.is_held:
        return "held"
    with database.read() as rows:
        places = open_places(rows, leg.hall)
    able = [place for place in places if leg.service in place.services]
    if not able:
        return "no_counter"
    return "paused" if all(place.is_paused for place in able) else None


def is_finished_in_break(state: HallState) -> bool:
    """Whether a break runs. Where the hall carries nobody over it, the visitors who wait are still called."""
    return running_break(state.configuration.calendar, state.as_of) is not None


def _call(configuration: HallConfiguration, leg: LegRow, language: str, today: date) -> CallOfTicket | None:
    """The call of a leg that is at a counter, else None."""
    is_called = leg.state in (LegState.CALLED, LegState.IN_SERVICE)
    if not is_called or leg.counter is None or leg.last_called_at is None:
        return None
    counter = configuration.counters.get(leg.counter)
    return {
        "counter": {
            "id": leg.counter,
            "label": counter.label_in(language) if counter else leg.counter,
            "french": _beside(counter.label, counter.label_in(language)) if counter else "",
            "direction": counter.direction(language) if counter else "",
            "hearing_loop": counter is not None and counter.shows_loop(today),
        },
        "called_at": to_text(leg.last_called_at),
        "rank": leg.rank,
    }
