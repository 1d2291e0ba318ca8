"""The composition root: one Flask app with its database, pages, API, sockets and services."""

import atexit
from collections.abc import Callable
from pathlib import Path

from flask_openapi3.models.info import Info
from flask_openapi3.openapi import OpenAPI
from werkzeug.middleware.proxy_fix import ProxyFix

import hardware
import kiosk
import server
import signage
from server.app.install import install_web
from server.app.requests import AllowedHosts, FormSessions, allowed_hosts, invalid
from server.app.services import compose
from server.clock import Clock
from server.domain.refusals import Refusal
from server.jobs import allow_open_files, hold
from server.language import LANGUAGES, Catalogues, catalogues_of
from server.live.sockets import make_socketio
from server.settings import Settings
from server.store.installation import InstallationRow
from server.store.operation.migrating import installation_of, may_exist
from server.store.operation.private_files import database_of, keep_to_owner, tighten
from server.store.transactions.database import Database, once_it_answers
from server.usecases.alerts.read_alerts import Activity
from server.usecases.people.sessions import SeenSessions
from server.web.access.callers import CallerCache
from server.web.access.cookies import FORM_COOKIE, cookie_name
from server.web.rendering.answers import name_releases

SERVER = Path(__file__).parents[1]
CATALOGUES = catalogues_of(kiosk, signage, hardware, server)
LARGEST_BODY = 2_000_000


class PlainApp(OpenAPI):
    """An app whose views and hooks are plain functions, so Flask need not check each call for coroutines."""

    def ensure_sync[**Given, Answer](self, func: Callable[Given, Answer]) -> Callable[Given, Answer]:
        return func


def create_app(settings: Settings, *, clock: Clock | None = None, async_mode: str = "gevent") -> OpenAPI:
    """The app of one process.

    `app.extensions["parvis"]` is its Parvis; nothing runs in the background yet. Waits for a database that
    is away. Refusals: not_installed, http_on_loopback_only, demonstration_on_loopback_only.
    """
    app = PlainApp(
        "server",
        info=Info(title="Parvis", version="1"),
        doc_ui=False,
        static_folder=str(SERVER / "web" / "static"),
        static_url_path="/static/server",
        template_folder=str(SERVER / "web" / "templates"),
        validation_error_status=400,
        validation_error_callback=invalid,
    )
    database, installation = _opened(settings, clock or Clock())
    is_demonstration = installation.is_demonstration
    try:
        settings.check_address(is_demonstration=is_demonstration)
    except Refusal:
        database.close()
        raise
    database.configurations.has_real_hours = settings.demo_hours == "real"
    if is_demonstration and settings.is_loopback and not settings.public_url:
        # on this machine it is its own public address: a tab can be the phone
        settings = settings.model_copy(update={"public_url": settings.base_url})
    catalogues = Catalogues(CATALOGUES, settings.translations)
    app.config.update(
        SECRET_KEY=settings.secret_key or installation.secret,
        MAX_CONTENT_LENGTH=LARGEST_BODY,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_CHECK_DEFAULT=False,
        # by https it would ask for a Referer, which our policy keeps browsers from sending
        WTF_CSRF_SSL_STRICT=False,
        SESSION_COOKIE_NAME=cookie_name(FORM_COOKIE, is_https=settings.is_https),
        SESSION_COOKIE_SAMESITE="Strict",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SECURE=settings.is_https,
    )
    app.session_interface = FormSessions()
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    if settings.behind_proxy:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1)  # type: ignore[method-assign]
    name_releases(app)
    app.extensions["parvis_database"] = database
    app.extensions["parvis_callers"] = CallerCache(database)
    app.extensions["parvis_seen"] = SeenSessions(database)
    app.extensions["parvis_activity"] = Activity(database)
    socketio = make_socketio(
        app,
        async_mode=async_mode,
        redis_url=settings.redis_url,
        is_behind_proxy=settings.behind_proxy,
    )
    hosts = allowed_hosts(settings, is_demonstration=is_demonstration)
    if hosts is not None:  # around everything: sockets are opened by a name too
        sentence = "\n".join(catalogues.translate("refusal.foreign_host", each) for each in LANGUAGES)
        app.wsgi_app = AllowedHosts(  # type: ignore[method-assign]
            app.wsgi_app, hosts, sentence, is_demonstration=is_demonstration
        )
    parvis = compose(app, settings, database, catalogues, socketio, is_demonstration=is_demonstration)
    app.extensions["parvis"] = parvis
    install_web(app, parvis)
    return app


def _opened(settings: Settings, clock: Clock) -> tuple[Database, InstallationRow]:
    """The database and its installation's row, once it answers. Refusal: not_installed."""
    if not may_exist(settings.database_address):
        raise Refusal("not_installed")
    database = database_of(settings, clock)
    try:
        return database, once_it_answers(lambda: installation_of(database))
    except Refusal:
        database.close()
        raise


def serve_app() -> OpenAPI:
    """The app of a gunicorn worker: settings from the environment, background work started."""
    keep_to_owner()
    settings = Settings()
    allow_open_files()
    tighten(settings)
    hold(settings.var, is_shared=True)
    app = create_app(settings)
    app.extensions["parvis"].start_background()
    atexit.register(app.extensions["parvis"].stop_background)
    return app
