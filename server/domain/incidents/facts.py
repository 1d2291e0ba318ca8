"""Facts of incidents, in the journal of their hall; the person who pressed or answered is the author.

The counter is in the body only: an incident is no gesture of a counter, which could be undone.
"""

from server.domain.facts import Fact, FactKind
from server.domain.incidents.incidents import EscalationReason, Incident, IncidentEndReason


def incident_raised(incident: str, counter: str | None) -> Fact:
    """A person asks for somebody at a counter (id), or at the reception desk (None)."""
    return Fact(FactKind.INCIDENT_RAISED, {"id": incident, "counter": counter})


def incident_joined(incident: Incident) -> Fact:
    """A further press at the place of an incident; `joins` counts it."""
    body = {"id": incident.id, "joins": incident.joins + 1}
    return Fact(FactKind.INCIDENT_JOINED, body)


def incident_escalated(incident: str, *, reason: EscalationReason) -> Fact:
    """People beyond the hall hear of an incident from now on."""
    return Fact(FactKind.INCIDENT_ESCALATED, {"id": incident, "reason": str(reason)})


def incident_unanswered(incident: Incident) -> Fact:
    """Nobody has answered an incident in its first minute."""
    return Fact(FactKind.INCIDENT_UNANSWERED, {"id": incident.id})


def incident_answered(incident: Incident, *, role: str, counter: str | None, hall: str) -> Fact:
    """A person comes: in which role, from which counter (id) and hall (id)."""
    body = {"id": incident.id, "role": role, "from_counter": counter, "from_hall": hall}
    return Fact(FactKind.INCIDENT_ANSWERED, body)


def incident_ended(incident: Incident, *, reason: IncidentEndReason) -> Fact:
    """A person says that an incident is over, or was none."""
    body = {"id": incident.id, "reason": str(reason)}
    return Fact(FactKind.INCIDENT_ENDED, body)
