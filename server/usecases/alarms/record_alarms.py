"""An alarm in words, recorded and sent to its recipients."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from server.domain.alarms.alarms import Alarm, AlarmKind, AlarmTurn
from server.domain.alarms.signs import SERVER
from server.domain.facts import Fact, Json
from server.domain.hall.configuration import HallConfiguration
from server.domain.instants import to_text
from server.domain.languages import text_in
from server.language import Translate
from server.store.alarms import Recipient, recipients_of
from server.store.outbox import Message, queue_delivery
from server.store.transactions.hall_transaction import HallTransaction
from server.usecases.alarms.alarm_recipients import SMS

_OF_SITES = frozenset({AlarmKind.BULLETIN_WAITING, AlarmKind.VIGILANCE_OLD})
_OF_KEYS = frozenset({AlarmKind.KEY_ENDING, AlarmKind.KEY_ENDED})
_OF_COUNTERS = frozenset({AlarmKind.COUNTER_FORGOTTEN, AlarmKind.COUNTER_AWAITED})


def label_of(
    configuration: HallConfiguration, kind: AlarmKind, subject: str, language: str, translate: Translate
) -> str:
    """The name of the subject of an alarm; its id where the hall does not have it any more."""
    if subject == SERVER:
        return translate("alarms.subject.server", language)
    if kind in _OF_KEYS:  # not by its name, which may be a person's
        return translate("alarms.subject.key", language)
    if kind in _OF_SITES:
        return configuration.site.name
    if kind is AlarmKind.ESTIMATES_OFF:
        return configuration.name
    if kind is AlarmKind.QUEUE_LONG and subject in configuration.queues:
        return text_in(configuration.queues[subject].names, language)
    if kind in _OF_COUNTERS and subject in configuration.counters:
        return configuration.counters[subject].label_in(language)
    device = configuration.kiosks.get(subject) or configuration.screens.get(subject)
    return subject if device is None else device.label


def sentence_of(kind: AlarmKind, label: str, values: Json, language: str, translate: Translate) -> str:
    """One sentence about an alarm. It begins with the name of its subject."""
    return translate(sentence_key(kind, values), language, label=label, **values)


def sentence_key(kind: AlarmKind, values: Json) -> str:
    """The key of that sentence; its values are the label of the subject and those of the alarm."""
    return (
        f"alarms.told.printer_{values['state']}" if kind is AlarmKind.PRINTER_DOWN else f"alarms.told.{kind}"
    )


@dataclass(frozen=True, slots=True)
class AlarmEvent:
    """A fact of an alarm for a message: what happened (`turn`), when, and its position in the journal.

    `reason`: why it was cleared; None for every other turn.
    """

    alarm: Alarm
    turn: str
    at: datetime
    position: int
    values: Json
    reason: str | None = None


def message_of(
    configuration: HallConfiguration, event: AlarmEvent, language: str, translate: Translate
) -> Message:
    """The message for recipients of a language, without personal data. Described in docs/rules/alarms.md."""
    kind, subject = event.alarm.watched
    label = label_of(configuration, kind, subject, language, translate)
    text = sentence_of(kind, label, event.values, language, translate)
    if event.turn == AlarmTurn.CLEARED:
        text = translate("alarms.over", language, what=text)
    body = {
        "type": f"alarm.{event.turn}",
        "timestamp": to_text(event.at),
        "data": {
            "alarm": event.alarm.id,
            "kind": str(kind),
            "subject": {"id": subject, "label": label},
            **_place(configuration),
            "position": event.position,
            "returns": event.alarm.returns,
            "values": dict(event.values),
            "language": language,
            "text": text,
            **({} if event.reason is None else {"reason": event.reason}),
        },
    }
    return Message(event.alarm.id, event.turn, json.dumps(body, ensure_ascii=False))


def trial_of(configuration: HallConfiguration, language: str, translate: Translate, now: datetime) -> str:
    """The body of a test message, with which somebody tries whether a recipient is reached."""
    text = translate("alarms.try.text", language)
    body = {
        "type": "alarm.test",
        "timestamp": to_text(now),
        "data": {"alarm": "test", **_place(configuration), "language": language, "text": text},
    }
    return json.dumps(body, ensure_ascii=False)


def _place(configuration: HallConfiguration) -> Mapping[str, Mapping[str, str]]:
    site = configuration.site
    return {
        "hall": {"id": configuration.hall, "name": configuration.name},
        "site": {"id": site.slug, "name": site.name},
    }


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
        if each.channel != SMS
        and each.choice.includes(kind, configuration.hall)
        and (each.channel != "email" or turn not in NOT_BY_EMAIL)
    ]
