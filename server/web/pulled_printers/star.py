"""Star CloudPRNT: `/impression/star/<hall>/<printer>` takes polls, fetches and confirmations.

The printer proves who it is by HTTP Basic: its user is the id of its kiosk.
"""

from flask import Blueprint, Response, jsonify, request

from server.domain.hall.devices import PrinterKind
from server.domain.printing import star_cloudprnt
from server.domain.printing.star_cloudprnt import LARGEST_POLL_BYTES, MEDIA_TYPE
from server.store.devices.printers import PulledPrinter
from server.usecases.printing.pulled_jobs import (
    NotHandedOver,
    Picture,
    PollReport,
    answer_poll,
    confirm_job,
    fetch_job,
)
from server.web.access.cross_site import OF_PRINTERS
from server.web.access.requirements import Access, Allowance, open_to
from server.web.pulled_printers.printer_access import PulledService, admitted_by_password, plain_answers

KIND: PrinterKind = "star_cloudprnt"
_GONE: NotHandedOver = "superseded"


def blueprint(service: PulledService) -> Blueprint:
    """The routes."""
    routes = Blueprint("star_cloudprnt", __name__, url_prefix=f"{OF_PRINTERS}star")
    plain_answers(routes)

    @routes.post("/<hall>/<printer>")
    @open_to(Access.EVERYBODY, allowance=Allowance.OWN)
    def poll(hall: str, printer: str) -> Response:
        request.max_content_length = LARGEST_POLL_BYTES
        found = _admitted(service, hall, printer)
        return found if isinstance(found, Response) else _poll(service, found)

    @routes.get("/<hall>/<printer>")
    @open_to(Access.EVERYBODY, allowance=Allowance.OWN)
    def fetch(hall: str, printer: str) -> Response:
        found = _admitted(service, hall, printer)
        if isinstance(found, Response):
            return found
        if request.method == "HEAD":  # nothing may count as handed over without a body
            return Response(status=405)
        return _confirm(service, found) if "delete" in request.args else _fetch(service, found)

    @routes.delete("/<hall>/<printer>")
    @open_to(Access.EVERYBODY, allowance=Allowance.OWN)
    def confirm(hall: str, printer: str) -> Response:
        found = _admitted(service, hall, printer)
        return found if isinstance(found, Response) else _confirm(service, found)

    return routes


def _admitted(service: PulledService, hall: str, printer: str) -> PulledPrinter | Response:
    return admitted_by_password(service, KIND, hall, printer)


def _poll(service: PulledService, printer: PulledPrinter) -> Response:
    sent = star_cloudprnt.read_poll(request.get_data())
    if sent is None:
        return Response(status=400)
    report = PollReport(sent.state, sent.is_printing, sent.interval_s, sent.mac)
    answer = answer_poll(service.database, printer, report, service.tell)
    if answer.offer is not None:
        return jsonify(star_cloudprnt.job_ready(str(answer.offer)))
    return jsonify(star_cloudprnt.nothing_to_print(asks_interval=answer.asks_interval))


def _fetch(service: PulledService, printer: PulledPrinter) -> Response:
    if request.args.get("type", MEDIA_TYPE) != MEDIA_TYPE:
        return Response(status=415)
    limit = star_cloudprnt.picture_limit(request.args)
    name = request.args.get("token") or request.headers.get("X-Star-Token", "")
    found = fetch_job(
        service.database,
        printer,
        name,
        draw=service.draw_png,
        allows=lambda picture: limit.allows(rows=picture.rows, size_bytes=len(picture.content)),
    )
    if not isinstance(found, Picture):
        return Response(status=410 if found == _GONE else 404)
    answer = Response(found.content, mimetype=MEDIA_TYPE)
    answer.headers["X-Star-Cut"] = "partial; feed=true"
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _confirm(service: PulledService, printer: PulledPrinter) -> Response:
    code = star_cloudprnt.code_of(request.args.get("code"))
    name = request.args.get("token") or request.headers.get("X-Star-Token", "")
    confirmation = star_cloudprnt.confirmation_of(code)
    is_taken = confirm_job(service.database, printer, name, confirmation, service.tell)
    return Response(status=200 if is_taken else 410)
