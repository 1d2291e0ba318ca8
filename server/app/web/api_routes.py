"""The routes of the API, by subject."""

from collections.abc import Callable
from functools import cache

from flask import Response

import kiosk.pages
from server.app.brakes import by_caller
from server.app.web.parts import WebParts
from server.live import messages
from server.store.notices.notices import notices_with_medium
from server.usecases.devices.read_supervision import DeviceSightings, Releases
from server.web.access.requirements import Access, open_to
from server.web.api import (
    alarms,
    alerts,
    appointments,
    configuration,
    counters,
    halls,
    hours,
    linked_visits,
    notices,
    read_aloud,
    reception,
    sound,
    targets,
    tickets,
)
from server.web.api import media as media_api
from server.web.api import messages as counter_messages
from server.web.api.bulletins import routes as bulletins_api
from server.web.api.devices import (
    devices,
    displays,
    own_device,
    printer_secrets,
    printers,
    screen_pictures,
    supervision,
)
from server.web.api.incidents import routes as incidents_api
from server.web.api.openapi import complete_document
from server.web.api.quality import typed_figures
from server.web.api.shapes.answers import answers_of
from server.web.rendering.compression import SameForAll

PLAIN = (
    *(tickets, appointments, halls, hours, targets, counters, reception, linked_visits),
    *(typed_figures, counter_messages, alerts, alarms, sound, displays, printers, printer_secrets),
)
"""Subjects whose routes need nothing but what every route has."""


def install_api(parts: WebParts, *, screen_release: Callable[[], str]) -> None:
    """Adds every route of the API and its description. `screen_release`: that of the screens' page now."""
    for subject in PLAIN:
        parts.app.register_api(subject.blueprint(parts.api))
    parts.app.register_api(incidents_api.blueprint(parts.api, parts.parvis.presence.receivers))
    _install_devices(parts, screen_release)
    _install_notices_and_media(parts)
    _install_reading_aloud(parts)
    _install_description(parts)


def _install_devices(parts: WebParts, screen_release: Callable[[], str]) -> None:
    app, api, parvis = parts.app, parts.api, parts.parvis
    watch = parvis.devices

    def sightings(hall: str) -> DeviceSightings:
        releases: Releases = {"screen": screen_release(), "kiosk": kiosk.pages.release()}
        pictures = parvis.pictures.of_hall(hall, parvis.database.clock.now())
        return DeviceSightings(watch.players.of_hall(hall), pictures, releases)

    slow_codes = parts.brake("pairing_code", "20 per minute", by=by_caller)
    renewal_asked = parvis.publisher.renewal_asked
    app.register_api(supervision.blueprint(api, sightings))
    app.register_api(
        devices.blueprint(api, devices.Devices(sightings, renewal_asked, watch.changed, slow_codes))
    )
    app.register_api(configuration.blueprint(api, watch.players))
    app.register_api(own_device.blueprint(parts.context))
    app.register_api(screen_pictures.blueprint(api, _screen_pictures(parts)))


def _screen_pictures(parts: WebParts) -> screen_pictures.Pictures:
    parvis = parts.parvis

    def ask(hall: str, screen: str) -> None:
        room = messages.screen_room(hall, screen)
        parvis.publisher.emit(messages.PICTURE_ASKED, {}, messages.SCREEN, room)

    return screen_pictures.Pictures(
        parvis.pictures,
        parvis.devices.players,
        parvis.picture_apart.call,
        ask,
        parvis.devices.changed,
        slow_sent=parts.brake("picture_sent", "12 per minute", by=by_caller),
        slow_asked=parts.brake("picture_asked", "30 per minute", by=by_caller),
    )


def _install_notices_and_media(parts: WebParts) -> None:
    app, api, parvis = parts.app, parts.api, parts.parvis
    library = media_api.MediaLibrary(
        parvis.media.files,
        parvis.media_uploaded,
        notices_with_medium,
        parvis.feeds.try_now,
        parvis.publisher.programme_changed,
        slow_feeds=parts.brake("feed", "20 per minute", by=by_caller),
        slow_uploads=parts.brake("upload", "30 per minute", by=by_caller),
    )
    app.register_api(notices.blueprint(api, parvis.publisher.programme_changed))
    app.register_api(media_api.blueprint(api, library))
    app.register_api(bulletins_api.blueprint(api, parvis.publisher.programme_changed))


def _install_reading_aloud(parts: WebParts) -> None:
    reading = parts.parvis.reading
    slow = parts.brake("reading", "60 per minute", by=by_caller)
    routes = read_aloud.blueprint(
        parts.api,
        speak=reading.speak if reading else None,
        speaks=reading.files.voices.speaks if reading else lambda _language: False,
        slow=slow,
    )
    parts.app.register_api(routes)


def _install_description(parts: WebParts) -> None:
    app = parts.app

    @cache
    def described() -> bytes:
        return app.json.dumps(complete_document(app.api_doc, answers_of(app))).encode()

    @app.get("/api/v1/openapi.json", doc_ui=False)
    @open_to(Access.EVERYBODY)
    def openapi() -> Response:
        return SameForAll(described(), mimetype="application/json")
