"""End an alert in some halls: by two confirmations, at its stated time, or by taking it back."""

from collections.abc import Callable, Mapping, Sequence

import structlog

from server.domain.alerts import (
    Alert,
    AlertEndReason,
    alert_end_asked,
    alert_ended,
    alert_taken_back,
    check_may_take_back,
    end_reason,
)
from server.domain.author import SYSTEM, Author
from server.domain.refusals import Refusal
from server.store import alerts
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import HallTransaction
from server.usecases.alerts.activity import has_other_to_answer

log = structlog.get_logger()

type _Confirm = Callable[[HallTransaction, Alert], None]


def halls_of_alert(database: Database, alert: str) -> list[str]:
    """The halls (ids) an alert was raised in. Refusal: unknown_alert."""
    with database.read() as rows:
        found = [row.hall for row in alerts.rows_of_alert(rows, alert)]
    if not found:
        raise Refusal("unknown_alert", alert=alert)
    return found


def ask_end(database: Database, alert: str, halls: Sequence[str], author: Author) -> Mapping[str, Refusal]:
    """Records the first confirmation of an end in halls (ids); the refusal of each that could not record it.

    Refusals: alert_over when it is in force in none; database_busy when no hall could record it.
    """
    return _in_each(database, alert, halls, author, _ask)


def end_alert(database: Database, alert: str, halls: Sequence[str], author: Author) -> Mapping[str, Refusal]:
    """Records the second confirmation, which ends an alert in halls (ids); the refusals, by hall.

    A hall that refuses does not stop the others. A further alert in a hall is shown from then on.
    Refusals: alert_over when it is in force in none; when it ends in none: end_not_asked,
    second_person_needed, second_person_awaited.
    """
    return _in_each(database, alert, halls, author, _end)


def take_back(database: Database, alert: str, halls: Sequence[str], author: Author) -> Mapping[str, Refusal]:
    """Takes back, in halls (ids), an alert that the author raised by mistake a minute ago at most.

    Refusals: alert_over when it is in force in none; when it ends in none: alert_of_another,
    too_late_to_take_back.
    """
    return _in_each(database, alert, halls, author, _take_back)


def replace_alert(
    database: Database, alert: str, halls: Sequence[str], author: Author
) -> Mapping[str, Refusal]:
    """Ends an alert in halls (ids) where its author has just raised the alert that takes its place.

    Refusals: alert_over when it is in force in none; database_busy when no hall could record it.
    """
    return _in_each(database, alert, halls, author, _replace)


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


def _ask(transaction: HallTransaction, alert: Alert) -> None:
    transaction.record(alert_end_asked(alert.row, alert.id))


def _end(transaction: HallTransaction, alert: Alert) -> None:
    site, now, by = (
        transaction.configuration.site,
        transaction.now,
        transaction.author.as_in(alert.end_asked_by),
    )
    reason = end_reason(
        alert, by, site.alerts, now, has_other=has_other_to_answer(transaction, alert, site, now)
    )
    transaction.record(alert_ended(alert.row, alert.id, reason=reason))


def _replace(transaction: HallTransaction, alert: Alert) -> None:
    transaction.record(alert_ended(alert.row, alert.id, reason=AlertEndReason.REPLACED))


def _take_back(transaction: HallTransaction, alert: Alert) -> None:
    check_may_take_back(alert, transaction.author.as_in(alert.raised_by), transaction.now)
    transaction.record(alert_taken_back(alert.row, alert.id))


def _in_each(
    database: Database, alert: str, halls: Sequence[str], author: Author, do: _Confirm
) -> Mapping[str, Refusal]:
    """The refusals of halls (ids) where the alert was in force. Refusal: the first, when all refused."""
    done, failed = 0, dict[str, Refusal]()
    for hall in sorted(halls):
        try:
            done += _in_one(database, alert, hall, author, do)
        except Refusal as refusal:
            log.warning("alert_not_ended", hall=hall, alert=alert, code=refusal.code)
            failed[hall] = refusal
    if not done:
        raise next(iter(failed.values()), Refusal("alert_over"))
    return failed


def _in_one(database: Database, alert: str, hall: str, author: Author, do: _Confirm) -> int:
    with database.transaction(hall, author) as transaction:
        opened = alerts.open_alerts(transaction, transaction.hall)
        active = [each for each in opened if each.id == alert and not each.has_expired(transaction.now)]
        for each in active:
            do(transaction, each)
    return len(active)
