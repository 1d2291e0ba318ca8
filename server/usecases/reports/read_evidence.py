"""Read what a pack proves besides figures: what screens showed, presence of devices, heads of journals."""

from dataclasses import dataclass
from datetime import date

from server.domain.quality.periods import Period
from server.store.devices.presence import presences_of_hall
from server.store.journal.heads import head_of
from server.store.notices.displays import shown_in_hall
from server.store.notices.notices import titles_of
from server.store.transactions.database import Database


@dataclass(frozen=True, slots=True)
class ShownNotice:
    """How long a screen really showed a notice in a period, in milliseconds, and on how many days."""

    title: str
    screen: str
    shown_ms: int
    days: int


@dataclass(frozen=True, slots=True)
class PresentDevice:
    """How many checks in opening hours found a device, and how many did not, on the days that are kept."""

    kind: str
    device: str
    seen: int
    missed: int
    since: date


@dataclass(frozen=True, slots=True)
class HallEvidence:
    """The evidence of a hall (slug): its journal’s facts and head now, displays and devices of the period."""

    hall: str
    facts: int
    head: str
    shown: list[ShownNotice]
    devices: list[PresentDevice]


def read_evidence(database: Database, hall: str, period: Period) -> HallEvidence:
    """The evidence of a hall (id or slug) in a period. Presence is kept for three months, displays for ever.

    Refusal: unknown_hall.
    """
    hall_id, configuration = database.hall_id(hall), database.configuration(hall)
    labels = {each.id: each.label for each in configuration.screens.values()}
    with database.read() as rows:
        head = head_of(rows, hall_id)
        shown = shown_in_hall(rows, hall_id, first=period.starts_on, last=period.last_on)
        titles = titles_of(rows, {each.notice for each in shown})
        presences = presences_of_hall(rows, hall_id, period.starts_on)
    devices = []
    for (kind, device), known in sorted(presences.items()):
        days = [each for each in known.days if period.starts_on <= each.on < period.ends_on]
        if days:
            seen, missed = sum(each.seen for each in days), sum(each.missed for each in days)
            devices.append(PresentDevice(kind, device, seen, missed, min(each.on for each in days)))
    return HallEvidence(
        configuration.hall,
        head.journal_length,
        head.head_hash,
        [
            ShownNotice(
                titles.get(each.notice, each.notice),
                labels.get(each.screen, each.screen),
                each.shown_ms,
                each.days,
            )
            for each in shown
        ],
        devices,
    )
