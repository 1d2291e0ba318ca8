"""Raise an alert in some halls: each hall's own journal says it, calls stop, who was called waits again."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog

from server.domain.alerts.alerts import Alert, AlertKind, expiry, in_force
from server.domain.alerts.facts import NewAlert, alert_raised
from server.domain.author import Author
from server.domain.facts import Erasable
from server.domain.instants import from_micros
from server.domain.languages import FRENCH
from server.domain.refusals import Refusal
from server.domain.visits.transitions import LegState, is_unconfirmed
from server.domain.visits.verb_facts import VoidCall
from server.ids import new_id, token_digest
from server.store import alerts
from server.store.engine.rows import Row
from server.store.journal.erasables import keep_erasable
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import HallTransaction
from server.usecases.hall_view import ARRIVAL_SHOWN_FOR
from server.usecases.legs.calls_before import called_before
from server.usecases.legs.give_back import given_back

log = structlog.get_logger()

MOST_CUSTOM = 10
"""Custom alerts that one author may have in force in a hall at once."""
WORDS_KEPT = timedelta(days=400)
"""How long the words of a custom alert are kept for whoever looks back at what was said."""
TITLE_CHARACTERS, TEXT_CHARACTERS = 40, 140

type Words = Mapping[str, Mapping[str, str]]
"""By language: `title` and `text`. French first, then none or at least two others."""


@dataclass(frozen=True, slots=True)
class WantedAlert:
    """What is raised. `press` repeated by the same author gives the same alert; `for_s`: then it expires."""

    kind: AlertKind
    press: str
    is_drill: bool = False
    words: Words = field(default_factory=dict)
    for_s: int | None = None


@dataclass(frozen=True, slots=True)
class Raised:
    """The alert, whether this press raised it anywhere, and the halls (ids) that did not take it.

    `already`: where one alike of the same author held, its id. `failed`: those that could not record it, why.
    """

    alert: str
    is_new: bool
    already: Mapping[str, str] = field(default_factory=dict)
    failed: Mapping[str, Refusal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _InHall:
    """What a press came to in one hall."""

    alert: str
    is_new: bool = False
    was_alike: bool = False


def raise_alert(
    database: Database,
    halls: Sequence[str],
    author: Author,
    request: WantedAlert,
    *,
    breathe: Callable[[], None] = lambda: None,
) -> Raised:
    """Takes the screens of halls (ids) over, one hall after the other, each told at once.

    A hall that cannot record it does not keep the others: it is named in the answer. Where the author has
    one alike in force (kind, drill, words), that one is answered: pressing again is no second alert.
    Refusals: words_missing, words_without_alert, one_translation, never_expires, expires_out_of_bounds;
    when no hall could record it: database_busy, too_many_alerts.
    """
    _check_words(request)
    expiry(request.kind, request.for_s, database.clock.now())
    press = token_digest(request.press)
    with database.read() as rows:
        earlier = alerts.by_press(rows, by=author.id, press=press)
        earlier = earlier or _joined(rows, halls, author, request, database.clock.now())
    alert = earlier or new_id()
    found: dict[str, _InHall] = {}
    failed: dict[str, Refusal] = {}
    for hall in sorted(halls):
        try:
            found[hall] = _raise_in(database, hall, author, request, (alert, press))
        except Refusal as refusal:
            log.exception("alert_not_raised", hall=hall, alert=alert)
            failed[hall] = refusal
            continue
        breathe()
    if not found:
        raise next(iter(failed.values()))
    raised = [each.alert for each in found.values() if not each.was_alike]
    already = {hall: each.alert for hall, each in found.items() if each.was_alike}
    is_new = any(each.is_new for each in found.values())
    return Raised([*raised, *already.values()][0], is_new, already, failed)


def _joined(
    rows: Any, halls: Sequence[str], author: Author, request: WantedAlert, now: datetime
) -> str | None:
    """The alert alike that a press goes on with: it holds in one of the halls and is over in none of them."""
    for hall in sorted(halls):
        alike = _alike(rows, hall, author, request, now)
        if alike is not None:
            here = [row for row in alerts.of_alert(rows, alike.id) if row["hall"] in halls]
            is_over = any(
                row["ended_at"] is not None or alerts.as_alert(row).has_expired(now) for row in here
            )
            return None if is_over else alike.id
    return None


def _alike(rows: Any, hall: str, author: Author, request: WantedAlert, now: datetime) -> Alert | None:
    """The alert in force in a hall (id) that this author raised with the same kind, drill and words."""
    for alert in in_force(alerts.open_alerts(rows, hall), now):
        is_same = (alert.raised_by, alert.kind, alert.is_drill) == (author.id, request.kind, request.is_drill)
        if is_same and alerts.words(rows, alert.words) == _as_text(request.words):
            return alert
    return None


def _raise_in(
    database: Database, hall: str, author: Author, request: WantedAlert, press: tuple[str, str]
) -> _InHall:
    alert, digest = press
    with database.transaction(hall, author) as transaction:
        earlier = alerts.of_press(transaction, transaction.hall, by=author.id, press=digest)
        if earlier is not None:
            return _InHall(str(earlier["alert"]))
        alike = _alike(transaction, transaction.hall, author, request, transaction.now)
        if alike is not None:
            return _InHall(alike.id, was_alike=True)
        _check_few_enough(transaction, author, request)
        called = [leg for leg in transaction.open_legs if _is_awaited(transaction, leg)]
        facts = [given_back(leg, void=_void(transaction, leg)) for leg in called]
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


def _check_few_enough(transaction: HallTransaction, author: Author, request: WantedAlert) -> None:
    """Refusal: too_many_alerts. Only words of one's own can differ without end."""
    active = in_force(alerts.open_alerts(transaction, transaction.hall), transaction.now)
    own = [each for each in active if each.raised_by == author.id and each.kind is AlertKind.CUSTOM]
    if request.kind is AlertKind.CUSTOM and len(own) >= MOST_CUSTOM:
        raise Refusal("too_many_alerts", most=MOST_CUSTOM)


def _is_awaited(transaction: HallTransaction, leg: Row) -> bool:
    """Whether somebody is called and not yet there; by the call alone: while the screens still show it."""
    if leg["state"] == LegState.CALLED:
        return True
    if not is_unconfirmed(leg):
        return False
    return transaction.now - from_micros(leg["last_called_at"]) < ARRIVAL_SHOWN_FOR


def _void(transaction: HallTransaction, leg: Row) -> VoidCall:
    return VoidCall(called_before(transaction, leg), leg["for_counter"])


def _keep_words(transaction: HallTransaction, words: Words) -> Erasable | None:
    text = _as_text(words)
    return None if text is None else keep_erasable(transaction, text, until=transaction.now + WORDS_KEPT)


def _as_text(words: Words) -> str | None:
    """The words as they are kept: JSON, French first; None when there are none."""
    if not words:
        return None
    french_first = dict(sorted(words.items(), key=lambda item: (item[0] != FRENCH, item[0])))
    return json.dumps(french_first, ensure_ascii=False)


def _check_words(request: WantedAlert) -> None:
    if request.kind is not AlertKind.CUSTOM:
        if request.words:
            raise Refusal("words_without_alert", kind=str(request.kind))
        return
    if FRENCH not in request.words:
        raise Refusal("words_missing")
    if len(request.words) == 2:
        raise Refusal("one_translation")
