"""The permission that each route requires: declared with the route, checked before its view runs.

Where it depends on the hall or on the notice's sites, the view calls `require_caller`. A
test walks every route with every role, device and key; a route that says nothing fails it.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import StrEnum
from functools import partial, wraps
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Flask, redirect, request

from server.domain.people.roles import Permission
from server.domain.refusals import Refusal
from server.web.access.callers import identify, someone
from server.web.rendering.problems import answer_refusal, is_api

PEOPLE = frozenset({"person"})
PEOPLE_AND_KEYS = frozenset({"person", "key"})
DEVICES = frozenset({"device"})
ANY_KIND = PEOPLE_AND_KEYS | DEVICES


class Access(StrEnum):
    """Kinds of access without a permission."""

    EVERYBODY = "everybody"
    TICKET = "ticket"
    """Holders of the ticket whose token or short code is in the address."""
    KNOWN = "known"
    """Any signed-in person, paired device or API key."""


class Allowance(StrEnum):
    """What a stranger's requests are counted with: so many a minute from one address, for all its routes."""

    PAGES = "pages"
    """Every route that names no other one, and addresses that no route has."""
    TICKETS = "tickets"
    """What holders of a ticket read and do: the phones of a hall may share its Wi-Fi."""
    FILES = "files"
    """Files that pages are made of."""
    OWN = "own"
    """Not counted here: the route counts by itself, or must answer whatever happens."""


_OPEN = (Access.EVERYBODY, Access.TICKET)
_OF_CALLERS = ("of", "anywhere", "allowance")


@dataclass(frozen=True, slots=True)
class Required:
    """One of these permissions, held by a caller of one of these kinds; or an access without permission.

    `is_anywhere`: held at one site at least; else in the hall that the request is about. `allowance`: what a
    stranger's request is counted with (`server.web.access.guards`).
    """

    permissions: frozenset[Permission] = frozenset()
    kinds: frozenset[str] = ANY_KIND
    is_anywhere: bool = False
    access: Access | None = None
    allowance: Allowance = Allowance.PAGES


def requires[View: Callable[..., Any]](
    *who: Permission | Access,
    of: Collection[str] = ANY_KIND,
    anywhere: bool = False,
    allowance: Allowance | None = None,
) -> Callable[[View], View]:
    """Marks a view: it requires one of these permissions, in the hall of the request unless `anywhere`; or it
    is open to an access without any. `allowance`: that of the kind of access unless another is named.

    Raises ValueError for a view that says neither.
    """
    if not who:
        raise ValueError("a route says who may come")
    access = next((each for each in who if isinstance(each, Access)), None)
    usual = Allowance.TICKETS if access is Access.TICKET else Allowance.PAGES
    permissions = frozenset(each for each in who if isinstance(each, Permission))
    requirement = Required(permissions, frozenset(of), anywhere, access, allowance or usual)

    def mark(view: View) -> View:
        vars(view)["required"] = requirement
        return view

    return mark


def declare[View: Callable[..., Any]](
    add: Callable[..., Callable[[Any], Any]], rule: str, who: Collection[Permission | Access], options: Any
) -> Callable[[View], View]:
    """A route that says who may come. `options`: those of `requires`, and those of `add`, which adds it."""
    mark = requires(*who, **{name: options.pop(name) for name in _OF_CALLERS if name in options})
    register = add(rule, **options)
    return lambda view: register(mark(view))


class PageRoutes(Blueprint):
    """Routes of pages. Each says who may come: `routes.get("/journal", Permission.READ_JOURNAL)`.

    With a permission only people may, unless `of` says otherwise.
    """

    def get[View: Callable[..., Any]](
        self, rule: str, *who: Permission | Access, **options: Any
    ) -> Callable[[View], View]:
        """A page."""
        return declare(super().get, rule, who, self._of_people(who, options))

    def post[View: Callable[..., Any]](
        self, rule: str, *who: Permission | Access, **options: Any
    ) -> Callable[[View], View]:
        """What a form sends; a refusal is answered as the view says by `show_again`."""
        declared = declare(super().post, rule, who, self._of_people(who, options))

        def register(view: View) -> View:
            @wraps(view)
            def answer(**at: Any) -> Any:
                try:
                    return view(**at)
                except Refusal as refusal:
                    return answer_refusal(refusal)

            declared(answer)
            return view

        return register

    def _of_people(self, who: Collection[Permission | Access], options: dict[str, Any]) -> dict[str, Any]:
        return options if any(isinstance(each, Access) for each in who) else {"of": PEOPLE} | options


def required_of(app: Flask, endpoint: str) -> Required | None:
    """The declared requirement of an endpoint; None: not declared."""
    found: Required | None = getattr(app.view_functions.get(endpoint), "required", None)
    return found


def open_blueprints(app: Flask, names: Collection[str]) -> None:
    """Open to everybody: static files, and the pages of packages that know nothing of permissions.

    Those show nothing by themselves: they read everything with a device's token.
    """
    for endpoint, view in list(app.view_functions.items()):
        blueprint, _, name = endpoint.rpartition(".")
        if blueprint in names or name == "static":
            opened: Any = partial(view)
            allowance = Allowance.FILES if name == "static" else Allowance.PAGES
            app.view_functions[endpoint] = requires(Access.EVERYBODY, allowance=allowance)(opened)


def install_access(app: Flask) -> None:
    """Check before each view whether the caller may use it at all.

    Refusals: not_signed_in, forbidden; foreign_device where only the device itself may come.
    """

    @app.before_request
    def check_access() -> Any:
        requirement = required_of(app, request.endpoint or "")
        if requirement is None or requirement.access in _OPEN or request.method == "OPTIONS":
            return None
        if not is_api() and identify().kind not in requirement.kinds:
            return redirect("/connexion?" + urlencode({"next": request.full_path.rstrip("?")}))
        caller = someone()
        if caller.kind not in requirement.kinds:
            raise Refusal("foreign_device" if requirement.kinds == DEVICES else "forbidden")
        if requirement.permissions and not caller.may_somewhere(requirement.permissions):
            raise Refusal("forbidden")
        return None
