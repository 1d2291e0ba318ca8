"""The routes of the API and those of printers that fetch their jobs, by subject."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial

from flask import Response, request

import kiosk.pages
from hardware.escpos_printer import drawn_dots, drawn_png
from server.app.web_parts import WebParts, by_caller
from server.live import messages as live_messages
from server.printing.documents import logo_file
from server.printing.pulled_printers import FOLDER, Drawn, byte_drawer, drawer, note_refused_secret
from server.store.notices.notices import notices_with_medium
from server.usecases.devices.device_places import DeviceSightings, Releases
from server.usecases.printing.pulled_jobs import Draw
from server.web.access.requirements import Access, requires
from server.web.access.site_context import give_app
from server.web.api import (
    appointments,
    configuration,
    counters,
    notices,
    own_device,
    read_aloud,
)
from server.web.api import media as media_api
from server.web.api.alerts import alerts_api, bulletins_api
from server.web.api.devices import Devices, devices_api, printer_secrets_api, printers_api
from server.web.api.figures import targets_api, typed_figures_api
from server.web.api.halls import half_days_api, halls_api, sound_api, supervision_api
from server.web.api.kiosks import Agents, kiosks_api
from server.web.api.messages import alarms_api, incidents_api, messages_api
from server.web.api.openapi import answers_of, complete_document
from server.web.api.screens import Pictures, displays_api, screen_pictures_api
from server.web.api.tickets import links_api, reception_api, tickets_api
from server.web.pages.home import SeenDevices
from server.web.pulled_printers import protocols
from server.web.pulled_printers.printer_access import PulledService
from server.web.rendering.answers import SameForAll

PLAIN = (
    *(tickets_api, appointments.blueprint, halls_api, half_days_api, targets_api, counters.blueprint),
    *(
        reception_api,
        links_api,
        typed_figures_api,
        messages_api,
        alerts_api,
        alarms_api,
        sound_api,
    ),
    *(displays_api, printers_api, printer_secrets_api),
)
"""Subjects whose routes need nothing but what every route has."""

MOST_REQUESTS = "240 per minute"
"""Of one printer: one that asks every second, with a job a second."""
MOST_REFUSED = "60 per minute"
"""Of one network, with a wrong secret."""
MOST_UNPROVEN = "1200 per minute"
"""Of one network, without any: a printer that proves itself by Digest asks first. Ten that ask every second
need half of it."""


def install_api(parts: WebParts, *, screen_release: Callable[[], str]) -> None:
    """Adds every route of the API and its description. `screen_release`: that of the screens' page now."""
    for routes in PLAIN:
        parts.app.register_api(routes(parts.api))
    parts.app.register_api(incidents_api(parts.api, parts.parvis.presence.receivers))
    _install_devices(parts, screen_release)
    _install_notices_and_media(parts)
    _install_reading_aloud(parts)
    _install_description(parts)


def _install_devices(parts: WebParts, screen_release: Callable[[], str]) -> None:
    app, api, parvis = parts.app, parts.api, parts.parvis
    watch = parvis.devices

    def sightings(halls: Sequence[str]) -> Mapping[str, DeviceSightings]:
        releases: Releases = {"screen": screen_release(), "kiosk": kiosk.pages.release()}
        found = watch.players.of_halls(halls)
        pictures = parvis.pictures.of_halls(halls, parvis.database.clock.now())
        return {hall: DeviceSightings(found[hall], pictures[hall], releases) for hall in halls}

    give_app(app, SeenDevices(sightings))
    slow_codes = parts.brake("pairing_code", "20 per minute", by=by_caller)
    renewal_asked = parvis.publisher.renewal_asked
    app.register_api(supervision_api(api, sightings))
    app.register_api(devices_api(api, Devices(sightings, renewal_asked, watch.changed, slow_codes)))
    app.register_api(configuration.blueprint(api, watch.players))
    app.register_api(own_device.blueprint(parts.context))
    app.register_api(screen_pictures_api(api, _screen_pictures(parts)))
    app.register_api(kiosks_api(api, _agents(parts)))


def _agents(parts: WebParts) -> Agents:
    return Agents(
        partial(logo_file, parts.parvis.printing.printing.tickets),
        slow_signs=parts.brake("kiosk_agent", "60 per minute", by=by_caller),
        slow_provisions=parts.brake("kiosk_provision", "20 per minute", by=by_caller),
        slow_presses=parts.brake("kiosk_presses", "30 per minute", by=by_caller),
    )


def _screen_pictures(parts: WebParts) -> Pictures:
    parvis = parts.parvis

    def ask(hall: str, screen: str) -> None:
        room = live_messages.screen_room(hall, screen)
        parvis.publisher.emit(live_messages.PICTURE_ASKED, {}, live_messages.SCREEN, room)

    return Pictures(
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
    app.register_api(bulletins_api(api, parvis.publisher.programme_changed))


def _install_reading_aloud(parts: WebParts) -> None:
    reading = parts.parvis.reading
    slow = parts.brake("reading", "240 per minute", by=by_caller)
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
    @requires(Access.EVERYBODY)
    def openapi() -> Response:
        return SameForAll(described(), mimetype="application/json")


def install_printer_routes(parts: WebParts) -> None:
    """Adds the routes of every protocol."""
    printing = parts.parvis.printing.printing

    def draw(drawn: Drawn) -> Draw:
        return drawer(printing.database, printing.tickets, printing.off_loop, drawn)

    service = PulledService(
        database=parts.parvis.database,
        draw_png=draw(drawn_png),
        draw_dots=draw(drawn_dots),
        draw_bytes=byte_drawer(printing.database, printing.tickets, printing.off_loop),
        tell=printing.tell,
        slow_refused=parts.brake("printer_refused", MOST_REFUSED),
        slow_unproven=parts.brake("printer_unproven", MOST_UNPROVEN),
        slow_requests=parts.brake("printer_requests", MOST_REQUESTS, by=_by_printer),
        note_refused=partial(note_refused_secret, parts.parvis.settings.var / FOLDER, parts.parvis.database),
    )
    parts.app.register_blueprint(protocols.star_routes(service))
    parts.app.register_blueprint(protocols.epson_routes(service))
    parts.app.register_blueprint(protocols.gateway_routes(service))


def _by_printer() -> str:
    """Counted by the printer, which has proved who it is."""
    return str((request.view_args or {}).get("printer", ""))
