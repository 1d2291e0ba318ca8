"""The pages of people at work, in the groups of the menu."""

from collections.abc import Callable, Mapping, Sequence

from flask import Blueprint

from hardware.escpos_printer import drawn_png
from server.app.subjects import build_what_ifs
from server.app.web_parts import WebParts, alarm_needs, by_caller
from server.domain.hall.configuration import HallConfiguration
from server.printing.documents import sample_ticket
from server.settings import ASSETS, DOCS
from server.store.journal.chain import Anchors
from server.usecases.alarms.read_alarms import count_alarms
from server.usecases.devices.device_places import DeviceSightings, Releases
from server.usecases.devices.read_supervision import SightingsOf
from server.usecases.hall.screen import HallVoice, read_voices
from server.usecases.media.read_look import LogoAnswer
from server.web.access.site_context import give_app
from server.web.pages import home
from server.web.pages.configuration import editing
from server.web.pages.configuration.installing import installing_pages
from server.web.pages.hall import alarms, alerts, console, devices
from server.web.pages.hall.console import HallVoices
from server.web.pages.help import help_pages
from server.web.pages.journal import pages as journal
from server.web.pages.notices import library, looks, notices
from server.web.pages.notices.looks import LookPages
from server.web.pages.people import accounts, retention
from server.web.pages.public_hall import others
from server.web.pages.quality import busy_hours, targets, typed_figures
from server.web.pages.quality import pages as quality
from server.web.pages.quality.draw import Drawings
from server.web.pages.reports import actions, committee, grids, sendings
from server.web.pages.reports import pages as reports
from server.web.pages.screen_days import pages as screen_days
from server.web.pages.screen_days.pages import ScreenDayPages
from server.web.pages.voice import (
    hall_checks,
    incidents,
    register,
    register_entry,
    register_figures,
    survey_forms,
    surveys,
)
from server.web.pages.voice.photographs import PhotographPages
from server.web.pages.what_if import pages as what_if
from server.web.rendering.menu import install_frame

PAGES: Sequence[Blueprint] = (
    *(console.console_pages, console.reception_pages, console.security_pages, console.queue_paper_pages),
    *(console.wall_pages, alerts.alert_pages, alerts.bulletin_pages, incidents.incident_pages),
    *(notices.notice_pages, library.routes, looks.look_pages, devices.supervision_pages, busy_hours.routes),
    *(screen_days.routes, quality.quality_pages, others.routes, targets.routes, reports.routes, grids.routes),
    *(sendings.routes, home.voice_pages, surveys.survey_pages, survey_forms.routes, actions.routes),
    *(
        register.routes,
        register_entry.routes,
        hall_checks.routes,
        register_figures.routes,
        committee.routes,
        typed_figures.routes,
        what_if.routes,
        journal.journal_pages,
    ),
    *(editing.routes, devices.device_pages, alarms.alarm_pages, accounts.rights_pages),
    *(retention.retention_pages, retention.processing_pages),
)


def install_work_pages(parts: WebParts) -> None:
    """Adds the frame of all pages, and every page of people at work."""
    app, parvis, database = parts.app, parts.parvis, parts.parvis.database
    install_frame(app, parts.work, count_alarms=lambda: count_alarms(database))
    letters = ASSETS / "fonts" / "atkinson-hyperlegible-next-latin.woff2"
    give_app(
        app,
        notices.NoticePages(parvis.devices.players),
        alerts.BulletinPages(parvis.publisher.programme_changed),
        _voices(parts),
        ScreenDayPages(_sightings(parts), parvis.devices.players.of_halls),
        Drawings(letters),
        quality.Views(),
        build_what_ifs(database),
        Anchors(parvis.settings.var / "anchors"),
        PhotographPages(parvis.picture_apart.call),
        alarm_needs(parvis, parts.brake("alarm_trial", "12 per minute", by=by_caller)),
    )
    give_app(app, LookPages(_ticket_drawer(parts)))
    for pages in PAGES:
        app.register_blueprint(pages)
    has_simulated = parvis.settings.has_simulated_printers
    app.register_blueprint(installing_pages(parts.context, has_simulated=has_simulated))
    app.register_blueprint(help_pages(docs_dir=DOCS))


def _ticket_drawer(parts: WebParts) -> Callable[[HallConfiguration, LogoAnswer | None], bytes]:
    printing, clock = parts.parvis.printing.printing, parts.parvis.database.clock

    def draw(hall: HallConfiguration, logo: LogoAnswer | None) -> bytes:
        document = sample_ticket(hall, printing.tickets, logo, clock.now())
        return printing.off_loop(drawn_png, document, printing.tickets.fonts_dir)[0]

    return draw


def _voices(parts: WebParts) -> HallVoices:
    voice, translate = parts.parvis.voice, parts.parvis.catalogues.translate

    def voices(hall: HallConfiguration) -> list[HallVoice]:
        return [] if voice.unavailable else read_voices(hall, voice.files.voices, translate)

    return HallVoices(voices)


def _sightings(parts: WebParts) -> SightingsOf:
    """The last reports and pictures of the devices of halls (ids); releases are not read."""
    parvis = parts.parvis

    def sightings(halls: Sequence[str]) -> Mapping[str, DeviceSightings]:
        found = parvis.devices.players.of_halls(halls)
        pictures = parvis.pictures.of_halls(halls, parvis.database.clock.now())
        none: Releases = {"screen": "", "kiosk": ""}
        return {hall: DeviceSightings(found[hall], pictures[hall], none) for hall in halls}

    return sightings
