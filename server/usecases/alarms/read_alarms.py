"""Read the alarms of a hall, with their sentences in a language, and count those of all halls."""

from datetime import timedelta
from typing import NotRequired, TypedDict

from server.domain.alarms.detection import AlarmKind
from server.domain.hall.configuration import HallConfiguration
from server.domain.instants import text_or_none, to_text
from server.language import Translate
from server.store.alarms import alarms
from server.store.alarms.alarms import AlarmRow
from server.store.transactions.database import Database
from server.usecases.alarms.alarm_words import label_of, sentence_of
from server.usecases.alerts.read_alerts import author_name

LOOKED_BACK = timedelta(days=30)
"""How long an alarm is listed after its end."""
MOST_PAST = 50


class AlarmOfHall(TypedDict):
    """An alarm with its sentence (`text`); `subject`: the id of what is faulty, or `server`.

    Instants are in RFC 3339; null where nobody acknowledged it, or it is still open. `acknowledged_by`: a
    name, for people at work. `returns`: how often the fault came back.
    """

    alarm: str
    kind: AlarmKind
    subject: str
    text: str
    raised_at: str
    returns: int
    acknowledged_at: str | None
    acknowledged_by: str | None
    cleared_at: str | None
    clear_reason: str | None


class AlarmsAnswer(TypedDict):
    """The open alarms of a hall (slug); `past`: those that are over, where they were asked for."""

    hall: str
    as_of: str
    alarms: list[AlarmOfHall]
    past: NotRequired[list[AlarmOfHall]]


def read_alarms(
    database: Database, hall: str, language: str, translate: Translate, *, names_people: bool, has_past: bool
) -> AlarmsAnswer:
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

        def answer_of(row: AlarmRow) -> AlarmOfHall:
            by = author_name(rows, row.acknowledged_by) if names_people else None
            text = _sentence(configuration, row, language, translate)
            return _alarm_answer(row, text, acknowledged_by=by)

        answer: AlarmsAnswer = {
            "hall": configuration.hall,
            "as_of": to_text(now),
            "alarms": [answer_of(row) for row in found],
        }
        if has_past:
            answer["past"] = [answer_of(row) for row in past]
        return answer


def count_alarms(database: Database) -> dict[str, int]:
    """How many alarms are open in each hall (slug) that has some."""
    with database.read() as rows:
        return alarms.open_by_hall(rows)


def _sentence(configuration: HallConfiguration, row: AlarmRow, language: str, translate: Translate) -> str:
    kind = AlarmKind(row.kind)
    label = label_of(configuration, kind, row.subject, language, translate)
    return sentence_of(kind, label, row.values, language, translate)


def _alarm_answer(row: AlarmRow, text: str, *, acknowledged_by: str | None) -> AlarmOfHall:
    return {
        "alarm": row.id,
        "kind": AlarmKind(row.kind),
        "subject": row.subject,
        "text": text,
        "raised_at": to_text(row.raised_at),
        "returns": row.returns,
        "acknowledged_at": text_or_none(row.acknowledged_at),
        "acknowledged_by": acknowledged_by,
        "cleared_at": text_or_none(row.cleared_at),
        "clear_reason": row.clear_reason,
    }
