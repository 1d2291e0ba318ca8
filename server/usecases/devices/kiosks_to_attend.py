"""Find the kiosks that ask for attention: paired, and nobody said where they print."""

from collections.abc import Iterator

from server.domain.attention.attention import AttentionKind, AttentionReach, AttentionRow, Urgency
from server.domain.people.roles import Permission
from server.store.devices.paired_devices import paired_devices
from server.store.transactions.database import Database


def kiosks_to_attend(database: Database, reach: AttentionReach) -> Iterator[AttentionRow]:
    """The paired kiosks without a printer, of the halls that the reader configures; not those that show the
    number only on purpose.
    """
    for hall in reach.halls_where(Permission.CONFIGURE):
        lacking = [each for each in hall.kiosks.values() if each.paper == "undecided" and not each.is_retired]
        if not lacking:
            continue
        with database.read() as rows:
            devices = paired_devices(rows, database.hall_id(hall.hall))
        paired = {each.configured: each.created_at for each in devices if each.revoked_at is None}
        for kiosk in lacking:
            if kiosk.id in paired:
                yield AttentionRow(
                    kind=AttentionKind.KIOSK_WITHOUT_PRINTER,
                    urgency=Urgency.TODAY,
                    since=paired[kiosk.id],
                    site=hall.site.slug,
                    sentence="device_list.to_attend.no_printer",
                    values={"label": kiosk.label, "hall": hall.name},
                    path="/appareils",
                )
