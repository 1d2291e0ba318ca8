"""Everybody who may call, with what each may do at Laon: every role, device and key, there and at Vervins."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from server.domain.author import SYSTEM
from server.domain.people.roles import DEVICE_KINDS, ROLES, SCOPES, Permission
from server.usecases.devices.devices import pair_device
from server.web.access.requirements import Access, Required
from tests.server.web.api_site import HALL, OTHER, ApiSite, csrf_of

NOTHING: frozenset[Permission] = frozenset()


@dataclass(frozen=True)
class Calling:
    """One caller. `here`: its permissions at Laon; `somewhere`: at the site it belongs to."""

    name: str
    kind: str
    browser: Any
    here: frozenset[Permission] = NOTHING
    somewhere: frozenset[Permission] = NOTHING
    headers: dict[str, str] = field(default_factory=dict)
    token: str | None = None

    def may(self, required: Required) -> bool:
        """Whether the requirement of a route lets this caller in, for a request about Laon."""
        if required.access in (Access.EVERYBODY, Access.TICKET):
            return True
        if self.kind not in required.kinds:
            return False
        if required.access is not None:
            return True
        return bool(required.permissions & (self.somewhere if required.is_anywhere else self.here))

    def open(self, method: str, path: str, **request: Any) -> Any:
        return self.browser.open(path, method=method, headers=self.headers, buffered=True, **request)


def everybody(site: ApiSite) -> Iterator[Calling]:
    """Each kind of device, each scope and each role, of Laon and of Vervins; and nobody."""
    for hall in (HALL, OTHER):
        yield from _devices(site, hall)
        for scope, permissions in SCOPES.items():
            token = site.new_key(scope, halls=(hall,))
            here = permissions if hall == HALL else NOTHING
            yield _bearer(site, f"key {scope} of {hall}", "key", token, here, permissions)
        for role, permissions in ROLES.items():
            browser, headers = site.writer(role, hall)
            here = permissions if hall == HALL else NOTHING
            yield Calling(f"{role} of {hall}", "person", browser, here, permissions, headers)
    browser = site.app.test_client()  # once an account exists: before, every page leads to the installation
    yield Calling("nobody", "nobody", browser, headers={"X-CSRFToken": csrf_of(browser)})


def _devices(site: ApiSite, hall: str) -> Iterator[Calling]:
    for kind, configured in (("kiosk", f"{hall}-borne-1"), ("screen", f"{hall}-ecran-1")):
        known = getattr(site, kind) if hall == HALL else None
        token = known or pair_device(site.database, SYSTEM, hall, kind=kind, configured=configured).token
        permissions = DEVICE_KINDS[kind]
        here = permissions if hall == HALL else NOTHING
        yield _bearer(site, f"{kind} of {hall}", "device", token, here, permissions)


def _bearer(
    site: ApiSite,
    name: str,
    kind: str,
    token: str,
    here: frozenset[Permission],
    somewhere: frozenset[Permission],
) -> Calling:
    headers = {"Authorization": f"Bearer {token}"}
    return Calling(name, kind, site.app.test_client(), here, somewhere, headers, token)
