"""Who calls: a signed-in person, a paired device, an API key, or nobody; and what each may do where."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import cast

from flask import Request, current_app, g, request

from server.connections import identify_caller
from server.domain.author import Author
from server.domain.hall.configuration import REACHING, HallConfiguration
from server.domain.people.roles import DEVICE_KINDS, ROLES, SCOPES, Permission
from server.domain.refusals import Refusal
from server.ids import API_KEY_PREFIX, token_digest
from server.store.devices import paired_devices
from server.store.people.accounts import EVERY_SITE, Grant, allowed_by, reach_of
from server.store.people.sign_ins import EVERY_HALL, account_of_sign_in
from server.store.transactions.database import Database
from server.usecases.alerts.read_alerts import Activity
from server.usecases.people.directory import refuse_void_key
from server.usecases.people.sessions import SeenSessions
from server.web.access.cookies import DEVICE_COOKIE, SESSION_COOKIE, read_cookie

CALLER_HEADER = "X-Caller"
"""`device`: the page of a kiosk or screen calls, though a person has signed in with the same browser."""
_WHO_ANSWERS = frozenset({Permission.END_ALERT})
LOOPBACK = frozenset({"127.0.0.1", "::1", None})
DEVICE_FOR_S = 400 * 86400
"""How long browsers keep the cookie of a device."""

KNOWN_FOR_S = 2.0
MOST_KNOWN = 10_000
MANY_DEVICES = 10
"""So many that ask within KNOWN_FOR_S after a silence come back together: then all are read at once."""
VOID = frozenset({"unknown_device", "device_revoked", "unknown_key"})
"""Refusals of a token that identifies nobody."""


@dataclass(frozen=True, slots=True)
class Caller:
    """The author of a request and its permissions. `halls` are ids; None means every hall.

    `grants` are a person's roles by site, `session` the id of the signed-in one, `language` of its pages;
    `configured` is a device's
    id in the hall document; `digest` is of the token that was shown.
    """

    author: Author
    kind: str
    permissions: frozenset[Permission] = frozenset()
    hall: str | None = None
    halls: tuple[str, ...] | None = None
    grants: tuple[Grant, ...] = ()
    configured: str | None = None
    login: str | None = None
    name: str | None = None
    digest: str | None = None
    session: str | None = None
    language: str | None = None
    theme: str = "light"
    density: str = "comfortable"

    def may(self, permission: Permission, *, hall: str, site: str) -> bool:
        """Whether the caller has a permission in a hall (id) of a site (slug)."""
        if self.kind == "person":
            return allowed_by(self.grants, permission, site)
        if permission not in self.permissions:
            return False
        return hall == self.hall if self.kind == "device" else self.halls is None or hall in self.halls

    def may_somewhere(self, permissions: frozenset[Permission]) -> bool:
        """Whether the caller has one of the permissions in some hall."""
        if self.kind == "person":
            return any(permissions & grant.permissions for grant in self.grants)
        return bool(permissions & self.permissions)

    def reaching(self, permission: Permission, configuration: HallConfiguration) -> "Caller":
        """The caller with the reach of a permission in a hall as its author’s."""
        if self.kind != "person" or permission not in REACHING:
            return self
        reach = reach_of(self.grants, permission, configuration)
        return self if reach.is_whole else replace(self, author=replace(self.author, reach=reach))

    def sites_of(self, permission: Permission) -> frozenset[str] | None:
        """The sites (slugs) at which a person has a permission; None: at every site."""
        sites = frozenset(grant.site for grant in self.grants if permission in grant.permissions)
        return None if EVERY_SITE in sites else sites


NOBODY = Caller(Author("nobody"), "nobody")


def database() -> Database:
    """The database of the running app."""
    return cast(Database, current_app.extensions["parvis_database"])


def known_callers() -> "CallerCache":
    """The devices and keys that the running app knows."""
    return cast(CallerCache, current_app.extensions["parvis_callers"])


def identify() -> Caller:
    """The caller of the current request, read once.

    Refusals: unknown_device, device_revoked, unknown_key; 429 after too many wrong tokens.
    """
    caller: Caller | Refusal | None = g.get("caller")
    if isinstance(caller, Refusal):
        raise caller
    if caller is None:
        caller = g.caller = _identify()
        if caller.kind != "nobody":
            identify_caller()
    return caller


def forget_caller() -> None:
    """The session of the request has just ended: the page being answered has no signed-in person."""
    g.caller = NOBODY


def _identify() -> Caller:
    bearer = bearer_token(request)
    if bearer is not None:
        return _owner_of(bearer, is_loopback=request.remote_addr in LOOPBACK)
    device_token = read_cookie(DEVICE_COOKIE)
    signed_in = read_cookie(SESSION_COOKIE)
    if signed_in and not (device_token and request.headers.get(CALLER_HEADER) == "device"):
        person = of_sign_in(database(), signed_in)
        if person is not None and person.digest is not None:
            sessions: SeenSessions = current_app.extensions["parvis_seen"]
            sessions.saw(person.digest)
            if _is_gesture() and person.may_somewhere(_WHO_ANSWERS):
                activity: Activity = current_app.extensions["parvis_activity"]
                activity.acted(person.digest)
            return person
    if device_token:
        found = _owner_of(device_token, is_loopback=False)
        if found.kind != "device":
            raise Refusal("unknown_device")
        return found
    return NOBODY


def bearer_token(received: Request) -> str | None:
    """The bearer token of a request; the scheme is written in any letters (RFC 9110, 11.1)."""
    scheme, _, token = received.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def _owner_of(token: str, *, is_loopback: bool) -> Caller:
    """The device or API key of a token. A void token counts in a brake, a database that is away does not.

    Refusals: unknown_device, device_revoked, unknown_key; 429 by the brake.
    """
    try:
        return known_callers().of_token(token, is_loopback=is_loopback)
    except Refusal as refusal:
        g.caller = refusal  # counted once a request, however often the caller is asked for
        if refusal.code in VOID:
            slow_wrong_tokens: Callable[[], None] = current_app.extensions["parvis_slow_wrong_tokens"]
            slow_wrong_tokens()
        raise


def _is_gesture() -> bool:
    """Whether a person acted: wrote, or opened a page. What a page reads by itself does not count.

    Browsers mark requests of scripts by `Sec-Fetch-Mode`; a client without the header counts.
    """
    if request.path.startswith("/socket.io"):
        return False
    mode = request.headers.get("Sec-Fetch-Mode", "navigate")
    return request.method not in ("GET", "HEAD", "OPTIONS") or mode == "navigate"


@dataclass(frozen=True, slots=True)
class _Known:
    """The owner of a token as read at `at_s`; `is_loopback_only`: a key that only this machine may use."""

    caller: Caller
    is_loopback_only: bool
    at_s: float


@dataclass
class CallerCache:
    """A cache of devices and API keys that called in the last two seconds, by the digest of their token.

    A change made through this process takes effect at once; through another, after two seconds at most. When
    many devices come back together, all are read by one statement.
    """

    database: Database
    _known: dict[str, _Known] = field(default_factory=dict)
    _seen_changes: int = 0
    _devices_read: int = 0
    _counted_from_s: float = 0.0

    def of_token(self, token: str, *, is_loopback: bool) -> Caller:
        """The device or API key of a bearer token. Refusals: unknown_device, device_revoked, unknown_key."""
        now_s = self.database.clock.elapsed_s()
        if self._seen_changes != self.database.installation_changes or len(self._known) > MOST_KNOWN:
            self._known.clear()
            self._seen_changes = self.database.installation_changes
        digest = token_digest(token)
        known = self._known.get(digest)
        if known is None or now_s - known.at_s > KNOWN_FOR_S:
            known = self._known[digest] = _Known(*_read_bearer(self.database, token, digest), now_s)
            if known.caller.kind == "device":
                self._count_device(now_s)
        if known.is_loopback_only and not is_loopback:
            raise Refusal("unknown_key")
        return known.caller

    def _count_device(self, now_s: float) -> None:
        if now_s - self._counted_from_s > KNOWN_FOR_S:
            self._counted_from_s, self._devices_read = now_s, 0
        self._devices_read += 1
        if self._devices_read == MANY_DEVICES:
            with self.database.read() as rows:
                devices = paired_devices.devices_of_tokens(rows)
            self._known |= {each.token_digest: _Known(_device(each), False, now_s) for each in devices}


def _read_bearer(database: Database, token: str, digest: str) -> tuple[Caller, bool]:
    """The owner of a token, and whether only this machine may use it."""
    with database.read() as rows:
        found = paired_devices.bearer_of_token(rows, token, database.clock.now())
    if found.void is not None:
        refuse_void_key(database, found.void)
    if found.key is None and token.startswith(API_KEY_PREFIX):
        raise Refusal("unknown_key")
    if found.key is None:
        return _device(found.device), False
    key = found.key
    permissions = frozenset(permission for scope in key.scopes.split() for permission in SCOPES[scope])
    halls = None if EVERY_HALL in key.halls else tuple(database.hall_id(name) for name in key.halls)
    caller = Caller(Author(key.id), "key", permissions, halls=halls, digest=digest)
    return caller, key.is_loopback_only


def of_device(database: Database, token: str) -> Caller:
    """The device of a token. Refusals: unknown_device, device_revoked."""
    with database.read() as rows:
        return _device(paired_devices.device_of_token(rows, token))


def _device(row: paired_devices.DeviceOfToken | None) -> Caller:
    if row is None:
        raise Refusal("unknown_device")
    if row.revoked_at is not None:
        raise Refusal("device_revoked")
    return Caller(
        Author(row.id, row.id),
        "device",
        DEVICE_KINDS[row.kind],
        hall=row.hall,
        configured=row.configured,
        name=row.kind,
        digest=row.token_digest,
    )


def may_in_hall(caller: Caller, database: Database, permission: Permission, hall: str) -> bool:
    """Whether a caller has a permission in a hall (id). The hall's site is read for a person only."""
    site = database.configuration(hall).site.slug if caller.kind == "person" else ""
    return caller.may(permission, hall=hall, site=site)


def of_sign_in(database: Database, token: str) -> Caller | None:
    """The person of a signed-in session; None when it has ended."""
    with database.read() as rows:
        found = account_of_sign_in(rows, token, database.clock.now())
    if found is None:
        return None
    row, grants = found
    return Caller(
        database.pseudonyms.author_of(row.id),
        "person",
        grants=grants,
        login=row.login,
        name=row.display_name,
        digest=token_digest(token),
        session=row.session,
        language=row.language,
        theme=row.theme,
        density=row.density,
    )


def someone() -> Caller:
    """The identified caller; checked before an answer says anything about an id. Refusal: not_signed_in."""
    caller = identify()
    if caller.kind == "nobody":
        raise Refusal("not_signed_in")
    return caller


def sites_where(permission: Permission) -> tuple[Caller, frozenset[str] | None]:
    """The caller, who has the permission at some site, and at which ones; None: at every site.

    Refusals: not_signed_in, forbidden.
    """
    caller = someone()
    sites = sites_of_caller(caller, permission)
    if sites is not None and not sites:
        raise Refusal("forbidden")
    return caller, sites


def sites_of_caller(caller: Caller, permission: Permission) -> frozenset[str] | None:
    """The sites (slugs) at which a caller has a permission; None: at every site.

    A key has it at a site where it may act in every hall.
    """
    if caller.kind != "key":
        return caller.sites_of(permission)
    if permission not in caller.permissions:
        return frozenset()
    if caller.halls is None:
        return None
    sites = {hall: each.site.slug for hall, each in database().every_configuration().items()}
    foreign = {site for hall, site in sites.items() if hall not in caller.halls}
    return frozenset(sites.values()) - foreign


def role_of(caller: Caller, database: Database, hall: str) -> str:
    """The role a person has in a hall (id), the one that may do most; else the kind of caller."""
    if caller.kind != "person":
        return caller.kind
    site = database.configuration(hall).site.slug
    roles = [grant.role for grant in caller.grants if grant.site in (site, EVERY_SITE)]
    return max(roles, key=lambda role: len(ROLES[role]))


def allowed_either(first: Permission, second: Permission, hall: str) -> tuple[Caller, bool]:
    """The caller, and whether they have the first permission in this hall (else they have the second).

    Refusals: as `allowed`.
    """
    try:
        return require_caller(first, hall)[0], True
    except Refusal as refusal:
        if refusal.code != "forbidden":
            raise
    return require_caller(second, hall)[0], False


def require_at(permission: Permission, counter: str) -> Caller:
    """The caller, who may call or read the queue at this counter (id).

    Refusals: those of `require_caller`, unknown_counter, counter_not_allowed.
    """
    caller, _ = require_caller(permission, database().hall_of_counter(counter))
    caller.author.reach.check_counter(counter)
    return caller


def require_caller(permission: Permission, hall: str) -> tuple[Caller, str]:
    """The caller, who has the permission in this hall (id or slug), with its reach there, and the hall's id.

    Refusals: not_signed_in, forbidden, unknown_hall.
    """
    caller = someone()
    hall_id = database().hall_id(hall)
    if not may_in_hall(caller, database(), permission, hall_id):
        raise Refusal(
            "foreign_device" if caller.kind == "device" and caller.hall != hall_id else "forbidden", hall=hall
        )
    return caller.reaching(permission, database().configuration(hall_id)), hall_id
