"""Read the alarms of a hall, with their sentences in a language, and count those of all halls."""

from datetime import timedelta

from server.domain.alarms.detection import AlarmKind
from server.domain.hall.configuration import HallConfiguration
from server.domain.instants import text_or_none, to_text
from server.language import Translate
from server.store.alarms import alarms
from server.store.alarms.alarms import AlarmRow
from server.store.transactions.database import Database
from server.usecases.alarms.alarm_words import label_of, sentence_of
from server.usecases.alerts.read_alerts import author_name
from server.usecases.answers import Answer

LOOKED_BACK = timedelta(days=30)
"""How long an alarm is listed after its end."""
MOST_PAST = 50


def read_alarms(
    database: Database, hall: str, language: str, translate: Translate, *, names_people: bool, has_past: bool
) -> Answer:
    """The open alarms of a hall (id or slug), those nobody acknowledged first, then the gravest first.

    `has_past`: also those that are over; `names_people`: with who acknowledged each. Refusal: unknown_hall.
    """
    hall_id, now = database.hall_id(hall), database.clock.now()
    configuration = database.configuration(hall_id)
    order = list(AlarmKind)
    with database.read() as rows:
        found = alarms.open_alarms(rows, hall_id)
        found.sort(key=lambda row: (row.acknowledged_at is not None, order.index(AlarmKind(row.kind))))
        past = alarms.past_alarms(rows, hall_id, now - LOOKED_BACK, most=MOST_PAST) if has_past else []

        def answer_of(row: AlarmRow) -> Answer:
            by = author_name(rows, row.acknowledged_by) if names_people else None
            return _alarm_answer(configuration, row, language, translate) | {"acknowledged_by": by}

        answer: Answer = {"hall": configuration.hall, "as_of": to_text(now)}
        answer |= {"alarms": [answer_of(row) for row in found]}
        return answer | ({"past": [answer_of(row) for row in past]} if has_past else {})


def count_alarms(database: Database) -> dict[str, int]:
    """How many alarms are open in each hall (slug) that has some."""
    with database.read() as rows:
        return alarms.open_by_hall(rows)


def _alarm_answer(
    configuration: HallConfiguration, row: AlarmRow, language: str, translate: Translate
) -> Answer:
    kind = AlarmKind(row.kind)
    label = label_of(configuration, kind, row.subject, language, translate)
    return {
        "alarm": row.id,
        "kind": row.kind,
        "subject": row.subject,
        "text": sentence_of(kind, label, row.values, language, translate),
        "raised_at": to_text(row.raised_at),
        "returns": row.returns,
        "acknowledged_at": text_or_none(row.acknowledged_at),
        "cleared_at": text_or_none(row.cleared_at),
        "clear_reason": row.clear_reason,
    }
