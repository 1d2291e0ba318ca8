"""Find the incidents that ask for attention: nobody answered, or nobody has noted them."""

from collections.abc import Iterator

from server.domain.attention.attention import AttentionKind, AttentionReach, AttentionRow, Urgency
from server.domain.hall.configuration import HallConfiguration
from server.domain.incidents import MISSING_WITHIN, Incident
from server.domain.people.roles import Permission
from server.store.incidents import incidents_without_note, shown_incidents
from server.store.transactions.database import Database


def incidents_to_attend(database: Database, reach: AttentionReach) -> Iterator[AttentionRow]:
    """Incidents that nobody answers, of the halls where the reader receives them.

    Those of the last seven days without a note, of the halls that the reader oversees.
    """
    for hall in reach.halls_where(Permission.RECEIVE_INCIDENTS):
        with database.read() as rows:
            shown = shown_incidents(rows, database.hall_id(hall.hall), reach.now)
        for incident in shown:
            if incident.answered_at is None:
                yield _row(hall, incident, reach, AttentionKind.INCIDENT_UNANSWERED, Urgency.NOW)
    for hall in reach.halls_where(Permission.SUPERVISE):
        since = reach.now - MISSING_WITHIN
        with database.read() as rows:
            missing = incidents_without_note(rows, database.hall_id(hall.hall), since, of=None)
        for incident in missing:
            if not incident.is_shown(reach.now):
                yield _row(hall, incident, reach, AttentionKind.INCIDENT_WITHOUT_NOTE, Urgency.TODAY)


def _row(
    hall: HallConfiguration,
    incident: Incident,
    reach: AttentionReach,
    kind: AttentionKind,
    urgency: Urgency,
) -> AttentionRow:
    place = None if incident.counter is None else hall.counters.get(incident.counter)
    label = (
        reach.translate("incidents.place.reception", reach.language)
        if place is None
        else place.label_in(reach.language)
    )
    return AttentionRow(
        kind=kind,
        urgency=urgency,
        since=incident.raised_at,
        site=hall.site.slug,
        sentence=f"incidents.to_attend.{kind.removeprefix('incident_')}",
        path=f"/incidents?hall={hall.hall}",
        values={"place": label},
    )
