"""The addresses of printers that fetch their jobs."""

from functools import partial

from flask import request

from hardware.escpos_printer import drawn_dots, drawn_png
from server.app.web.parts import WebParts
from server.printing.pulled_printers import FOLDER, Drawn, byte_drawer, drawer, note_refused_secret
from server.usecases.printing.pulled_jobs import Draw
from server.web.pulled_printers import epson, gateway, star
from server.web.pulled_printers.printer_access import PulledService

MOST_REQUESTS = "240 per minute"
"""Of one printer: one that asks every second, with a job a second."""
MOST_REFUSED = "60 per minute"
"""Of one network, with a wrong secret."""
MOST_UNPROVEN = "1200 per minute"
"""Of one network, without any: a printer that proves itself by Digest asks first. Ten that ask every second
need half of it."""


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
    parts.app.register_blueprint(star.blueprint(service))
    parts.app.register_blueprint(epson.blueprint(service))
    parts.app.register_blueprint(gateway.blueprint(service))


def _by_printer() -> str:
    """Counted by the printer, which has proved who it is."""
    return str((request.view_args or {}).get("printer", ""))
