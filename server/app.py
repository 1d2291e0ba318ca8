"""The composition root: one Flask app with its database, pages, API, sockets.

And what runs beside requests.
"""

import atexit
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog
from flask import Flask, Response, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_openapi3.models.info import Info
from flask_openapi3.openapi import OpenAPI
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix

import hardware.simulator.pages
import kiosk.pages
import signage.pages
from hardware.speech import AudioFiles, EspeakSpeech
from server.apart import Apart
from server.clock import Clock
from server.demonstration.printers import DemonstrationPrinters
from server.domain.configuration import HallConfiguration
from server.domain.refusals import Refusal
from server.domain.roles import Permission
from server.jobs.local_socket import serve_local
from server.jobs.rounds import ROUND_S, Rounds
from server.jobs.server_lock import hold
from server.language import LANGUAGES, Catalogues
from server.live.namespaces import namespaces
from server.live.presence import Presence
from server.live.publisher import HEARTBEAT_S, TICK_S, Publisher
from server.live.sockets import make_socketio
from server.live.voice import Voice
from server.printing.service import PrintService
from server.settings import Settings
from server.store.accounts import EVERY_SITE
from server.store.anchors import Anchors
from server.store.database import Database
from server.usecases.estimate_waits import Estimates
from server.usecases.read_menu import languages_of
from server.usecases.read_ticket import read_ticket, read_ticket_by_code
from server.web import problems, sign_in, site
from server.web.api import counters as counters_api
from server.web.api import halls as halls_api
from server.web.api import tickets as tickets_api
from server.web.api.context import Api
from server.web.api.description import described
from server.web.callers import DEVICE_COOKIE, LOOPBACK, Caller, KnownCallers, identify, of_token
from server.web.console import pages as console_pages
from server.web.entrance import blueprint as entrance_pages
from server.web.entrance import problem_page
from server.web.help.pages import blueprint as help_pages
from server.web.phone import pages as phone_pages
from server.web.quality.draw import Drawings
from server.web.quality.pages import QualityPages, quality_pages
from server.web.reception import pages as reception_pages
from server.web.viewer import Viewer, install_page_context, page_language

log = structlog.get_logger()

ROOT = Path(__file__).parent
CATALOGUES = (
    ("server", ROOT / "translations"),
    ("documents", ROOT / "documents" / "translations"),
    ("console", ROOT / "web" / "console" / "translations"),
    ("reception", ROOT / "web" / "reception" / "translations"),
    ("phone", ROOT / "web" / "phone" / "translations"),
    ("quality", ROOT / "web" / "quality" / "translations"),
    ("help", ROOT / "web" / "help" / "translations"),
    ("kiosk", Path(kiosk.pages.__file__).parent / "translations"),
    ("signage", Path(signage.pages.__file__).parent / "translations"),
    ("hardware", ROOT.parent / "hardware" / "translations"),
)
LARGEST_BODY = 2_000_000


@dataclass
class Parvis:
    """What the app is made of, for whoever serves or tests it."""

    app: Flask
    settings: Settings
    database: Database
    catalogues: Catalogues
    estimates: Estimates
    presence: Presence
    publisher: Publisher
    voice: Voice
    printing: PrintService
    simulated: DemonstrationPrinters
    socketio: Any
    background: list[Callable[[], None]] = field(default_factory=list)

    def start_background(self) -> None:
        """Starts the tick, the heartbeat and the voice; each runs for ever in its own thread or greenlet."""
        if self.settings.is_loopback:
            self.simulated.start()
        self.printing.start(self.socketio.start_background_task)
        for work in self.background:
            self.socketio.start_background_task(work)

    def stop_background(self) -> None:
        """Lets go of the printers, so that another process may drive them at once."""
        self.printing.stop()
        self.simulated.stop()


def create_app(settings: Settings, *, clock: Clock | None = None, async_mode: str = "gevent") -> OpenAPI:
    """The app of one process.

    `app.extensions["parvis"]` is its Parvis; nothing runs in the background yet.
    """
    app = OpenAPI(
        "server",
        info=Info(title="Parvis", version="1"),
        doc_ui=False,
        static_folder=str(ROOT / "web" / "static"),
        static_url_path="/static/server",
        template_folder=str(ROOT / "web" / "templates"),
        validation_error_status=400,
        validation_error_callback=_invalid,
    )
    database = Database(settings.database_address, clock or Clock())
    database.configurations.has_real_hours = settings.demo_hours == "real"
    settings = _with_own_address(settings, database)
    catalogues = Catalogues(CATALOGUES)
    app.config.update(
        SECRET_KEY=settings.secret_key or _secret(database),
        MAX_CONTENT_LENGTH=LARGEST_BODY,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_CHECK_DEFAULT=False,
        SESSION_COOKIE_NAME="parvis_form",
        SESSION_COOKIE_SAMESITE="Strict",
        SESSION_COOKIE_HTTPONLY=True,
    )
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    if settings.behind_proxy:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1)  # type: ignore[method-assign]
    app.extensions["parvis_database"] = database
    app.extensions["parvis_callers"] = KnownCallers(database)
    socketio = make_socketio(app, async_mode=async_mode, redis_url=settings.redis_url)
    parvis = _compose(app, settings, database, catalogues, socketio)
    app.extensions["parvis"] = parvis
    _install_web(app, parvis)
    return app


def _with_own_address(settings: Settings, database: Database) -> Settings:
    """The settings; a demonstration on this machine is its own public address: a tab can be the phone."""
    is_own = _demonstration_flag(database)() and settings.is_loopback and not settings.public_url
    return settings.model_copy(update={"public_url": settings.base_url}) if is_own else settings


def _secret(database: Database) -> str:
    with database.read() as rows:
        row = rows.one("SELECT secret FROM installation WHERE id = 1")
    if row is None:
        raise Refusal("not_installed")
    return str(row["secret"])


def _compose(
    app: Flask, settings: Settings, database: Database, catalogues: Catalogues, socketio: Any
) -> Parvis:
    presence, estimates = Presence(), Estimates(database)

    def emit(name: str, message: Any, namespace: str, room: str, *, is_local: bool = False) -> None:
        socketio.server.emit(name, message, namespace=namespace, room=room, ignore_queue=is_local)

    def later(seconds: float, work: Callable[[], None]) -> None:
        def run() -> None:
            if seconds:
                socketio.sleep(seconds)
            try:
                work()
            except Exception:
                parvis.publisher.failures += 1
                log.exception("publication_failed")

        socketio.start_background_task(run)

    audio = AudioFiles(settings.var / "audio")
    voice = Voice(
        audio, translate=catalogues.translate, emit=emit, now=database.clock.now, off_loop=Apart().call
    )
    if not settings.voice:
        voice.unavailable = "switched off"
    elif not EspeakSpeech().is_available:
        voice.unavailable = "espeak-ng is not installed"
    publisher = Publisher(
        database,
        estimates,
        presence,
        emit,
        later,
        catalogues.translate,
        voice.speak,
        watches_others=settings.workers > 1,
    )
    database.subscribers.append(publisher.committed)
    printing = PrintService(
        database, settings, catalogues.translate, Apart().call, tell=publisher.print_noted
    )
    simulated = DemonstrationPrinters(database, settings.var / "assets" / "fonts")
    parvis = Parvis(
        app,
        settings,
        database,
        catalogues,
        estimates,
        presence,
        publisher,
        voice,
        printing,
        simulated,
        socketio,
    )
    parvis.background += [
        _every(socketio, TICK_S, publisher.tick),
        _every(socketio, HEARTBEAT_S, publisher.heartbeat),
        voice.run,
        *_kept(settings, database, socketio),
    ]
    for namespace in namespaces(presence, database, estimates, _socket_callers(database)):
        socketio.on_namespace(namespace)
    return parvis


def _kept(settings: Settings, database: Database, socketio: Any) -> list[Callable[[], None]]:
    """What keeps an installation: the rounds of its jobs, and the local socket of commands that write."""
    rounds = Rounds(database, Anchors(settings.var / "anchors"), lambda: socketio.sleep(0))
    return [
        _every(socketio, ROUND_S, rounds.make),
        lambda: serve_local(database, settings.var, socketio.sleep),
    ]


def _every(socketio: Any, seconds: float, work: Callable[[], None]) -> Callable[[], None]:
    def run() -> None:
        while True:
            socketio.sleep(seconds)
            try:
                work()
            except Exception:
                log.exception("background_failed", work=work.__name__)

    return run


def _socket_callers(database: Database) -> Callable[[dict[str, Any], Permission], tuple[str, str | None]]:
    def find(auth: dict[str, Any], permission: Permission) -> tuple[str, str | None]:
        token = auth.get("token")
        if isinstance(token, str):
            caller: Caller = of_token(database, token, is_loopback=request.remote_addr in LOOPBACK)
        else:
            caller = identify()
        if caller.kind == "nobody" and request.cookies.get(DEVICE_COOKIE) is None:
            raise Refusal("not_signed_in")
        hall = caller.hall if caller.hall is not None else database.hall_id(str(auth.get("hall", "")))
        site_slug = database.configuration(hall).site.slug
        if not caller.may(permission, hall=hall, site=site_slug):
            raise Refusal("forbidden")
        return hall, caller.configured

    return find


def _install_web(app: OpenAPI, parvis: Parvis) -> None:
    settings, database, translate = parvis.settings, parvis.database, parvis.catalogues.translate
    limiter = Limiter(
        get_remote_address, app=app, storage_uri=settings.redis_url or "memory://", default_limits=[]
    )
    csrf = CSRFProtect(app)
    _install_guards(app, csrf)
    _install_refusals(app, translate)
    is_demonstration = _demonstration_flag(database)
    install_page_context(
        app,
        translate=translate,
        languages=LANGUAGES,
        viewer=site.current_viewer,
        is_demonstration=is_demonstration,
    )
    api = Api(
        database,
        parvis.estimates,
        settings,
        translate,
        lambda: parvis.socketio.sleep(0),
        _slow_codes(limiter),
    )
    for blueprint in (tickets_api.blueprint(api), halls_api.blueprint(api), counters_api.blueprint(api)):
        app.register_api(blueprint)

    @app.get("/api/v1/openapi.json", doc_ui=False)
    def openapi() -> Any:
        return described(app.api_doc)

    shared = site.Site(
        database,
        settings,
        translate,
        limiter,
        parvis.voice.files,
        lambda: _metrics(parvis),
        lambda: _is_ready(parvis),
    )
    app.register_blueprint(site.blueprint(shared))
    app.register_blueprint(sign_in.blueprint(shared))
    _install_pages(app, parvis, limiter, is_demonstration)


def _slow_codes(limiter: Limiter) -> Callable[[], None]:
    @limiter.limit("20 per minute")
    def limited_code() -> None:
        """Slows guessing of short codes."""

    return limited_code


def _install_pages(
    app: OpenAPI, parvis: Parvis, limiter: Limiter, is_demonstration: Callable[[], bool]
) -> None:
    settings, database, translate = parvis.settings, parvis.database, parvis.catalogues.translate
    languages = languages_of(LANGUAGES)

    def halls(viewer: Viewer) -> list[HallConfiguration]:
        sites = {grant.site for grant in identify().grants}
        with database.read() as rows:
            slugs = [
                row["slug"]
                for row in rows.all("SELECT slug FROM hall WHERE configuration_revision > 0 ORDER BY slug")
            ]
        found = [database.configuration(slug) for slug in slugs]
        return [hall for hall in found if EVERY_SITE in sites or hall.site.slug in sites]

    def ticket(token: str, language: str) -> Any:
        try:
            return read_ticket(database, parvis.estimates, token, language=language)
        except Refusal:
            return None

    limited_code = _slow_codes(limiter)

    def ticket_of_code(code: str, language: str) -> Any:
        limited_code()
        try:
            return read_ticket_by_code(database, parvis.estimates, code, language=language)
        except Refusal:
            return None

    app.register_blueprint(
        kiosk.pages.blueprint(
            translate=translate, languages=languages, public_url=settings.public_url or None
        )
    )
    if settings.is_loopback and is_demonstration():
        app.register_blueprint(
            hardware.simulator.pages.blueprint(lambda: parvis.simulated.running, translate)
        )
    app.register_blueprint(
        signage.pages.blueprint(translate=translate, languages=LANGUAGES, is_demonstration=is_demonstration)
    )
    app.register_blueprint(
        entrance_pages(
            viewer=site.current_viewer,
            halls=halls,
            demonstration=lambda: _demonstration(settings) if is_demonstration() else None,
        )
    )
    app.register_blueprint(
        reception_pages.blueprint(translate=translate, viewer=site.current_viewer, halls=halls)
    )
    app.register_blueprint(
        console_pages.blueprint(translate=translate, viewer=site.current_viewer, halls=halls)
    )
    named = [(language.code, language.name) for language in languages]
    app.register_blueprint(
        phone_pages.blueprint(
            translate=translate, languages=named, ticket=ticket, ticket_of_code=ticket_of_code
        )
    )
    app.register_blueprint(
        quality_pages(QualityPages(database, site.current_viewer, halls, translate, Drawings()))
    )
    app.register_blueprint(
        help_pages(translate=translate, viewer=site.current_viewer, docs_dir=ROOT.parent / "docs")
    )


def _demonstration(settings: Settings) -> Any:
    """What `var/demo.json` holds, None when it is gone."""
    file = settings.var / "demo.json"
    return json.loads(file.read_text(encoding="utf-8")) if file.exists() else None


def _demonstration_flag(database: Database) -> Callable[[], bool]:
    known: list[bool] = []

    def is_demonstration() -> bool:
        if not known:
            with database.read() as rows:
                row = rows.one("SELECT is_demonstration FROM installation WHERE id = 1")
            known.append(bool(row and row["is_demonstration"]))
        return known[0]

    return is_demonstration


def _install_guards(app: OpenAPI, csrf: CSRFProtect) -> None:
    @app.before_request
    def check_csrf() -> None:
        """Whoever acts by a signed-in session carries the CSRF token.

        A device's cookie is SameSite=Strict and JSON only.
        """
        if request.method not in ("POST", "PUT", "PATCH", "DELETE") or "Authorization" in request.headers:
            return
        is_api = request.path.startswith(("/api/", "/device/"))
        if not is_api or identify().kind == "person":
            csrf.protect()
        elif is_api and request.content_length and not request.is_json:
            raise Refusal("bad_request", content_type=request.content_type)

    @app.after_request
    def headers(response: Response) -> Response:
        return site.secure_headers(response)


def _install_refusals(app: OpenAPI, translate: Callable[..., str]) -> None:
    @app.errorhandler(Refusal)
    def refused(refusal: Refusal) -> Any:
        if problems.is_api():
            return problems.refusal_problem(refusal, translate, page_language())
        return problem_page(problems.status_of(refusal))

    @app.errorhandler(CSRFError)
    def no_csrf(_: CSRFError) -> Any:
        return refused(Refusal("csrf"))

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> Any:
        if error.code is not None and error.code < 400:
            return error
        if problems.is_api():
            return problems.http_problem(error, translate, page_language())
        return problem_page(error.code or 500)

    @app.errorhandler(Exception)
    def failed(error: Exception) -> Any:
        log.error("request_failed", path=request.path, exc_info=error)
        if problems.is_api():
            return problems.problem("internal", 500, translate("refusal.internal", page_language()))
        return problem_page(500)


def _invalid(error: Any) -> Response:
    """The problem document of a request whose shape is wrong: which fields, and why."""
    catalogues: Catalogues = _running().catalogues
    fields = [
        {"field": ".".join(str(part) for part in each["loc"]), "error": each["type"]}
        for each in error.errors()
    ]
    return problems.problem(
        "bad_request", 400, catalogues.translate("refusal.bad_request", page_language()), fields=fields
    )


def _running() -> Parvis:
    from flask import current_app

    found: Parvis = current_app.extensions["parvis"]
    return found


def _is_ready(parvis: Parvis) -> bool:
    try:
        with parvis.database.read() as rows:
            return rows.one("SELECT id FROM installation WHERE id = 1") is not None
    except (Refusal, OSError):
        return False


def _metrics(parvis: Parvis) -> bytes:
    from prometheus_client import CollectorRegistry, Gauge, generate_latest

    registry = CollectorRegistry()
    Gauge("parvis_sockets", "Sockets connected to this process", registry=registry).set(
        parvis.presence.count()
    )
    Gauge("parvis_failed_publications", "Publications that failed since the start", registry=registry).set(
        parvis.database.failed_publications + parvis.publisher.failures
    )
    Gauge("parvis_threads", "Threads of this process", registry=registry).set(threading.active_count())
    Gauge("parvis_time_seconds", "This process's clock", registry=registry).set(time.time())
    return generate_latest(registry)


def serve_app() -> OpenAPI:
    """The app of a gunicorn worker: settings from the environment, background work started."""
    settings = Settings()
    hold(settings.var, is_shared=True)
    app = create_app(settings)
    app.extensions["parvis"].start_background()
    atexit.register(app.extensions["parvis"].stop_background)
    return app
