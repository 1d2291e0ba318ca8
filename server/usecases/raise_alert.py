"""Raise an alert in some halls: each hall's own journal says it, calls stop, who was called waits again."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from server.domain.alert_facts import NewAlert, alert_raised
from server.domain.alerts import AlertKind, expiry
from server.domain.configuration import FRENCH
from server.domain.facts import Erasable
from server.domain.instants import from_micros
from server.domain.refusals import Refusal
from server.domain.transitions import LegState, is_unconfirmed
from server.domain.verb_facts import VoidCall
from server.ids import new_id, token_digest
from server.store import alerts
from server.store.database import Database
from server.store.engines import Row
from server.store.erasables import keep_erasable
from server.store.hall_transaction import HallTransaction
from server.store.installation import Author
from server.usecases.forgotten import given_back
from server.usecases.read_board import ARRIVAL_SHOWN_FOR
from server.usecases.void_call import called_before

log = structlog.get_logger()

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
    """The alert, whether this press was the first, and the halls (ids) that could not record it: why."""

    alert: str
    is_new: bool
    failed: Mapping[str, str] = field(default_factory=dict)


def raise_alert(
    database: Database,
    halls: Sequence[str],
    author: Author,
    wanted: WantedAlert,
    *,
    breathe: Callable[[], None] = lambda: None,
) -> Raised:
    """Takes the screens of halls (ids) over, one hall after the other, each told at once.

    A hall that cannot record it does not keep the others: it is named in the answer.
    Refusals: words_missing, words_without_alert, one_translation, never_expires, expires_out_of_bounds;
    database_busy when no hall could record it.
    """
    _check_words(wanted)
    expiry(wanted.kind, wanted.for_s, database.clock.now())
    press = token_digest(wanted.press)
    with database.read() as rows:
        known = alerts.by_press(rows, by=author.id, press=press)
    alert, is_new = known or new_id(), False
    failed: dict[str, str] = {}
    for hall in sorted(halls):
        try:
            alert, is_first = _raise_in(database, hall, author, wanted, (alert, press))
        except Refusal as refusal:
            log.exception("alert_not_raised", hall=hall, alert=alert)
            failed[hall] = refusal.code
            continue
        is_new = is_new or is_first
        breathe()
    if len(failed) == len(halls):
        raise Refusal(next(iter(failed.values())))
    return Raised(alert, is_new, failed)


def _raise_in(
    database: Database, hall: str, author: Author, wanted: WantedAlert, press: tuple[str, str]
) -> tuple[str, bool]:
    alert, digest = press
    with database.transaction(hall, author) as transaction:
        known = alerts.of_press(transaction, transaction.hall, by=author.id, press=digest)
        if known is not None:
            return str(known["alert"]), False
        called = [leg for leg in transaction.open_legs if _is_awaited(transaction, leg)]
        facts = [given_back(leg, void=_void(transaction, leg)) for leg in called]
        new = NewAlert(
            alert,
            str(wanted.kind),
            wanted.is_drill,
            digest,
            _kept(transaction, wanted.words),
            expiry(wanted.kind, wanted.for_s, transaction.now),
        )
        for fact in [alert_raised(new_id(), new), *facts]:
            transaction.record(fact)
    return alert, True


def _is_awaited(transaction: HallTransaction, leg: Row) -> bool:
    """Whether somebody is called and not yet there; by the call alone: while the screens still show it."""
    if leg["state"] == LegState.CALLED:
        return True
    if not is_unconfirmed(leg):
        return False
    return transaction.now - from_micros(leg["last_called_at"]) < ARRIVAL_SHOWN_FOR


def _void(transaction: HallTransaction, leg: Row) -> VoidCall:
    return VoidCall(called_before(transaction, leg), leg["for_counter"])


def _kept(transaction: HallTransaction, words: Words) -> Erasable | None:
    if not words:
        return None
    french_first = dict(sorted(words.items(), key=lambda item: (item[0] != FRENCH, item[0])))
    text = json.dumps(french_first, ensure_ascii=False)
    return keep_erasable(transaction, text, until=transaction.now + WORDS_KEPT)


def _check_words(wanted: WantedAlert) -> None:
    if wanted.kind is not AlertKind.CUSTOM:
        if wanted.words:
            raise Refusal("words_without_alert", kind=str(wanted.kind))
        return
    if FRENCH not in wanted.words:
        raise Refusal("words_missing")
    if len(wanted.words) == 2:
        raise Refusal("one_translation")
