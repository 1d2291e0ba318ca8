"""The course of an alert: it is raised, screens confirm that they show it, it ends."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import wraps

import structlog

from server.domain.alerts import (
    Alert,
    AlertEndReason,
    AlertKind,
    NewAlert,
    alert_end_asked,
    alert_ended,
    alert_raised,
    alert_shown,
    alert_taken_back,
    check_may_take_back,
    end_reason,
    expiry,
    in_force,
)
from server.domain.author import SYSTEM, Author
from server.domain.facts import Erasable
from server.domain.languages import FRENCH
from server.domain.refusals import Refusal
from server.domain.visits.transitions import LegState, is_unconfirmed
from server.domain.visits.verb_facts import VoidCall
from server.ids import new_id, token_digest
from server.store import alerts
from server.store.alerts import AlertWords
from server.store.engine.statements import Rows
from server.store.journal.facts import keep_erasable
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import HallTransaction
from server.store.visits.legs import LegRow
from server.usecases.alerts.read_alerts import has_other_to_answer
from server.usecases.hall_view import ARRIVAL_SHOWN_FOR
from server.usecases.legs import called_before, given_back

log = structlog.get_logger()

MOST_CUSTOM = 10
"""How many custom alerts one author may have in force in a hall."""
WORDS_KEPT = timedelta(days=400)
"""How long the words of a custom alert are kept, for people who look back at it."""
TITLE_CHARACTERS, TEXT_CHARACTERS = 40, 140


@dataclass(frozen=True, slots=True)
class AlertRequest:
    """The alert to raise. It expires after `for_s` seconds; None: people end it.

    `press`: an idempotency key; an author that repeats it gets the same alert. `words`: in French, and then
    in no other language or in at least two.
    """

    kind: AlertKind
    press: str
    is_drill: bool = False
    words: AlertWords = field(default_factory=dict)
    for_s: int | None = None


@dataclass(frozen=True, slots=True)
class RaisedAlert:
    """The alert, and whether this press raised it anywhere.

    `already`: by hall (id), the like alert of the same author that was in force there. `failed`: by hall
    (id), the refusal of a hall that could not record the alert.
    """

    alert: str
    is_new: bool
    already: Mapping[str, str] = field(default_factory=dict)
    failed: Mapping[str, Refusal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _InHall:
    """The result of a press in one hall."""

    alert: str
    is_new: bool = False
    was_alike: bool = False


def raise_alert(
    database: Database,
    halls: Sequence[str],
    author: Author,
    request: AlertRequest,
    *,
    breathe: Callable[[], None] = lambda: None,
) -> RaisedAlert:
    """Raises an alert in halls (ids), one after the other. The screens of each take it over at once.

    A hall that cannot record it is named in the answer and does not stop the others. Where the author has an
    alert in force with the same kind, drill and words, the answer is that alert: a second press adds none.
    Refusals: words_missing, words_without_alert, one_translation, never_expires, expires_out_of_bounds;
    when no hall could record it: database_busy, too_many_alerts.
    """
    _check_words(request)
    expiry(request.kind, request.for_s, database.clock.now())
    press = token_digest(request.press)
    with database.read() as rows:
        earlier = alerts.alert_of_press_anywhere(rows, by=author.ids, press=press)
        earlier = earlier or _joined(rows, halls, author, request, database.clock.now())
    alert = earlier or new_id()
    found: dict[str, _InHall] = {}
    failed: dict[str, Refusal] = {}
    for hall in sorted(halls):
        try:
            found[hall] = _raise_in(database, hall, author, request, (alert, press))
        except Refusal as refusal:
            log.warning("alert_not_raised", hall=hall, alert=alert, code=refusal.code)
            failed[hall] = refusal
            continue
        breathe()
    if not found:
        raise next(iter(failed.values()))
    raised = [each.alert for each in found.values() if not each.was_alike]
    already = {hall: each.alert for hall, each in found.items() if each.was_alike}
    is_new = any(each.is_new for each in found.values())
    return RaisedAlert([*raised, *already.values()][0], is_new, already, failed)


def _joined(
    rows: Rows, halls: Sequence[str], author: Author, request: AlertRequest, now: datetime
) -> str | None:
    """The like alert that this press continues: in force in one of the halls and over in none of them."""
    for hall in sorted(halls):
        alike = _alike(rows, hall, author, request, now)
        if alike is not None:
            here = [row for row in alerts.rows_of_alert(rows, alike.id) if row.hall in halls]
            is_over = any(row.ended_at is not None or alerts.as_alert(row).has_expired(now) for row in here)
            return None if is_over else alike.id
    return None


def _alike(rows: Rows, hall: str, author: Author, request: AlertRequest, now: datetime) -> Alert | None:
    """The alert in force in a hall (id) that this author raised with the same kind, drill and words."""
    for alert in in_force(alerts.open_alerts(rows, hall), now):
        is_same = (alert.kind, alert.is_drill) == (request.kind, request.is_drill)
        is_same = is_same and author.is_same(alert.raised_by)
        if is_same and alerts.words_of(rows, alert.words) == request.words:
            return alert
    return None


def _raise_in(
    database: Database, hall: str, author: Author, request: AlertRequest, press: tuple[str, str]
) -> _InHall:
    alert, digest = press
    with database.transaction(hall, author) as transaction:
        earlier = alerts.alert_of_press(transaction, transaction.hall, by=author.ids, press=digest)
        if earlier is not None:
            return _InHall(earlier)
        alike = _alike(transaction, transaction.hall, author, request, transaction.now)
        if alike is not None:
            return _InHall(alike.id, was_alike=True)
        active = in_force(alerts.open_alerts(transaction, transaction.hall), transaction.now)
        own = [each for each in active if author.is_same(each.raised_by) and each.kind is AlertKind.CUSTOM]
        if request.kind is AlertKind.CUSTOM and len(own) >= MOST_CUSTOM:
            raise Refusal("too_many_alerts", most=MOST_CUSTOM)
        called = [leg for leg in transaction.open_legs if _is_awaited(transaction, leg)]
        facts = [
            given_back(leg, void=VoidCall(called_before(transaction, leg), leg.for_counter)) for leg in called
        ]
        new = NewAlert(
            alert,
            str(request.kind),
            request.is_drill,
            digest,
            _keep_words(transaction, request.words),
            expiry(request.kind, request.for_s, transaction.now),
        )
        for fact in [alert_raised(new_id(), new), *facts]:
            transaction.record(fact)
    return _InHall(alert, is_new=True)


def _is_awaited(transaction: HallTransaction, leg: LegRow) -> bool:
    """Whether a visitor is called and has not arrived yet.

    Where the call alone starts the service, that is so while screens still show the arrival.
    """
    if leg.state == LegState.CALLED:
        return True
    if not is_unconfirmed(leg) or leg.last_called_at is None:
        return False
    return transaction.now - leg.last_called_at < ARRIVAL_SHOWN_FOR


def _keep_words(transaction: HallTransaction, words: AlertWords) -> Erasable | None:
    """Keeps the words outside the journal, French first; None when there are none."""
    if not words:
        return None
    french_first = dict(sorted(words.items(), key=lambda item: (item[0] != FRENCH, item[0])))
    text = json.dumps(french_first, ensure_ascii=False)
    return keep_erasable(transaction, text, until=transaction.now + WORDS_KEPT)


def _check_words(request: AlertRequest) -> None:
    if request.kind is not AlertKind.CUSTOM:
        if request.words:
            raise Refusal("words_without_alert", kind=str(request.kind))
        return
    if FRENCH not in request.words:
        raise Refusal("words_missing")
    if len(request.words) == 2:
        raise Refusal("one_translation")


def halls_of_alert(database: Database, alert: str) -> list[str]:
    """The halls (ids) an alert was raised in. Refusal: unknown_alert."""
    with database.read() as rows:
        found = [row.hall for row in alerts.rows_of_alert(rows, alert)]
    if not found:
        raise Refusal("unknown_alert", alert=alert)
    return found


type InEachHall = Callable[[Database, str, Sequence[str], Author], Mapping[str, Refusal]]


def in_each_hall(do: Callable[[HallTransaction, Alert], None]) -> InEachHall:
    """Does something to an alert (id) where it is in force in halls (ids); the refusals, by hall.

    A hall that refuses does not stop the others. Refusals: alert_over when it is in force in none; the first
    one when every hall refused.
    """

    @wraps(do)
    def in_each(
        database: Database, alert: str, halls: Sequence[str], author: Author
    ) -> Mapping[str, Refusal]:
        done, failed = 0, dict[str, Refusal]()
        for hall in sorted(halls):
            try:
                with database.transaction(hall, author) as transaction:
                    opened = alerts.open_alerts(transaction, transaction.hall)
                    now = transaction.now
                    active = [each for each in opened if each.id == alert and not each.has_expired(now)]
                    for each in active:
                        do(transaction, each)
                done += len(active)
            except Refusal as refusal:
                log.warning("alert_not_ended", hall=hall, alert=alert, code=refusal.code)
                failed[hall] = refusal
        if not done:
            raise next(iter(failed.values()), Refusal("alert_over"))
        return failed

    return in_each


@in_each_hall
def ask_end(transaction: HallTransaction, alert: Alert) -> None:
    """Records the first confirmation of an end."""
    transaction.record(alert_end_asked(alert.row, alert.id))


@in_each_hall
def end_alert(transaction: HallTransaction, alert: Alert) -> None:
    """Records the second confirmation, which ends an alert. A further alert in a hall is shown from then on.

    Refusals: end_not_asked, second_person_needed, second_person_awaited.
    """
    site, now = transaction.configuration.site, transaction.now
    has_other = has_other_to_answer(transaction, alert, site, now)
    by = transaction.author.as_in(alert.end_asked_by)
    reason = end_reason(alert, by, site.alerts, now, has_other=has_other)
    transaction.record(alert_ended(alert.row, alert.id, reason=reason))


@in_each_hall
def take_back(transaction: HallTransaction, alert: Alert) -> None:
    """Takes back an alert that the author raised by mistake a minute ago at most.

    Refusals: alert_of_another, too_late_to_take_back.
    """
    check_may_take_back(alert, transaction.author.as_in(alert.raised_by), transaction.now)
    transaction.record(alert_taken_back(alert.row, alert.id))


@in_each_hall
def replace_alert(transaction: HallTransaction, alert: Alert) -> None:
    """Ends an alert where its author has just raised the alert that takes its place."""
    transaction.record(alert_ended(alert.row, alert.id, reason=AlertEndReason.REPLACED))


def expire_alerts(database: Database, hall: str) -> int:
    """Ends the alerts of a hall (id) whose stated time is over, at that time; how many."""
    with database.read() as rows:
        if not alerts.has_expired(rows, hall, database.clock.now()):
            return 0
    with database.transaction(hall, SYSTEM) as transaction:
        opened = alerts.open_alerts(transaction, transaction.hall)
        over = [alert for alert in opened if alert.has_expired(transaction.now)]
        for alert in over:
            fact = alert_ended(alert.row, alert.id, reason=AlertEndReason.EXPIRED)
            transaction.record(fact, happened_at=alert.expires_at)
    return len(over)


def show_alert(database: Database, hall: str, screen: str, alert: str, *, device: str) -> bool:
    """Records that a screen (its id in the hall's document) shows an alert of a hall (id).

    False when that was recorded before, or the alert is not one of this hall. `device`: the id of the
    screen's device, who is the author of the fact.
    """
    with database.read() as rows:
        if not _is_news(rows, hall, screen, alert):
            return False
    with database.transaction(hall, Author(device, device)) as transaction:
        if not _is_news(transaction, transaction.hall, screen, alert):
            return False
        transaction.record(alert_shown(new_id(), alert, screen=screen))
    return True


def _is_news(rows: Rows, hall: str, screen: str, alert: str) -> bool:
    is_of_hall = any(row.hall == hall for row in alerts.rows_of_alert(rows, alert))
    return is_of_hall and screen not in alerts.screens_showing(rows, alert, hall)
