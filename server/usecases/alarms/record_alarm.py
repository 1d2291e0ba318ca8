"""Record a fact of an alarm and queue a message for each recipient, in one transaction."""

from datetime import datetime

from server.domain.alarms.detection import Alarm, AlarmKind, AlarmTurn
from server.domain.facts import Fact, Json
from server.language import Translate
from server.store.alarms.outbox import queue_delivery
from server.store.alarms.recipients import Recipient, recipients_of
from server.store.transactions.hall_transaction import HallTransaction
from server.usecases.alarms.alarm_words import AlarmEvent, message_of

ACKNOWLEDGED = "acknowledged"
NOT_BY_EMAIL = frozenset({ACKNOWLEDGED})
"""Turns of an alarm that go to webhooks only: nobody wants an e-mail when somebody acknowledged it."""


def record_alarm(
    transaction: HallTransaction,
    alarm: Alarm,
    fact: Fact,
    *,
    turn: str,
    values: Json,
    now: datetime,
    translate: Translate,
) -> None:
    """Records the fact, and a delivery to each recipient that chose such alarms. `now`: of the wall clock."""
    recorded = transaction.record(fact)
    reason = fact.body.get("reason")
    event = AlarmEvent(alarm, turn, recorded.happened_at, transaction.journal_length, values, reason)
    for recipient in _recipients_for(transaction, alarm, turn):
        message = message_of(transaction.configuration, event, recipient.choice.language, translate)
        queue_delivery(transaction, recipient.id, message, now=now)


def _recipients_for(transaction: HallTransaction, alarm: Alarm, turn: str) -> list[Recipient]:
    configuration, kind = transaction.configuration, alarm.kind
    if kind is AlarmKind.KEY_ENDING and turn == AlarmTurn.CLEARED:
        return []  # the next step follows, or a person has just revoked the key
    return [
        each
        for each in recipients_of(transaction, frozenset({configuration.site.slug}))
        if each.choice.includes(kind, configuration.hall)
        and (each.channel != "email" or turn not in NOT_BY_EMAIL)
    ]
