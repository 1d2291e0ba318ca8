"""Signing in by password or by a provider of identities, and signing out."""

import hmac
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import structlog
from flask import Response, current_app, make_response, redirect, render_template, request, url_for
from itsdangerous import BadSignature, URLSafeSerializer

from server.domain.refusals import Refusal
from server.domain.texts import network_of
from server.oidc import AuthorizationRequest
from server.oidc.provider import Provider
from server.store.people.accounts import grants_of
from server.usecases.people.invitations import awaits_first_person
from server.usecases.people.sessions import SIGNED_IN_FOR, begin_session, sign_out
from server.usecases.people.sign_in import Attempt, prove, prove_by_provider
from server.web.access.callers import forget_caller
from server.web.access.cookies import (
    SESSION_COOKIE,
    delete_cookie,
    known_browsers,
    read_cookie,
    remember_browser,
    set_cookie,
)
from server.web.access.requirements import Access, PageRoutes
from server.web.access.site_context import SiteContext, current_viewer
from server.web.rendering import page
from server.web.rendering.problems import refusal_sentence, status_of

LONGEST_TYPED = 1000

log = structlog.get_logger()
REQUEST_COOKIE = "parvis_provider"
REQUEST_S = 600
"""How long a person may take at the provider, in seconds."""
LONGEST_CODE = 4_000


def sign_in_pages(site: SiteContext) -> PageRoutes:
    """The routes. Failures slow down (`server.usecases.people.sign_in`); the limit bounds what hashing costs.

    A whole office may have one address: all its people sign in at the same minute.
    """
    routes = PageRoutes("sign_in", __name__)

    @routes.get("/connexion", Access.EVERYBODY)
    def sign_in_page() -> Any:
        if current_viewer() is not None:
            return redirect(way_on(), 303)
        if awaits_first_person(site.database):
            return redirect("/installation", 303)
        return render_template("sign_in.html", refusal=None, login="", next=way_on())

    @routes.post("/connexion", Access.EVERYBODY)
    @site.limiter.limit("60 per minute")
    def sign_in_form() -> Any:
        attempt = attempt_of(request.form.get("login", ""), request.form.get("password", ""))
        try:
            account = prove(site.database, attempt)
            return signed_in(site, account.id, way_on(), password_hash=account.password_hash)
        except Refusal as refusal:
            sentence = refusal_sentence(refusal)
            html = render_template("sign_in.html", refusal=sentence, login=attempt.login, next=way_on())
            return html, status_of(refusal)

    return routes


def attempt_of(login: str, password: str) -> Attempt:
    """One sign-in attempt: the typed values, the address, the browser."""
    return Attempt(
        login[:80],
        password[:LONGEST_TYPED],
        address=network_of(request.remote_addr or ""),
        user_agent=request.user_agent.string,
        browsers=known_browsers(),
    )


def signed_in(site: SiteContext, account: str, way: str, *, password_hash: str | None = None) -> Response:
    """The answer for a person whose account (id) is proved, with a new session. Refusal: wrong_password.

    `password_hash`: of the password that proved it.
    """
    browser = request.user_agent.string
    token = begin_session(site.database, account, browser, password_hash=password_hash)
    response: Any = redirect(way if way != "/" else landing(site, account), 303)
    set_cookie(response, SESSION_COOKIE, token, seconds=SIGNED_IN_FOR.total_seconds())
    return remember_browser(response, account)


def landing(site: SiteContext, account: str) -> str:
    """The first page of a person: the counter for people who are only agents, else the home page."""
    with site.database.read() as rows:
        roles = {grant.role for grant in grants_of(rows, account)}
    return "/console" if roles == {"agent"} else "/"


def way_on() -> str:
    """Where to go after signing in: `next` when it is a path of this server, else the home page.

    Browsers read a backslash as a slash, and leave out tabs and ends of lines before they look for a server.
    """
    path = request.values.get("next", "/")
    is_path = path.startswith("/") and not path.startswith("//")
    return path if is_path and "\\" not in path and path.isprintable() else "/"


@dataclass(frozen=True, slots=True)
class ProviderStatus:
    """What the sign-in page says of the provider. `trouble`: why it cannot be used now, as a sentence."""

    name: str
    trouble: str | None


def provider_pages(site: SiteContext, provider: Provider, check: Callable[[], None]) -> PageRoutes:
    """The routes. `check` checks the provider in the background: no page waits for it."""
    routes = PageRoutes("provider_sign_in", __name__)

    @routes.app_context_processor
    def provider_of_page() -> dict[str, Any]:
        return {"sign_in_provider": describe_provider}

    def describe_provider() -> ProviderStatus:
        check()
        trouble = provider.trouble
        return ProviderStatus(provider.registration.name, trouble and sentence(trouble))

    def sentence(code: str) -> str:
        return page.sentence()(f"refusal.{code}")

    def refused(refusal: Refusal, next_path: str) -> Response:
        log.warning("oidc_refused", code=refusal.code, **refusal.details)
        # the button says what the provider cannot do now
        said = None if refusal.code == provider.trouble else sentence(refusal.code)
        html = render_template("sign_in.html", refusal=said, is_of_provider=True, login="", next=next_path)
        response = make_response(html, status_of(refusal))
        delete_cookie(response, REQUEST_COOKIE)
        return response

    @routes.get("/connexion/fournisseur", Access.EVERYBODY)
    @site.limiter.limit("60 per minute")
    def leave_for_provider() -> Any:
        try:
            address, pending = provider.begin(_back(), next_path=way_on())
        except Refusal as refusal:
            return refused(refusal, way_on())
        response: Any = redirect(address, 303)
        sealed = _seal().dumps(asdict(pending))
        return set_cookie(response, REQUEST_COOKIE, str(sealed), seconds=REQUEST_S, is_lax=True)

    @routes.get("/connexion/fournisseur/retour", Access.EVERYBODY)
    @site.limiter.limit("60 per minute")
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


def sign_out_pages(site: SiteContext) -> PageRoutes:
    """The route. A session of a provider's is ended there by a page that goes on to it."""
    routes = PageRoutes("sign_out", __name__)

    @routes.post("/deconnexion", Access.EVERYBODY)
    def sign_out_form() -> Response:
        token = read_cookie(SESSION_COOKIE)
        id_token = sign_out(site.database, token) if token else None
        forget_caller()
        response: Any = redirect("/connexion", 303)
        if id_token is not None and site.provider is not None:
            response = _farewell(site, id_token)
        delete_cookie(response, SESSION_COOKIE)
        signed_out: Response = response
        return signed_out

    return routes


def _farewell(site: SiteContext, id_token: str) -> Any:
    """The page that ends the session at the provider, or says that it could not."""
    assert site.provider is not None
    address, is_answering = None, True
    try:
        address = site.provider.leave(id_token, url_for("sign_in.sign_in_page", _external=True))
    except Refusal as refusal:
        log.warning("oidc_refused", code=refusal.code, **refusal.details)
        is_answering = False
    if address is None and is_answering:
        return redirect("/connexion", 303)
    # the answer to a form may not redirect to another site: a page does it
    html = render_template("signed_out.html", address=address, name=site.provider.registration.name)
    response = make_response(html)
    response.headers["Cache-Control"] = "no-store"
    return response
