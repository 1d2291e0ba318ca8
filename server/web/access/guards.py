"""What every request passes before its route: how many a stranger sends, its origin, what it may hold."""

import hmac
import threading
import time
from collections.abc import Callable
from functools import cached_property
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit
from weakref import WeakValueDictionary

from flask import Flask, Request, current_app, g, request
from flask_limiter import Limiter
from flask_wtf.csrf import CSRFProtect, generate_csrf
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter, RateLimiter
from werkzeug.exceptions import BadRequest, TooManyRequests
from werkzeug.formparser import FormDataParser

from server.domain.refusals import Refusal
from server.domain.texts import entered_text, entered_values, has_control, network_of, wider_network_of
from server.web.access.callers import VOID, Caller, bearer_token, identify
from server.web.access.requirements import Allowance, required_of

ALONE_S = 5.0
"""How long a process counts for itself after Redis did not answer."""
TIMES = {Allowance.PAGES: 1, Allowance.TICKETS: 3, Allowance.FILES: 10}
"""How many requests of a kind one address may make for one of a page; kinds that are not here: any number."""
ADDRESSES_AROUND = 4
"""How many addresses' worth of requests the network around an address may make."""
MINUTE_S = 60
UNDER_WAY = 6
"""Strangers' requests that a process works on at once: PostgreSQL has sixteen connections that read."""
TOKEN_HEADER = "X-CSRFToken"
TOKEN_FIELD = "csrf_token"
UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})
OF_PRINTERS = "/impression/"
"""Addresses that know no cookie: only the secret that a printer sends opens them."""
_OF_SCRIPTS = frozenset({"image/webp", "image/jpeg"})
"""Bodies beside JSON that no form of another site can send: a screen's picture."""


def check_limits(code: str, *limits: Callable[[], None]) -> None:
    """Counts one more in each limit. Refusal: `code`, when one is exceeded."""
    try:
        for limit in limits:
            limit()
    except TooManyRequests as error:
        raise Refusal(code) from error


class SharedCounts:
    """The counts of one subject, where the limiter keeps its own."""

    def __init__(self, limiter: Limiter) -> None:
        self._limiter = limiter
        self._alone_until_s = 0.0

    @cached_property
    def _alone(self) -> RateLimiter:
        """Its own counts, which keep a thread, where the limiter does not answer."""
        return MovingWindowRateLimiter(MemoryStorage())

    def by(self, count: Callable[[RateLimiter], bool]) -> bool:
        """What `count` answers, given where it counts."""
        if time.monotonic() < self._alone_until_s:
            return count(self._alone)
        shared = self._limiter.limiter
        try:
            return count(shared)
        except shared.storage.base_exceptions:
            self._alone_until_s = time.monotonic() + ALONE_S
            return count(self._alone)


class StrangersQuota:
    """The requests of strangers in the last minute. `pages_a_minute`: of one address; 0: none is counted."""

    def __init__(self, limiter: Limiter, pages_a_minute: int) -> None:
        self._counts = SharedCounts(limiter)
        self._most = {
            kind: (
                RateLimitItemPerMinute(times * pages_a_minute),
                RateLimitItemPerMinute(ADDRESSES_AROUND * times * pages_a_minute),
            )
            for kind, times in TIMES.items()
            if pages_a_minute
        }

    def take(self, kind: Allowance, address: str) -> bool:
        """Counts one request of an address; whether it and the network around it have not had too many."""
        if kind not in self._most:
            return True
        of_address, around = self._most[kind]
        return self._counts.by(
            lambda by: (
                by.hit(of_address, "strangers", kind, network_of(address))
                and by.hit(around, "strangers_around", kind, wider_network_of(address))
            )
        )


class _Place:
    """The place of one network in the line: one request of it stands there at a time."""

    def __init__(self) -> None:
        self.lock = threading.Lock()


class StrangersLine:
    """Lets strangers' requests begin one after the other, each network in its turn, and a few be under way.

    `breathe` lets the event loop look at every connection once.
    """

    def __init__(self, breathe: Callable[[], None]) -> None:
        self._breathe, self._head = breathe, threading.Lock()
        self._under_way = threading.BoundedSemaphore(UNDER_WAY)
        self._places: WeakValueDictionary[str, _Place] = WeakValueDictionary()

    def wait(self, address: str) -> None:
        """Returns when it is the turn of a request from this address; `leave` ends it."""
        network = network_of(address)
        place = self._places.get(network)
        if place is None:
            place = self._places[network] = _Place()
        with place.lock, self._head:
            self._under_way.acquire()
            self._breathe()

    def leave(self) -> None:
        """A request that had its turn is answered."""
        self._under_way.release()


def install_strangers(app: Flask, line: StrangersLine, quota: StrangersQuota) -> None:
    """Has strangers wait and be counted before anything else is done for them; too many are answered 429."""

    @app.before_request
    def admit_stranger() -> None:
        requirement = required_of(app, request.endpoint or "")
        kind = Allowance.PAGES if requirement is None else requirement.allowance
        address = request.remote_addr or ""

        def wait() -> None:
            if kind is not Allowance.OWN and requirement is not None and requirement.access is not None:
                request.get_data()  # whoever sends it slowly keeps nobody else waiting
            line.wait(address)
            g.is_stranger_under_way = True

        # the fifty files of a page need no caller: one is looked for when there are too many
        if kind in (Allowance.PAGES, Allowance.TICKETS):
            try:
                if _is_known():
                    return
            except TooManyRequests:  # too many wrong tokens: refused in turn, like any other stranger
                wait()
                raise
        wait()
        if not quota.take(kind, address) and not (kind is Allowance.FILES and _is_known()):
            raise TooManyRequests(retry_after=MINUTE_S)

    @app.teardown_request
    def leave(_: BaseException | None) -> None:
        if g.pop("is_stranger_under_way", False):
            line.leave()


def _is_known() -> bool:
    """Whether somebody is identified, or nobody can be while the database is away."""
    try:
        return identify().kind != "nobody"
    except Refusal as refusal:
        return refusal.code not in VOID


def install_cross_site(app: Flask, csrf: CSRFProtect, *, public_url: str) -> None:
    """Check each request that writes; give templates `csrf_token()`."""
    app.jinja_env.globals["csrf_token"] = csrf_token
    app.context_processor(lambda: {"csrf_token": csrf_token})
    own_hosts = frozenset({_host(public_url)} - {""})

    @app.before_request
    def check_cross_site() -> None:
        """A person carries the token of the session; a device sends only what no form can send."""
        if request.method not in UNSAFE:
            return
        if request.path.startswith(OF_PRINTERS):
            if _is_from_elsewhere(own_hosts, is_scripted=True):
                raise Refusal("csrf")
            return
        is_scripted = request.path.startswith(("/api/", "/device/"))
        caller = _caller()
        if caller is not None and is_accepted_bearer(caller):
            return
        if _is_from_elsewhere(own_hosts, is_scripted=is_scripted):
            raise Refusal("csrf")
        is_person = caller is not None and caller.kind == "person"
        if request.path.startswith("/device/") or (is_scripted and not is_person):
            is_of_script = request.is_json or request.mimetype in _OF_SCRIPTS
            if request.content_length and not is_of_script:
                raise Refusal("bad_request", content_type=request.content_type)
        elif is_person and caller is not None:
            _check_token_of(caller)
        else:
            csrf.protect()


def csrf_token() -> str:
    """The token that the forms and scripts of the page being answered send back."""
    caller = _known_person()
    return generate_csrf() if caller is None else _token_of(caller)


def is_accepted_bearer(caller: Caller) -> bool:
    """Whether the caller is known by the bearer token of the request, and by nothing a browser adds."""
    return caller.kind in ("device", "key") and bearer_token(request) is not None


def _caller() -> Caller | None:
    """The caller; None where pages and devices' own routes are asked with a void token.

    Refusals of the API: unknown_device, device_revoked, unknown_key.
    """
    try:
        return identify()
    except Refusal:
        if request.path.startswith("/api/"):
            raise
        return None


def _known_person() -> Caller | None:
    try:
        caller = identify()
    except Refusal:
        return None
    return caller if caller.kind == "person" else None


def _check_token_of(caller: Caller) -> None:
    sent = request.headers.get(TOKEN_HEADER) or request.form.get(TOKEN_FIELD) or ""
    if not hmac.compare_digest(sent.encode(), _token_of(caller).encode()):
        raise Refusal("csrf")


def _token_of(caller: Caller) -> str:
    secret = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.new(secret, f"parvis csrf {caller.digest}".encode(), sha256).hexdigest()


def _is_from_elsewhere(own_hosts: frozenset[str], *, is_scripted: bool) -> bool:
    """Whether a browser says that another site, or another host of the same domain, sends this.

    Browsers say it by https and on loopback (`Sec-Fetch-Site`); elsewhere, and before 2023, `Origin` does.
    Forms have the origin "null" here, because of our referrer policy; scripts never.
    """
    fetch_site = request.headers.get("Sec-Fetch-Site")
    if fetch_site is not None:
        return fetch_site not in ("same-origin", "none")
    origin = request.headers.get("Origin")
    if origin is None:
        return False
    if origin == "null":
        return is_scripted
    return _host(origin) not in own_hosts | {request.host.lower()}


def _host(address: str) -> str:
    try:
        return urlsplit(address).netloc.lower()
    except ValueError:
        return ""


class _EnteredForm(FormDataParser):
    """Reads a form. Refusal: control_characters, of a field; names of files are cleaned by who keeps them."""

    def parse(self, *args: Any, **more: Any) -> Any:
        stream, fields, files = super().parse(*args, **more)
        entered = [
            (entered_text(name, ""), entered_text(text, name)) for name, text in fields.items(multi=True)
        ]
        return stream, self.cls(entered), files


class EnteredRequest(Request):
    """A request whose form and JSON are read as `entered_texts` leaves them."""

    form_data_parser_class = _EnteredForm

    def get_json(self, *args: Any, **more: Any) -> Any:
        """The JSON body. Refusal: control_characters, of a field. Raises BadRequest for a mere text, which
        may be JSON once more.
        """
        try:
            content = entered_values(super().get_json(*args, **more))
        except RecursionError as error:
            raise BadRequest from error
        if isinstance(content, str):
            raise BadRequest
        return content


def install_entrance(app: Flask) -> None:
    """Each request is an `EnteredRequest`, whose address is looked at before anything else."""
    app.request_class = EnteredRequest

    @app.before_request
    def check_address() -> None:
        parts = (part for item in request.args.items(multi=True) for part in item)
        if has_control(request.path, has_lines=False) or any(
            has_control(each, has_lines=True) for each in parts
        ):
            raise Refusal("control_characters", field="address")
