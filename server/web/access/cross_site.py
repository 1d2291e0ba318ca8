"""Writes by a cookie: only from pages of this server, which carry the token of their session.

The token of a signed-in session is computed from that session, and no other is accepted; the form cookie
holds that of a browser where nobody has signed in. An accepted bearer needs none: no other site can send it.
"""

import hmac
from hashlib import sha256
from urllib.parse import urlsplit

from flask import Flask, current_app, request
from flask_wtf.csrf import CSRFProtect, generate_csrf

from server.domain.refusals import Refusal
from server.web.access.callers import Caller, bearer_token, identify

TOKEN_HEADER = "X-CSRFToken"
TOKEN_FIELD = "csrf_token"
UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})
OF_PRINTERS = "/impression/"
"""Addresses that know no cookie: only the secret that a printer sends opens them."""
_OF_SCRIPTS = frozenset({"image/webp", "image/jpeg"})
"""Bodies beside JSON that no form of another site can send: a screen's picture."""


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
