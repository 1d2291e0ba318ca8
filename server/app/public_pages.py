"""The public pages: screens, kiosks, phones, files, and those around signing in."""

import json
from typing import Any

from flask import Blueprint, request

import hardware.simulator.pages
import kiosk.pages
import signage.pages
from hardware.languages import VISITOR_LANGUAGES
from server.app.web_parts import (
    By,
    WebParts,
    by_device,
    by_hall,
    by_network,
    by_survey,
    by_ticket,
    by_wider_network,
    link_post,
)
from server.language import LANGUAGES
from server.settings import ASSETS, Settings
from server.usecases.appointments.booking import is_published_address
from server.web import assets_and_health
from server.web.access.sign_in import provider_pages, sign_in_pages, sign_out_pages
from server.web.access.site_context import give_app
from server.web.pages.hall.devices import pairing_pages
from server.web.pages.hall.phone import PhonePages, phone_pages
from server.web.pages.home import Demonstration, home_pages
from server.web.pages.notices.media import look_files, media_files
from server.web.pages.notices.public_notices import public_notice_pages
from server.web.pages.people import people
from server.web.pages.people.accounts import invitation_pages, own_account_pages
from server.web.pages.people.retention import kept_about_pages
from server.web.pages.public_hall import pages as public_hall
from server.web.pages.public_hall.door import DoorPages, door_pages
from server.web.pages.voice.public_register import PublicRegister, channel_of, public_register_pages
from server.web.pages.voice.public_surveys import PublicSurveyPages, public_survey_pages
from server.web.rendering.answers import FRAMED, static_release
from signage.pages import alert_signs


def install_screen_pages(parts: WebParts) -> signage.pages.ScreenPages:
    """Adds the page of hall screens, and returns its routes: they know its release."""
    parvis = parts.parvis
    routes = signage.pages.blueprint(
        translate=parvis.catalogues.translate,
        languages=LANGUAGES,
        is_demonstration=parvis.is_demonstration,
        framed=FRAMED,
        assets=ASSETS,
        static=f"/static/{static_release()}",
    )
    parts.app.register_blueprint(routes)
    return routes


def install_public_pages(parts: WebParts) -> None:
    """Adds the pages of visitors and devices, the files, and the pages around signing in."""
    _install_kiosk(parts)
    _install_phone(parts)
    _install_door(parts)
    _install_surveys(parts)
    _install_public_register(parts)
    _install_files(parts)
    _install_sign_in(parts)
    for pages in (public_notice_pages, public_hall.routes, kept_about_pages):
        parts.app.register_blueprint(pages)


def _install_kiosk(parts: WebParts) -> None:
    app, parvis = parts.app, parts.parvis
    settings, translate, reading = parvis.settings, parvis.catalogues.translate, parvis.reading
    app.register_blueprint(
        kiosk.pages.blueprint(
            translate=translate,
            languages=list(VISITOR_LANGUAGES.values()),
            public_url=settings.public_url or None,
            is_published_address=lambda text: is_published_address(parvis.database, text),
            voices=[each for each in VISITOR_LANGUAGES if reading and reading.files.voices.speaks(each)],
            alert_signs=alert_signs(),
            assets=ASSETS,
            framed=FRAMED,
        )
    )
    if settings.has_simulated_printers:
        simulated = parvis.simulated
        app.register_blueprint(
            hardware.simulator.pages.blueprint(
                simulated.printers,
                translate,
                languages=LANGUAGES,
                zones=simulated.zones,
                labels=simulated.labels,
                set_up=simulated.set_up,
            )
        )


def _install_phone(parts: WebParts) -> None:
    parvis, api = parts.parvis, parts.api
    needs = PhonePages(
        push_key=lambda: parvis.vapid.public,
        slow_codes=api.slow_codes,
        slow_tickets=api.slow_tickets,
        slow_numbers=api.slow_numbers,
    )
    _give(parts, needs, phone_pages)


def _give(parts: WebParts, needs: object, pages: Blueprint) -> None:
    """Adds some pages, and what they need of the rest of the server."""
    give_app(parts.app, needs)
    parts.app.register_blueprint(pages)


def _install_door(parts: WebParts) -> None:
    near = parts.brake("door_tickets_near", "20 per 10 minute")
    slow_tickets = (parts.brake("door_tickets", "60 per 3 minute", by=by_hall), near)
    _give(parts, DoorPages(parts.brake("door_code", "20 per minute"), slow_tickets), door_pages)


def _install_surveys(parts: WebParts) -> None:
    parvis = parts.parvis
    needs = PublicSurveyPages(
        alert_words=kiosk.pages.alert_words(parvis.catalogues.translate, list(VISITOR_LANGUAGES)),
        alert_signs=alert_signs(),
        slow_answers=parts.brake("survey_answers", "10 per minute; 60 per hour"),
        slow_visitors=(
            parts.brake("survey_visitors", "40 per day"),
            parts.brake("survey_visitors_near", "60 per day", by=by_wider_network),
        ),
        slow_address=parts.brake("survey_address", "300 per day", by=by_survey),
        slow_kiosk=parts.brake("survey_kiosk", "30 per minute", by=by_device),
        slow_tickets=parts.brake("survey_tickets", "20 per minute", by=by_ticket),
        is_here=parvis.devices.arrived,
    )
    _give(parts, needs, public_survey_pages)


def _by_channel(by: By) -> By:
    """Counted apart for each channel of the register: a flood of one leaves the other open."""
    return lambda: f"{channel_of(request.form)} {by()}"


def _install_public_register(parts: WebParts) -> None:
    needs = PublicRegister(
        slow_sent=(
            parts.brake("register_sent", "10 per hour; 20 per day", by=_by_channel(by_network)),
            parts.brake("register_sent_near", "20 per hour; 40 per day", by=_by_channel(by_wider_network)),
        ),
        slow_photographs=parts.brake("register_photographs", "20 per hour", by=by_wider_network),
        slow_codes=parts.brake("register_code", "20 per minute"),
        call_apart=parts.parvis.picture_apart.call,
    )
    _give(parts, needs, public_register_pages)


def _install_files(parts: WebParts) -> None:
    parts.app.register_blueprint(assets_and_health.blueprint(parts.context))
    parts.app.register_api(assets_and_health.health_blueprint(parts.context))
    parts.app.register_blueprint(media_files)
    parts.app.register_blueprint(look_files)


def _install_sign_in(parts: WebParts) -> None:
    app, parvis, context = parts.app, parts.parvis, parts.context
    for pages in (sign_in_pages, sign_out_pages, own_account_pages, invitation_pages):
        app.register_blueprint(pages(context))
    app.register_blueprint(pairing_pages)
    _give(parts, link_post(parvis, parts.limiter), people.routes)
    if parvis.provider is not None:
        app.register_blueprint(provider_pages(context, parvis.provider, parvis.look_at_provider))
    shown = Demonstration(lambda: _demonstration(parvis.settings) if parvis.is_demonstration else None)
    _give(parts, shown, home_pages)


def _demonstration(settings: Settings) -> Any:
    """What `var/demo.json` holds, None when it is gone."""
    file = settings.var / "demo.json"
    return json.loads(file.read_text(encoding="utf-8")) if file.exists() else None
