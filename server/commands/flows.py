"""The flows of the network that an installation needs, for `parvis doctor --flows` and the manual."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from server.settings import Settings


class Party(StrEnum):
    """Who sends or receives; the sentence `flows.party.NAME` says what that is."""

    SERVER = "server"
    WORKPLACE = "workplace"
    KIOSK = "kiosk"
    SCREEN = "screen"
    PHONE = "phone"
    PRINTER = "printer"
    PROGRAM = "program"
    DATABASE = "database"
    REDIS = "redis"
    MAIL = "mail"
    IDENTITY = "identity"
    OUTSIDE = "outside"
    MIRROR = "mirror"
    CLOCK = "clock"
    DEVICE = "device"


@dataclass(frozen=True, slots=True)
class Flow:
    """One flow: who opens the connection, to whom, and its usual port (TCP, but for `/udp`).

    `flows.stops.NAME` says what stops without it. `setting`: names what must be set for it; where that is an
    address or a port, its port is the one in use. `port_setting`: names the port.
    """

    name: str
    opened_by: Party
    to: Party
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


_S = Party.SERVER
FLOWS = (
    Flow("workplaces", Party.WORKPLACE, _S, "443", port_setting="port"),
    Flow("kiosks", Party.KIOSK, _S, "443", port_setting="port"),
    Flow("screens", Party.SCREEN, _S, "443", port_setting="port"),
    Flow("phones", Party.PHONE, _S, "443", setting="public_url"),
    Flow("pulled", Party.PRINTER, _S, "443", port_setting="port"),
    Flow("programs", Party.PROGRAM, _S, "443", port_setting="port"),
    Flow("printers", _S, Party.PRINTER, "9100"),
    Flow("database", _S, Party.DATABASE, "5432", setting="database_url"),
    Flow("redis", _S, Party.REDIS, "6379", setting="redis_url"),
    Flow("mail", _S, Party.MAIL, "587", setting="smtp_host", port_setting="smtp_port"),
    Flow("identity", _S, Party.IDENTITY, "443", setting="oidc_issuer"),
    Flow("outside", _S, Party.OUTSIDE, "443"),
    Flow("clocks", _S, Party.CLOCK, "123/udp"),
    Flow("updates", Party.DEVICE, Party.MIRROR, "80, 443"),
)
"""Every flow that leaves a machine."""


def flow_rows(flows: Sequence[Flow] = FLOWS) -> Iterator[tuple[str, str, str, str]]:
    """Of each flow its parties and what stops without it, as keys of sentences, and its usual port."""
    for flow in flows:
        parties = f"flows.party.{flow.opened_by}", f"flows.party.{flow.to}"
        yield (*parties, flow.port, f"flows.stops.{flow.name}")
