"""The pages of people at work, in the groups of the menu."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from flask import Flask

from server.app.services import Parvis
from server.app.web_parts import WebParts, alarm_needs, by_caller
from server.documents.installation import InstallationDocument
from server.domain.devices.device_state import Sighting
from server.domain.hall.configuration import HallConfiguration
from server.domain.refusals import Refusal
from server.settings import ASSETS
from server.store.journal.chain import Anchors
from server.usecases.alarms.read_alarms import count_alarms
from server.usecases.bulletins.bulletins import count_waiting
from server.usecases.configuration.check_configuration import installation_document
from server.usecases.devices.read_supervision import DeviceSightings
from server.usecases.hall.screen import HallVoice, read_voices
from server.usecases.notices.notice_places import read_places
from server.web.access.site_context import SiteContext
from server.web.pages.configuration.editing import document_pages, editing_pages
from server.web.pages.configuration.installing import installing_pages
from server.web.pages.hall.alarms import alarm_pages
from server.web.pages.hall.alerts import BulletinPages, alert_pages, bulletin_pages
from server.web.pages.hall.console import (
    console_pages,
    queue_paper_pages,
    reception_pages,
    security_pages,
    wall_pages,
)
from server.web.pages.hall.devices import device_pages, supervision_pages
from server.web.pages.help import help_pages
from server.web.pages.home import voice_pages
from server.web.pages.journal.pages import JournalPages, journal_pages
from server.web.pages.notices.media import media_pages
from server.web.pages.notices.notices import notice_pages
from server.web.pages.people.accounts import rights_pages
from server.web.pages.people.retention import (
    ProcessingPages,
    ProcessingSettings,
    RetentionPages,
    processing_pages,
    retention_pages,
)
from server.web.pages.quality import busy_hours as busy_hours_pages
from server.web.pages.quality import targets as targets_page
from server.web.pages.quality import typed_figures as typed_figures_page
from server.web.pages.quality.busy_hours import BusyHoursPages
from server.web.pages.quality.draw import Drawings
from server.web.pages.quality.pages import QualityPages, quality_pages
from server.web.pages.quality.targets import TargetPages
from server.web.pages.quality.typed_figures import TypedFigurePages
from server.web.pages.reports import actions as action_pages
from server.web.pages.reports import committee as committee_pages
from server.web.pages.reports import pages as report_pages
from server.web.pages.reports.committee import CommitteePages
from server.web.pages.reports.pages import ReportPages
from server.web.pages.screen_days import pages as screen_day_pages
from server.web.pages.screen_days.pages import ScreenDayPages
from server.web.pages.voice.hall_checks import CheckPages, check_pages
from server.web.pages.voice.incidents import IncidentPages, incident_pages
from server.web.pages.voice.register import register_pages
from server.web.pages.voice.register_entry import RegisterPages
from server.web.pages.voice.surveys import SurveyPages, survey_pages
from server.web.rendering.answers import FRAMING
from server.web.rendering.menu import install_frame
from server.web.rendering.viewer import WorkContext

DOCS = Path(__file__).parents[2] / "docs"


def install_work_pages(parts: WebParts) -> None:
    """Adds the frame of all pages, and every page of people at work."""
    database = parts.parvis.database
    install_frame(parts.app, parts.work, count_alarms=lambda: count_alarms(database))
    _install_receiving(parts)
    _install_showing(parts)
    _install_measuring(parts)
    _install_setting_up(parts)
    parts.app.register_blueprint(help_pages(parts.work, docs_dir=DOCS))


def _install_receiving(parts: WebParts) -> None:
    voice, translate = parts.parvis.voice, parts.parvis.catalogues.translate

    def voices(hall: HallConfiguration) -> list[HallVoice]:
        return [] if voice.unavailable else read_voices(hall, voice.files.voices, translate)

    for pages in (console_pages, reception_pages, security_pages):
        parts.app.register_blueprint(pages(parts.work))
    database = parts.parvis.database
    parts.app.register_blueprint(queue_paper_pages(parts.work, database))
    waiting = partial(count_waiting, database)
    parts.app.register_blueprint(alert_pages(parts.work, bulletins_waiting=waiting))
    programme_changed = parts.parvis.publisher.programme_changed
    parts.app.register_blueprint(bulletin_pages(BulletinPages(database, parts.work, programme_changed)))
    parts.app.register_blueprint(wall_pages(parts.work, voices=voices))
    parts.app.register_blueprint(incident_pages(IncidentPages(database, parts.work)))


def _install_showing(parts: WebParts) -> None:
    app, database, settings = parts.app, parts.parvis.database, parts.parvis.settings

    def languages() -> Sequence[str]:
        with database.read() as rows:
            return read_places(database, rows).languages

    def reports_of(hall: HallConfiguration) -> Mapping[str, Sighting]:
        return parts.parvis.devices.players.of_hall(database.hall_id(hall.hall))

    app.register_blueprint(
        notice_pages(
            parts.work,
            every_hall=parts.every_hall,
            languages=languages,
            reports_of=reports_of,
            framing=FRAMING,
        )
    )
    app.register_blueprint(media_pages(database, media_bytes=settings.media_bytes))
    app.register_blueprint(supervision_pages(parts.work))
    app.register_blueprint(busy_hours_pages.blueprint(BusyHoursPages(database, parts.work, parts.api.papers)))
    app.register_blueprint(
        screen_day_pages.blueprint(ScreenDayPages(database, parts.work, _sightings(parts)))
    )


def _sightings(parts: WebParts) -> Callable[[str], DeviceSightings]:
    """The last reports and pictures of a hall's (id) devices; releases are not read."""
    parvis = parts.parvis

    def sightings(hall: str) -> DeviceSightings:
        pictures = parvis.pictures.of_hall(hall, parvis.database.clock.now())
        return DeviceSightings(parvis.devices.players.of_hall(hall), pictures, {"screen": "", "kiosk": ""})

    return sightings


def _install_measuring(parts: WebParts) -> None:
    app, database, work = parts.app, parts.parvis.database, parts.work
    anchors = Anchors(parts.parvis.settings.var / "anchors")
    letters = ASSETS / "fonts" / "atkinson-hyperlegible-next-latin.woff2"
    app.register_blueprint(quality_pages(QualityPages(database, work, Drawings(letters))))
    app.register_blueprint(targets_page.blueprint(TargetPages(database, work)))
    app.register_blueprint(
        report_pages.blueprint(
            ReportPages(database, work, parts.api.papers, email_is_off=not parts.parvis.settings.smtp_host)
        )
    )
    app.register_blueprint(voice_pages())
    settings = parts.parvis.settings
    hosts = frozenset(settings.survey_hosts.split())
    app.register_blueprint(survey_pages(SurveyPages(database, work, hosts, settings.public_url)))
    app.register_blueprint(action_pages.blueprint(database, work))
    app.register_blueprint(register_pages(RegisterPages(database, work)))
    app.register_blueprint(check_pages(CheckPages(database, work, parts.parvis.picture_apart.call)))
    app.register_blueprint(committee_pages.blueprint(CommitteePages(database, work)))
    app.register_blueprint(typed_figures_page.blueprint(TypedFigurePages(database, work)))
    app.register_blueprint(journal_pages(JournalPages(database, anchors, work, parts.api.papers)))


def _install_setting_up(parts: WebParts) -> None:
    app, parvis, work = parts.app, parts.parvis, parts.work
    slow_trials = parts.brake("alarm_trial", "12 per minute", by=by_caller)
    app.register_blueprint(document_pages())
    install_configuring(app, parvis, parts.context, work, every_hall=parts.every_hall)
    app.register_blueprint(device_pages(work, parvis.database, parvis.settings))
    app.register_blueprint(alarm_pages(alarm_needs(parvis, slow_trials, work)))
    app.register_blueprint(rights_pages(work, every_hall=parts.every_hall))
    app.register_blueprint(retention_pages(RetentionPages(parvis.database, work)))
    stated = ProcessingSettings(
        parvis.settings.is_https, parvis.settings.oidc_issuer or "", parvis.settings.smtp_host or ""
    )
    processing = ProcessingPages(parvis.database, work, parts.api.papers, stated)
    app.register_blueprint(processing_pages(processing))


def install_configuring(
    app: Flask,
    parvis: Parvis,
    site: SiteContext,
    work: WorkContext,
    *,
    every_hall: Callable[[], Sequence[HallConfiguration]],
) -> None:
    """The editing pages, the wizard and the page of a new hall."""

    def installation() -> InstallationDocument | None:
        with parvis.database.read() as rows:
            try:
                return installation_document(rows)
            except Refusal:
                return None

    app.register_blueprint(
        editing_pages(
            work,
            every_hall=every_hall,
            installation=installation,
        )
    )
    has_simulated = parvis.settings.has_simulated_printers
    app.register_blueprint(installing_pages(site, has_simulated=has_simulated))
