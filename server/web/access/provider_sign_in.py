"""Signing in by a provider of identities: `/connexion/fournisseur` and the way back."""

import hmac
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import structlog
from flask import Blueprint, Response, current_app, make_response, redirect, render_template, request, url_for
from itsdangerous import BadSignature, URLSafeSerializer

from server.domain.refusals import Refusal
from server.oidc import AuthorizationRequest
from server.oidc.provider import Provider
from server.usecases.people.sessions import SIGNED_IN_FOR, begin_session
from server.usecases.people.sign_in import prove_by_provider
from server.web.access.cookies import SESSION_COOKIE, delete_cookie, read_cookie, set_cookie
from server.web.access.requirements import Access, open_to
from server.web.access.sign_in import way_on
from server.web.access.site_context import SiteContext
from server.web.rendering.problems import status_of
from server.web.rendering.viewer import page_sentence

log = structlog.get_logger()

REQUEST_COOKIE = "parvis_provider"
REQUEST_S = 600
"""How long a person may take at the provider, in seconds."""
LONGEST_CODE = 4_000


@dataclass(frozen=True, slots=True)
class ProviderStatus:
    """What the sign-in page says of the provider. `trouble`: why it cannot be used now, as a sentence."""

    name: str
    trouble: str | None


def blueprint(site: SiteContext, provider: Provider, check: Callable[[], None]) -> Blueprint:
    """The routes. `check` checks the provider in the background: no page waits for it."""
    routes = Blueprint("provider_sign_in", __name__)

    @routes.app_context_processor
    def provider_of_page() -> dict[str, Any]:
        return {"sign_in_provider": describe_provider}

    def describe_provider() -> ProviderStatus:
        check()
        trouble = provider.trouble
        return ProviderStatus(provider.registration.name, trouble and sentence(trouble))

    def sentence(code: str) -> str:
        return page_sentence()(f"refusal.{code}")

    def refused(refusal: Refusal, next_path: str) -> Response:
        log.warning("oidc_refused", code=refusal.code, **refusal.details)
        # the button says what the provider cannot do now
        said = None if refusal.code == provider.trouble else sentence(refusal.code)
        page = render_template("sign_in.html", refusal=said, is_of_provider=True, login="", next=next_path)
        response = make_response(page, status_of(refusal))
        delete_cookie(response, REQUEST_COOKIE)
        return response

    @routes.get("/connexion/fournisseur")
    @site.limiter.limit("60 per minute")
    @open_to(Access.EVERYBODY)
    def leave_for_provider() -> Any:
        try:
            address, pending = provider.begin(_back(), next_path=way_on())
        except Refusal as refusal:
            return refused(refusal, way_on())
        response: Any = redirect(address, 303)
        sealed = _seal().dumps(asdict(pending))
        return set_cookie(response, REQUEST_COOKIE, str(sealed), seconds=REQUEST_S, is_lax=True)

    @routes.get("/connexion/fournisseur/retour")
    @site.limiter.limit("60 per minute")
    @open_to(Access.EVERYBODY)
    def come_back() -> Response:
        pending: AuthorizationRequest | None = None
        try:
            pending = _read_pending(int(site.database.clock.now().timestamp()))
            identity = provider.complete(_code(provider), pending, _back())
            account = prove_by_provider(site.database, identity)
            browser, id_token = request.user_agent.string, identity.id_token
            token = begin_session(site.database, account, browser, id_token=id_token)
        except Refusal as refusal:
            return refused(refusal, pending.next if pending is not None else "/")
        # a page of ours goes on: a redirection of the provider's would arrive without our cookie
        response = make_response(render_template("signed_in.html", next=pending.next))
        response.headers["Cache-Control"] = "no-store"
        delete_cookie(response, REQUEST_COOKIE)
        return set_cookie(response, SESSION_COOKIE, token, seconds=SIGNED_IN_FOR.total_seconds())

    return routes


def _back() -> str:
    return url_for("provider_sign_in.come_back", _external=True)


def _seal() -> URLSafeSerializer:
    """Signs the values that the browser keeps meanwhile, so that any worker can trust them."""
    return URLSafeSerializer(str(current_app.config["SECRET_KEY"]), salt=REQUEST_COOKIE)


def _read_pending(now_s: int) -> AuthorizationRequest:
    """Returns the sign-in that this browser began, from its cookie. Refusal: oidc_state."""
    try:
        pending = AuthorizationRequest(**_seal().loads(read_cookie(REQUEST_COOKIE) or ""))
    except (BadSignature, TypeError) as error:
        raise Refusal("oidc_state", why="nothing asked") from error
    if not hmac.compare_digest(pending.state.encode(), request.args.get("state", "").encode()):
        raise Refusal("oidc_state", why="state")
    if now_s - pending.started_at_s > REQUEST_S:
        raise Refusal("oidc_state", why="too late")
    return pending


def _code(provider: Provider) -> str:
    """The code the browser brings. Refusals: oidc_issuer, oidc_denied, oidc_rejected, oidc_code."""
    if request.args.get("iss", provider.registration.issuer) != provider.registration.issuer:
        raise Refusal("oidc_issuer", why="answer")
    error = request.args.get("error")
    if error is not None:
        raise Refusal("oidc_denied" if error in ("access_denied", "login_required") else "oidc_rejected")
    code = request.args.get("code", "")
    if not 0 < len(code) <= LONGEST_CODE:
        raise Refusal("oidc_code", why="no code")
    return code
