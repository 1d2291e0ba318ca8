"""Devices that need somebody, on « Mes pages »: the same as on the pages of devices."""

from collections.abc import Callable, Iterator
from urllib.parse import urlencode

from server.domain.attention import AttentionKind, AttentionReach, AttentionRow, Urgency
from server.domain.instants import from_text
from server.domain.people.roles import Permission
from server.store.transactions.database import Database
from server.usecases.devices.read_supervision import DeviceSightings, read_supervision
from server.usecases.notices.read_programme import ProgrammeAnswer

_NO_PROGRAMME: ProgrammeAnswer = {
    "legal_share": 0,
    "covers_until": 0,
    "items": [],
    "hours": None,
    "revision": "",
}


def devices_to_attend(
    database: Database, reach: AttentionReach, sightings_of: Callable[[str], DeviceSightings]
) -> Iterator[AttentionRow]:
    """One row for each hall that the reader supervises and where devices need somebody."""
    for hall in reach.halls_where(Permission.SUPERVISE):
        seen = sightings_of(database.hall_id(hall.hall))
        found = read_supervision(database, hall.hall, seen, reach.translate, lambda *_: _NO_PROGRAMME)
        needing = {*found["needing"]}
        if needing:
            since = [
                from_text(each["since"])
                for each in found["devices"]
                if each["id"] in needing and each["since"] is not None
            ]
            yield AttentionRow(
                kind=AttentionKind.DEVICES_NEEDING,
                urgency=Urgency.SOON,
                since=min(since, default=reach.now),
                site=hall.site.slug,
                sentence="device_list.to_attend.needing",
                values={"count": len(needing), "hall": hall.name},
                path="/supervision?" + urlencode({"hall": hall.hall}),
            )
