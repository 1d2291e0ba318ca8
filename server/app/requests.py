"""What every request passes: the CSRF guard before it, headers and problem documents after it."""

import errno
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlsplit

import structlog
from flask import Flask, Request, Response, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask_limiter import RateLimitExceeded
from flask_openapi3.openapi import OpenAPI
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.exceptions import HTTPException, TooManyRequests
from werkzeug.sansio.utils import host_is_trusted
from werkzeug.wrappers import Response as WsgiResponse

from server.domain.refusals import Refusal
from server.domain.texts import LOOPBACK
from server.settings import Settings
from server.web.access.callers import bearer_token
from server.web.access.guards import install_cross_site
from server.web.pages.home import problem_page
from server.web.rendering import page, problems
from server.web.rendering.answers import compress, is_file, kept_for_long, secure_headers

log = structlog.get_logger()

_OF_PROXIES = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_HOST", "HTTP_FORWARDED")
type App = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class FormSessions(SecureCookieSessionInterface):
    """Flask's session, which holds the CSRF token before sign-in; a bearer of the API has none."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        is_bearer = bearer_token(request) is not None and request.path.startswith("/api/")
        return None if is_bearer else super().open_session(app, request)


def install_guards(app: OpenAPI, csrf: CSRFProtect, *, is_https: bool, public_url: str) -> None:
    """The origin of a write is checked before it; security headers follow every request."""
    install_cross_site(app, csrf, public_url=public_url)

    @app.after_request
    def headers(response: Response) -> Response:
        answer = kept_for_long(request, compress(request, response))
        return secure_headers(answer, is_https=is_https, is_file=is_file(request, answer))


def install_refusals(app: OpenAPI) -> None:
    """Answers refusals: a problem document for the API, a page in words for people."""

    @app.errorhandler(Refusal)
    def refused(refusal: Refusal) -> Any:
        if problems.is_api():
            return problems.refusal_problem(refusal)
        return problem_page(problems.status_of(refusal), refusal.code)

    @app.errorhandler(CSRFError)
    def no_csrf(_: CSRFError) -> Any:
        return refused(Refusal("csrf"))

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> Any:
        if error.code is not None and error.code < 400:
            return error
        if problems.is_api():
            return _with_retry_after(error, problems.http_problem(error))
        return _with_retry_after(error, problem_page(error.code or 500))

    @app.errorhandler(Exception)
    def failed(error: Exception) -> Any:
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            return refused(Refusal("storage_full"))
        log.error("request_failed", path=request.path, exc_info=error)
        if problems.is_api():
            return problems.problem("internal", 500, page.sentence()("refusal.internal"))
        return problem_page(500)


def _with_retry_after(error: HTTPException, answer: WsgiResponse) -> WsgiResponse:
    """The answer; after too many requests with the seconds to wait."""
    if isinstance(error, TooManyRequests) and error.retry_after is not None:
        answer.headers["Retry-After"] = str(error.retry_after)
    if isinstance(error, RateLimitExceeded) and error.limit is not None:
        answer.headers["Retry-After"] = str(error.limit.limit.get_expiry())
    return answer


def invalid(error: Any) -> Response:
    """The problem document of a request whose shape is wrong: which fields, and why."""
    fields = [
        {"field": ".".join(str(part) for part in each["loc"]), "error": each["type"]}
        for each in error.errors()
    ]
    return problems.problem("bad_request", 400, page.sentence()("refusal.bad_request"), fields=fields)


def allowed_hosts(settings: Settings, *, is_demonstration: bool) -> frozenset[str] | None:
    """The names of a server, without port; a leading point means every name below. None: any.

    By https any name unless the settings name some: a certificate belongs to one server only.
    """
    if is_demonstration:
        return LOOPBACK
    public = urlsplit(settings.public_url).hostname if settings.public_url else None
    configured = {*settings.allowed_hosts.lower().split(), *([public] if public else [])}
    if settings.is_https and not settings.allowed_hosts:
        return None
    return LOOPBACK | configured | ({settings.host} if not settings.is_loopback else set())


class AllowedHosts:
    """Answers 421 to a request of another name, sockets included; a demonstration to one of a proxy too."""

    def __init__(self, app: App, hosts: frozenset[str], sentence: str, *, is_demonstration: bool) -> None:
        self._app, self._hosts, self._sentence = app, hosts, sentence
        self._is_demonstration = is_demonstration

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """The app's answer, or the refusal."""
        host = environ.get("HTTP_HOST")  # no browser leaves it out
        if (host is None or self._has(host)) and not (
            self._is_demonstration and any(name in environ for name in _OF_PROXIES)
        ):
            return self._app(environ, start_response)
        content = self._sentence.encode()
        head = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(content)))]
        start_response("421 Misdirected Request", head)
        return [content]

    def _has(self, host: str) -> bool:
        """Whether a `Host` field, with or without a port, is of an allowed name."""
        if not host_is_trusted(host):
            return False  # no host at all
        name = urlsplit(f"//{host}").hostname or ""
        return name in self._hosts or any(name.endswith(each) for each in self._hosts if each.startswith("."))
