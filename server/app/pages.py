"""The blueprints of the API and of the pages, and what they read."""

import json
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from flask_limiter import Limiter
from flask_openapi3.openapi import OpenAPI
from flask_wtf.csrf import CSRFProtect

import hardware.simulator.pages
import kiosk.pages
import signage.pages
from server.app import health
from server.app.brakes import brake, by_caller, by_ticket, make_limiter
from server.app.configuring import install_configuring
from server.app.requests import install_guards, install_refusals
from server.app.sending import alarm_needs, link_post
from server.app.services import Parvis
from server.domain.hall.configuration import HallConfiguration
from server.domain.refusals import Refusal
from server.language import LANGUAGES
from server.live import messages
from server.settings import Settings
from server.store.journal.anchors import Anchors
from server.store.notices.notices import notices_with_medium
from server.store.people.accounts import EVERY_SITE
from server.store.transactions.database import Database
from server.usecases.alarms.read_alarms import count_alarms
from server.usecases.appointments.booking_addresses import is_booking_address
from server.usecases.devices.read_supervision import DeviceSightings
from server.usecases.hall.read_voices import HallVoice, read_voices
from server.usecases.media.read_look import Branding
from server.usecases.notices.notice_places import configured_halls, read_places
from server.usecases.people.installation_link import awaits_first_person
from server.usecases.tickets.read_menu import languages_of
from server.usecases.tickets.read_ticket import read_ticket, read_ticket_by_code
from server.web import assets_health_devices
from server.web.access import provider_sign_in, sign_in, sign_out
from server.web.access.callers import identify
from server.web.access.requirements import Access, install_access, open_blueprints, open_to
from server.web.access.site_context import SiteContext, current_viewer
from server.web.api import alarms as alarms_api
from server.web.api import alerts as alerts_api
from server.web.api import appointments as appointments_api
from server.web.api import configuration as configuration_api
from server.web.api import counters as counters_api
from server.web.api import halls as halls_api
from server.web.api import hours as half_days_api
from server.web.api import linked_visits as links_api
from server.web.api import media as media_api
from server.web.api import messages as messages_api
from server.web.api import notices as notices_api
from server.web.api import read_aloud as reading_api
from server.web.api import reception as reception_api
from server.web.api import sound as sound_api
from server.web.api import targets as targets_api
from server.web.api import tickets as tickets_api
from server.web.api.devices import devices as devices_api
from server.web.api.devices import displays as displays_api
from server.web.api.devices import printers as printers_api
from server.web.api.devices import screen_pictures as screen_pictures_api
from server.web.api.devices import supervision as supervision_api
from server.web.api.openapi import described
from server.web.api.services import Api
from server.web.api.ticket_quota import TicketQuota
from server.web.pages.alarms.pages import blueprint as alarm_pages
from server.web.pages.alerts import pages as alert_pages
from server.web.pages.configuration import pages as publishing_pages
from server.web.pages.console import pages as console_pages
from server.web.pages.devices import pages as device_pages
from server.web.pages.help.pages import blueprint as help_pages
from server.web.pages.home import blueprint as entrance_pages
from server.web.pages.journal.pages import JournalPages, journal_pages
from server.web.pages.look.files import blueprint as look_files
from server.web.pages.look.files import look_of
from server.web.pages.media import pages as media_pages
from server.web.pages.media.files import blueprint as media_files
from server.web.pages.notices import pages as notices_pages
from server.web.pages.pairing import pages as pairing_pages
from server.web.pages.people import invitation as invitation_pages
from server.web.pages.people import own_account as own_account_pages
from server.web.pages.people import pages as people_pages
from server.web.pages.phone import pages as phone_pages
from server.web.pages.quality.draw import Drawings
from server.web.pages.quality.pages import QualityPages, quality_pages
from server.web.pages.reception import pages as reception_pages
from server.web.pages.rights import pages as rights_pages
from server.web.pages.security import pages as security_pages
from server.web.pages.supervision import pages as supervision_pages
from server.web.pages.targets import pages as targets_page
from server.web.pages.targets.pages import TargetPages
from server.web.pages.wall import pages as wall_pages
from server.web.rendering.frame import install_frame
from server.web.rendering.pdf import Papers
from server.web.rendering.security_headers import FRAMED, FRAMING
from server.web.rendering.static_release import static_release
from server.web.rendering.viewer import Viewer, WorkContext, install_page_context
from signage.alert_signs import alert_signs

DOCS = Path(__file__).parents[2] / "docs"


def install_web(app: OpenAPI, parvis: Parvis) -> None:
    """Guards, API, site and pages of a composed app."""
    settings, database, translate = parvis.settings, parvis.database, parvis.catalogues.translate
    work = _work_context(parvis)
    limiter = make_limiter(app, settings.redis_url)
    csrf = CSRFProtect(app)
    api = Api(
        database,
        parvis.estimates,
        settings,
        translate,
        parvis.database.breathe,
        brake(limiter, "short_code", "20 per minute"),
        brake(limiter, "ticket", "20 per minute", by=by_ticket),
        parvis.publisher.messages_changed,
        Papers(settings.var / "assets"),
        TicketQuota(limiter, settings.kiosk_tickets_a_minute),
        parvis.voice.alert_voices,
    )

    def look() -> Branding | None:
        try:
            return look_of(database)
        except Refusal:
            return None

    install_access(app)
    app.before_request(media_api.admit_upload(api))  # before anything reads what is sent
    install_guards(app, csrf, is_https=settings.is_https, public_url=settings.public_url)
    install_refusals(app, translate)
    install_page_context(
        app,
        work,
        languages=LANGUAGES,
        is_demonstration=parvis.is_demonstration,
        look=look,
    )
    desks = (counters_api, reception_api, links_api, messages_api, alerts_api, alarms_api)
    screens = (sound_api, displays_api)
    for subject in (tickets_api, appointments_api, halls_api, half_days_api, targets_api, *desks, *screens):
        app.register_api(subject.blueprint(api))
    screen_pages = signage.pages.blueprint(
        translate=translate,
        languages=LANGUAGES,
        is_demonstration=parvis.is_demonstration,
        framed=FRAMED,
        assets=settings.var.resolve() / "assets",
        static=f"/static/{static_release()}",
    )
    app.register_blueprint(screen_pages)

    def seen(hall: str) -> DeviceSightings:
        releases = {"screen": screen_pages.release(), "kiosk": kiosk.pages.release()}
        pictures = parvis.pictures.of_hall(hall, database.clock.now())
        return DeviceSightings(parvis.devices.players.of_hall(hall), pictures, releases)

    app.register_api(supervision_api.blueprint(api, seen))
    app.register_api(devices_api.blueprint(api, _devices(parvis, limiter, seen)))
    app.register_api(printers_api.blueprint(api))
    app.register_api(configuration_api.blueprint(api, parvis.devices.players))
    app.register_api(screen_pictures_api.blueprint(api, _screen_pictures(parvis, limiter)))
    app.register_api(notices_api.blueprint(api, parvis.publisher.programme_changed))
    app.register_api(
        reading_api.blueprint(
            api,
            speak=parvis.reading.speak if parvis.reading else None,
            slow=brake(limiter, "reading", "60 per minute", by=by_caller),
        )
    )

    library = media_api.MediaLibrary(
        parvis.media.files,
        parvis.media_uploaded,
        notices_with_medium,
        parvis.feeds.try_now,
        slow_feeds=brake(limiter, "feed", "20 per minute", by=by_caller),
        slow_uploads=brake(limiter, "upload", "30 per minute", by=by_caller),
    )
    app.register_api(media_api.blueprint(api, library))

    @app.get("/api/v1/openapi.json", doc_ui=False)
    @open_to(Access.EVERYBODY)
    def openapi() -> Any:
        return described(app.api_doc)

    shared = SiteContext(
        database,
        settings,
        translate,
        limiter,
        parvis.voice.files,
        lambda: health.metrics(parvis),
        lambda: health.is_ready(parvis),
        parvis.provider,
    )
    app.register_blueprint(assets_health_devices.blueprint(shared))
    for pages in (sign_in, sign_out, own_account_pages, invitation_pages, pairing_pages):
        app.register_blueprint(pages.blueprint(shared))
    app.register_blueprint(people_pages.blueprint(shared, link_post(parvis, limiter)))
    if parvis.provider is not None:
        app.register_blueprint(provider_sign_in.blueprint(shared, parvis.provider, parvis.look_at_provider))
    app.register_blueprint(media_files(parvis.media.files, database))
    app.register_blueprint(look_files(parvis.media.files, database))
    slow_trials = brake(limiter, "alarm_trial", "12 per minute", by=by_caller)
    _install_pages(app, parvis, shared, work, api, slow_trials)


def _every_hall(database: Database) -> list[HallConfiguration]:
    """The configuration of each configured hall, whoever asks."""
    with database.read() as rows:
        return configured_halls(database, rows)


def _work_context(parvis: Parvis) -> WorkContext:
    """What pages of work take: the person signed in, and the halls of the sites where they have a role."""

    def halls(viewer: Viewer) -> list[HallConfiguration]:
        sites = {grant.site for grant in identify().grants}
        every = _every_hall(parvis.database)
        return [hall for hall in every if EVERY_SITE in sites or hall.site.slug in sites]

    return WorkContext(parvis.catalogues.translate, current_viewer, halls)


def _screen_pictures(parvis: Parvis, limiter: Limiter) -> screen_pictures_api.Pictures:
    def ask(hall: str, screen: str) -> None:
        room = messages.screen_room(hall, screen)
        parvis.publisher.emit(messages.PICTURE_ASKED, {}, messages.SCREEN, room)

    watch = parvis.devices
    return screen_pictures_api.Pictures(
        parvis.pictures,
        watch.players,
        parvis.picture_apart.call,
        ask,
        watch.changed,
        slow_sent=brake(limiter, "picture_sent", "12 per minute", by=by_caller),
        slow_asked=brake(limiter, "picture_asked", "30 per minute", by=by_caller),
    )


def _devices(parvis: Parvis, limiter: Limiter, seen: Callable[[str], DeviceSightings]) -> devices_api.Devices:
    slow_codes = brake(limiter, "pairing_code", "20 per minute", by=by_caller)
    return devices_api.Devices(seen, parvis.publisher.renewal_asked, parvis.devices.changed, slow_codes)


def _install_pages(
    app: OpenAPI,
    parvis: Parvis,
    shared: SiteContext,
    work: WorkContext,
    api: Api,
    slow_trials: Callable[[], None],
) -> None:
    settings, database, translate = parvis.settings, parvis.database, parvis.catalogues.translate
    languages = languages_of(LANGUAGES)

    every_hall = partial(_every_hall, database)
    install_frame(app, work, count_alarms=lambda: count_alarms(database))

    def voices(hall: HallConfiguration) -> list[HallVoice]:
        return [] if parvis.voice.unavailable else read_voices(hall, parvis.voice.files.voices, translate)

    def spoken() -> Sequence[str]:
        with database.read() as rows:
            return read_places(database, rows).languages

    def ticket(token: str, language: str) -> Any:
        try:
            return read_ticket(database, parvis.estimates, token, language=language)
        except Refusal:
            return None

    def ticket_of_code(code: str, language: str) -> Any:
        api.slow_codes()
        try:
            return read_ticket_by_code(database, parvis.estimates, code, language=language)
        except Refusal:
            return None

    app.register_blueprint(
        kiosk.pages.blueprint(
            translate=translate,
            languages=languages,
            public_url=settings.public_url or None,
            is_booking_address=lambda text: is_booking_address(database, text),
            voices=[
                each for each in LANGUAGES if parvis.reading and parvis.reading.files.voices.speaks(each)
            ],
            alert_signs=alert_signs(),
            assets=settings.var.resolve() / "assets",
        )
    )
    if settings.has_simulated_printers:
        app.register_blueprint(
            hardware.simulator.pages.blueprint(
                parvis.simulated.printers,
                translate,
                languages=LANGUAGES,
                zones=parvis.simulated.zones,
                labels=parvis.simulated.labels,
            )
        )
    app.register_blueprint(
        entrance_pages(
            work,
            demonstration=lambda: _demonstration(settings) if parvis.is_demonstration else None,
            awaits_first_person=lambda: awaits_first_person(database),
        )
    )
    app.register_blueprint(reception_pages.blueprint(work))
    app.register_blueprint(security_pages.blueprint(work))
    app.register_blueprint(alert_pages.blueprint(work))
    app.register_blueprint(alarm_pages(alarm_needs(parvis, slow_trials, work)))
    app.register_blueprint(supervision_pages.blueprint(work))
    app.register_blueprint(device_pages.blueprint(work))
    app.register_blueprint(wall_pages.blueprint(work, voices=voices))
    app.register_blueprint(console_pages.blueprint(work))
    app.register_blueprint(
        notices_pages.blueprint(
            work,
            every_hall=every_hall,
            languages=spoken,
            framing=FRAMING,
        )
    )
    app.register_blueprint(publishing_pages.blueprint(translate=translate))
    app.register_blueprint(
        media_pages.blueprint(database, translate=translate, media_bytes=settings.media_bytes)
    )
    named = [(language.code, language.name) for language in languages]
    app.register_blueprint(
        phone_pages.blueprint(
            translate=translate, languages=named, ticket=ticket, ticket_of_code=ticket_of_code
        )
    )
    app.register_blueprint(quality_pages(QualityPages(database, work, Drawings())))
    app.register_blueprint(targets_page.blueprint(TargetPages(database, work)))
    app.register_blueprint(rights_pages.blueprint(work, every_hall=every_hall))
    anchors = Anchors(settings.var / "anchors")
    app.register_blueprint(journal_pages(JournalPages(database, anchors, work, api.papers)))
    install_configuring(app, parvis, shared, work, every_hall=every_hall)
    app.register_blueprint(help_pages(work, docs_dir=DOCS))
    open_blueprints(app, ("kiosk", "signage", "simulator"))


def _demonstration(settings: Settings) -> Any:
    """What `var/demo.json` holds, None when it is gone."""
    file = settings.var / "demo.json"
    return json.loads(file.read_text(encoding="utf-8")) if file.exists() else None
