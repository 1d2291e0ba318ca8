"""Everybody who may call, with what each may do at Laon: every role, device and key, there and at Vervins.

And roles that let somebody call in a part of Laon: with the counter of the requests, and without it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from server.domain.author import SYSTEM
from server.domain.hall.configuration import REACHING
from server.domain.people.roles import DEVICE_KINDS, ROLES, SCOPES, Permission
from server.store.people.accounts import Grant
from server.usecases.devices.devices import pair_device
from server.web.access.requirements import Access, Required
from tests.server.web.api_site import COUNTER, HALL, OTHER, ApiSite, csrf_of

NOTHING: frozenset[Permission] = frozenset()


@dataclass(frozen=True)
class Calling:
    """One caller. `here`: its permissions at Laon; `somewhere`: at the site it belongs to.

    `has_counter`: whether it may call at the counter of the requests, and for the visits that they name.
    """

    name: str
    kind: str
    browser: Any
    here: frozenset[Permission] = NOTHING
    somewhere: frozenset[Permission] = NOTHING
    headers: dict[str, str] = field(default_factory=dict)
    token: str | None = None
    has_counter: bool = True

    def may(self, required: Required, *, is_of_counter: bool = False) -> bool:
        """Whether the requirement of a route lets this caller in, about Laon or its counter."""
        if required.access in (Access.EVERYBODY, Access.TICKET):
            return True
        if self.kind not in required.kinds:
            return False
        if required.access is not None:
            return True
        held = self.somewhere if required.is_anywhere else self.here
        if is_of_counter and not self.has_counter:
            held -= REACHING
        return bool(required.permissions & held)

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
            yield Calling(
                f"{role} of {hall}",
                "person",
                browser,
                here,
                permissions,
                headers,
                has_counter=role != "digital_helper",
            )
    yield from _limited(site)
    browser = site.app.test_client()  # once an account exists: before, every page leads to the installation
    yield Calling("nobody", "nobody", browser, headers={"X-CSRFToken": csrf_of(browser)})


def _limited(site: ApiSite) -> Iterator[Calling]:
    """A volunteer who was given the counter of the requests, and an agent who was given another one."""
    for role, counter in (("digital_helper", COUNTER), ("agent", "laon-g2")):
        grant = Grant(role, HALL, (counter,))
        browser = site.person_of(grant)
        headers = {"X-CSRFToken": csrf_of(browser)}
        here = ROLES[role] - {Permission.RECEIVE}
        name, has_counter = f"{role} at {counter}", counter == COUNTER
        yield Calling(name, "person", browser, here, here, headers, has_counter=has_counter)


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
