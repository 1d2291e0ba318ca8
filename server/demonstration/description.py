"""What `var/demo.json` holds: the addresses, secrets and accounts of the demonstration."""

from typing import TypedDict


class DemonstrationDevice(TypedDict):
    """A kiosk or screen: its id in the hall's document, its token, and the address that holds the token."""

    id: str
    token: str
    url: str


class DemonstrationSite(TypedDict):
    """A site and its hall: `slug` and `name`, the hall's id, and the ids of its counters and services."""

    slug: str
    name: str
    hall: str
    kiosk: DemonstrationDevice
    screens: list[DemonstrationDevice]
    counters: list[str]
    services: list[str]


class DemonstrationUser(TypedDict):
    """An account with its password; `site` is a slug, or "*" for every site."""

    login: str
    password: str
    role: str
    site: str


class DemonstrationPrinter(TypedDict):
    """Where the printer of a kiosk (id) is simulated; port 0 for a kiosk without a printer."""

    kiosk: str
    host: str
    port: int


class Description(TypedDict):
    """The whole file; `api_key` is a token for programs of this machine."""

    base_url: str
    sites: list[DemonstrationSite]
    users: list[DemonstrationUser]
    api_key: str
    printers: list[DemonstrationPrinter]
