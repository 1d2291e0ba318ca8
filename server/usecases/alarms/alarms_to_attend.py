"""Find the open alarms that ask for a person's attention."""

from collections.abc import Iterator
from urllib.parse import urlencode

from server.domain.alarms.detection import AlarmKind
from server.domain.attention.attention import AttentionKind, AttentionReach, AttentionRow, Urgency
from server.domain.people.roles import Permission
from server.store.alarms.alarms import open_alarms
from server.store.transactions.database import Database
from server.usecases.alarms.alarm_words import label_of, sentence_key


def alarms_to_attend(database: Database, reach: AttentionReach) -> Iterator[AttentionRow]:
    """The open alarms of the halls whose queues the reader may see; acknowledged ones are less urgent."""
    for hall in reach.halls_where(Permission.READ_QUEUE):
        with database.read() as rows:
            found = open_alarms(rows, database.hall_id(hall.hall))
        for row in found:
            kind = AlarmKind(row.kind)
            label = label_of(hall, kind, row.subject, reach.language, reach.translate)
            yield AttentionRow(
                kind=AttentionKind.ALARM,
                urgency=Urgency.NOW if row.acknowledged_at is None else Urgency.TODAY,
                since=row.raised_at,
                site=hall.site.slug,
                sentence=sentence_key(kind, row.values),
                values={"label": label, **row.values},
                path=f"/alarmes?{urlencode({'hall': hall.hall})}#alarm-{row.id}",
            )
