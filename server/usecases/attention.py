"""Read what asks for a person's attention, from every source, as one list by urgency."""

from collections.abc import Callable, Iterable

from server.domain.attention import AttentionReach, AttentionRow, by_urgency
from server.store.transactions.database import Database
from server.usecases.actions import actions_to_attend
from server.usecases.alarms.read_alarms import alarms_to_attend
from server.usecases.complaints.act_on_entry import complaints_to_attend
from server.usecases.devices.needing import devices_to_attend
from server.usecases.devices.presence import kiosks_to_attend
from server.usecases.devices.read_supervision import SightingsOf
from server.usecases.incidents.lists import incidents_to_attend
from server.usecases.notices.attention import notices_to_attend
from server.usecases.reports.committee import meetings_to_attend
from server.usecases.reports.sendings import letters_to_attend
from server.usecases.surveys.read_surveys import surveys_to_attend

type AttentionSource = Callable[[Database, AttentionReach], Iterable[AttentionRow]]
"""Finds the rows of one subject that a reader may see."""

SOURCES: tuple[AttentionSource, ...] = (
    alarms_to_attend,
    actions_to_attend,
    surveys_to_attend,
    complaints_to_attend,
    letters_to_attend,
    meetings_to_attend,
    incidents_to_attend,
    kiosks_to_attend,
    notices_to_attend,
)


def read_attention(
    database: Database, reach: AttentionReach, sightings_of: SightingsOf
) -> list[AttentionRow]:
    """What asks for the reader's attention, the most urgent first."""
    found = [row for source in SOURCES for row in source(database, reach)]
    return by_urgency([*found, *devices_to_attend(database, reach, sightings_of)])
