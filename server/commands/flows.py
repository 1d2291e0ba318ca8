"""The flows of the network that an installation needs, for `parvis doctor --flows` and the manual."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from server.settings import Settings


@dataclass(frozen=True, slots=True)
class Flow:
    """One flow: who opens the connection, to whom, and its usual port (TCP, but for `/udp`).

    The sentence `flows.party.NAME` says who that is, `flows.stops.NAME` what stops without the flow.
    `setting`: names what must be set for it; where that is an address or a port, its port is the one in use.
    `port_setting`: names the port.
    """

    name: str
    opened_by: str
    to: str
    port: str
    setting: str = ""
    port_setting: str = ""

    def port_in_use(self, settings: Settings) -> str:
        """The port as set; "" where the settings do not use this flow."""
        value = str(getattr(settings, self.setting)) if self.setting else ""
        if self.setting and (not value or value.startswith("sqlite")):
            return ""
        if self.port_setting:
            return str(getattr(settings, self.port_setting))
        return str(urlsplit(value).port or self.port) if "://" in value else self.port


FLOWS = (
    Flow("workplaces", "workplace", "server", "443", port_setting="port"),
    Flow("kiosks", "kiosk", "server", "443", port_setting="port"),
    Flow("screens", "screen", "server", "443", port_setting="port"),
    Flow("phones", "phone", "server", "443", setting="public_url"),
    Flow("pulled", "printer", "server", "443", port_setting="port"),
    Flow("programs", "program", "server", "443", port_setting="port"),
    Flow("printers", "server", "printer", "9100"),
    Flow("database", "server", "database", "5432", setting="database_url"),
    Flow("redis", "server", "redis", "6379", setting="redis_url"),
    Flow("mail", "server", "mail", "587", setting="smtp_host", port_setting="smtp_port"),
    Flow("identity", "server", "identity", "443", setting="oidc_issuer"),
    Flow("outside", "server", "outside", "443"),
    Flow("clocks", "server", "clock", "123/udp"),
    Flow("updates", "device", "mirror", "80, 443"),
)
"""Every flow that leaves a machine."""
