"""What a server knows of the devices of a site, and its round that looks at them."""

from server.live.presence import DeviceWatch
from server.store.configuration.halls import all_halls
from server.usecases.devices.presence import look_at_devices
from tests.server.web.api_site import ApiSite


def watch_of(site: ApiSite) -> DeviceWatch:
    watch: DeviceWatch = site.app.extensions["parvis"].devices
    return watch


def look(site: ApiSite) -> None:
    """One look at the devices of every hall."""
    with site.database.read() as rows:
        halls = [hall for hall in all_halls(rows) if hall.is_configured]
    look_at_devices(site.database, halls, watch_of(site).players.of_halls([hall.id for hall in halls]))
