"""Read the devices of all halls that somebody supervises."""

from collections.abc import Callable
from typing import Protocol, TypedDict

from hardware.json_types import InstantText
from server.domain.instants import to_text
from server.domain.people.roles import Permission
from server.store.configuration.halls import all_halls
from server.store.transactions.database import Database
from server.usecases.devices.read_supervision import DeviceSightings, SupervisionAnswer, read_supervision


class SupervisedHall(SupervisionAnswer):
    """The devices of a hall, and whether the caller may pair and revoke them."""

    may_configure: bool


class DevicesAnswer(TypedDict):
    """The devices of every hall that the caller oversees."""

    as_of: InstantText
    halls: list[SupervisedHall]


class PermissionCheck(Protocol):
    """Whether somebody has a permission in a hall (its id, and its site's slug)."""

    def __call__(self, permission: Permission, *, hall: str, site: str) -> bool: ...


def supervised_halls(database: Database, may: PermissionCheck) -> list[str]:
    """The ids of the halls that somebody may supervise, by slug."""
    with database.read() as rows:
        halls = [hall.id for hall in all_halls(rows) if hall.is_configured]
    sites = {hall: database.configuration(hall).site.slug for hall in halls}
    return [hall for hall in halls if may(Permission.SUPERVISE, hall=hall, site=sites[hall])]


def read_devices(
    database: Database,
    may: PermissionCheck,
    sightings_of: Callable[[str], DeviceSightings],
    translate: Callable[..., str],
) -> DevicesAnswer:
    """The halls that somebody may supervise, each with the answer of `read_supervision`."""
    answers: list[SupervisedHall] = []
    for hall in supervised_halls(database, may):
        may_configure = may(Permission.CONFIGURE, hall=hall, site=database.configuration(hall).site.slug)
        supervised = read_supervision(database, hall, sightings_of(hall), translate)
        answers.append({**supervised, "may_configure": may_configure})
    return {"as_of": to_text(database.clock.now()), "halls": answers}
