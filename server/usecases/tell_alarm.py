"""Record what happens to an alarm, and put it on its way to those who are told, in one transaction."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from server.domain.alarms import Alarm
from server.domain.facts import Fact
from server.language import Translate
from server.store.deliveries import queue_delivery
from server.store.hall_transaction import HallTransaction
from server.store.recipients import recipients_of
from server.usecases.alarm_words import Told, message_of

ACKNOWLEDGED = "acknowledged"
NOT_BY_EMAIL = frozenset({ACKNOWLEDGED})
"""What a person did to an alarm is told to programs; nobody wants a letter of it."""


def tell_alarm(
    transaction: HallTransaction,
    alarm: Alarm,
    fact: Fact,
    *,
    turn: str,
    values: Mapping[str, Any],
    now: datetime,
    translate: Translate,
) -> None:
    """Records the fact, and a delivery for each recipient of the hall's site. `now`: of the wall clock."""
    recorded = transaction.record(fact)
    told = Told(alarm, turn, recorded.happened_at, transaction.journal_length, values)
    message = message_of(transaction.configuration, told, translate)
    for recipient in recipients_of(transaction, frozenset({transaction.configuration.site.slug})):
        if recipient.channel != "email" or turn not in NOT_BY_EMAIL:
            queue_delivery(transaction, recipient.id, message, now=now)
