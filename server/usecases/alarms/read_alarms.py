"""Read alarms, acknowledge one, and say which ask for attention."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import TypedDict
from urllib.parse import urlencode

from hardware.json_types import Count, InstantText
from server.domain.alarms.alarms import QUIET, AlarmKind, ClearReason, alarm_acknowledged
from server.domain.attention import AttentionKind, AttentionReach, AttentionRow, Urgency
from server.domain.author import Author
from server.domain.hall.configuration import HallConfiguration
from server.domain.instants import text_or_none, to_text
from server.domain.people.roles import Permission
from server.domain.refusals import Refusal
from server.language import Translate
from server.store import alarms
from server.store.alarms import AlarmRow, open_alarms
from server.store.configuration.halls import by_slug
from server.store.engine.statements import Rows
from server.store.engine.writes import WriteKey
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import HallTransaction
from server.usecases.alarms import record_alarms
from server.usecases.alerts.read_alerts import author_name

LOOKED_BACK = timedelta(days=30)
"""How long an alarm is listed after its end."""
MOST_PAST = 50


class AlarmOfHall(TypedDict):
    """An open alarm: what it is about, and who looks after it."""

    alarm: str
    kind: AlarmKind
    subject: str
    """The id of a kiosk, screen, queue or counter, or `server`."""
    text: str
    """The alarm as a sentence, in the reader's language."""
    raised_at: InstantText
    returns: Count
    """How often it came back soon after it was cleared."""
    acknowledged_at: InstantText | None
    acknowledged_by: str | None
    """The name of who looks after it; null for devices and programs."""
    cleared_at: InstantText | None
    clear_reason: ClearReason | None


class AlarmsAnswer(TypedDict):
    """The open alarms of a hall, those that nobody looks after first."""

    hall: str
    as_of: InstantText
    alarms: list[AlarmOfHall]


@dataclass(frozen=True, slots=True)
class AlarmReader:
    """The language of the sentences of alarms; `names_people`: with who acknowledged each."""

    language: str
    translate: Translate
    names_people: bool


def read_alarms(database: Database, hall: str, reader: AlarmReader) -> AlarmsAnswer:
    """The open alarms of a hall (id or slug), those nobody acknowledged first, then the gravest first.

    Refusal: unknown_hall.
    """
    hall_id, now = database.hall_id(hall), database.clock.now()
    configuration = database.configuration(hall_id)
    order = list(AlarmKind)
    with database.read() as rows:
        found = alarms.open_alarms(rows, hall_id)
        found.sort(key=lambda row: (row.acknowledged_at is not None, order.index(AlarmKind(row.kind))))
        listed = [_alarm_answer(rows, configuration, row, reader) for row in found]
        return {"hall": configuration.hall, "as_of": to_text(now), "alarms": listed}


def read_past_alarms(database: Database, hall: str, reader: AlarmReader) -> list[AlarmOfHall]:
    """The alarms of a hall (id or slug) that are over, the latest first. Refusal: unknown_hall."""
    hall_id, since = database.hall_id(hall), database.clock.now() - LOOKED_BACK
    configuration = database.configuration(hall_id)
    with database.read() as rows:
        past = alarms.past_alarms(rows, hall_id, since, most=MOST_PAST)
        return [_alarm_answer(rows, configuration, row, reader) for row in past]


def count_alarms(database: Database) -> dict[str, int]:
    """How many alarms are open in each hall (slug) that has some."""
    with database.read() as rows:
        return alarms.open_by_hall(rows)


def _alarm_answer(
    rows: Rows, configuration: HallConfiguration, row: AlarmRow, reader: AlarmReader
) -> AlarmOfHall:
    kind = AlarmKind(row.kind)
    label = record_alarms.label_of(configuration, kind, row.subject, reader.language, reader.translate)
    return {
        "alarm": row.id,
        "kind": kind,
        "subject": row.subject,
        "text": record_alarms.sentence_of(kind, label, row.values, reader.language, reader.translate),
        "raised_at": to_text(row.raised_at),
        "returns": row.returns,
        "acknowledged_at": text_or_none(row.acknowledged_at),
        "acknowledged_by": author_name(rows, row.acknowledged_by) if reader.names_people else None,
        "cleared_at": text_or_none(row.cleared_at),
        "clear_reason": row.clear_reason,
    }


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
            record_alarms.record_alarm(
                transaction,
                alarms.as_alarm(row),
                alarm_acknowledged(alarm),
                turn=record_alarms.ACKNOWLEDGED,
                values=row.values,
                now=database.clock.now(),
                translate=translate,
            )

    database.write(hall_of_alarm(database, alarm), author, write_key, acknowledge)


def _existing_alarm(row: AlarmRow | None, alarm: str) -> AlarmRow:
    if row is None:
        raise Refusal("unknown_alarm", alarm=alarm)
    return row


def alarms_to_attend(database: Database, reach: AttentionReach) -> Iterator[AttentionRow]:
    """The open alarms of the halls whose queues the reader may see; acknowledged ones are less urgent."""
    with database.read() as rows:
        found = by_slug(rows, open_alarms(rows, None))
    for hall in reach.halls_where(Permission.READ_QUEUE):
        for row in found[hall.hall]:
            kind = AlarmKind(row.kind)
            label = record_alarms.label_of(hall, kind, row.subject, reach.language, reach.translate)
            yield AttentionRow(
                kind=AttentionKind.ALARM,
                urgency=Urgency.NOW if row.acknowledged_at is None and kind not in QUIET else Urgency.TODAY,
                since=row.raised_at,
                site=hall.site.slug,
                sentence=record_alarms.sentence_key(kind, row.values),
                values={"label": label, **row.values},
                path=f"/alarmes?{urlencode({'hall': hall.hall})}#alarm-{row.id}",
            )
