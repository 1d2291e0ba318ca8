"""Acknowledge an alarm: a person says that they will see to it."""

from server.domain.alarms.facts import alarm_acknowledged
from server.domain.author import Author
from server.domain.refusals import Refusal
from server.language import Translate
from server.store.alarms import alarms
from server.store.alarms.alarms import AlarmRow
from server.store.engine.idempotency_keys import WriteKey
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import HallTransaction
from server.usecases.alarms.record_alarm import ACKNOWLEDGED, record_alarm


def hall_of_alarm(database: Database, alarm: str) -> str:
    """The id of the hall of an alarm. Refusal: unknown_alarm."""
    with database.read() as rows:
        return _existing_alarm(alarms.alarm_row(rows, alarm), alarm).hall


def acknowledge_alarm(
    database: Database, alarm: str, author: Author, translate: Translate, *, write_key: WriteKey | None = None
) -> None:
    """Acknowledges an alarm as the author. The first one to do so stays named; once more changes nothing.

    Refusals: unknown_alarm, alarm_over.
    """

    def acknowledge(transaction: HallTransaction) -> None:
        row = _existing_alarm(alarms.alarm_row(transaction, alarm), alarm)
        if row.cleared_at is not None:
            raise Refusal("alarm_over", alarm=alarm)
        if row.acknowledged_at is None:
            record_alarm(
                transaction,
                alarms.as_alarm(row),
                alarm_acknowledged(alarm),
                turn=ACKNOWLEDGED,
                values=row.values,
                now=database.clock.now(),
                translate=translate,
            )

    database.write(hall_of_alarm(database, alarm), author, write_key, acknowledge)


def _existing_alarm(row: AlarmRow | None, alarm: str) -> AlarmRow:
    if row is None:
        raise Refusal("unknown_alarm", alarm=alarm)
    return row
