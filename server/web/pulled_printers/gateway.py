"""The print gateway: `/impression/gateway/<hall>/<printer>` takes polls, fetches and confirmations.

It is asked by our program on a kiosk's computer (`kiosk/print_gateway`), which drives the printer there. It
proves who it is by HTTP Basic: its user is the id of its kiosk.
"""

from flask import Blueprint, Response, jsonify, request

from server.domain.hall.devices import PrinterKind
from server.domain.printing.handovers import (
    AGE_HEADER,
    LARGEST_BODY_BYTES,
    LARGEST_JOB_BYTES,
    read_confirmation,
    read_poll,
)
from server.store.devices.printers import PulledPrinter
from server.usecases.printing.pulled_jobs import Picture, PollReport, answer_poll, confirm_job, fetch_job
from server.usecases.printing.pulled_printers import claim_printer, release_printer
from server.web.access.cross_site import OF_PRINTERS
from server.web.access.requirements import Access, Allowance, open_to
from server.web.pulled_printers.printer_access import PulledService, admitted_by_password, plain_answers

KIND: PrinterKind = "gateway"
TAKEN = 409
"""Another run of the program acts for this printer now."""


def blueprint(service: PulledService) -> Blueprint:
    """The routes."""
    routes = Blueprint("print_gateway", __name__, url_prefix=f"{OF_PRINTERS}{KIND}")
    plain_answers(routes)

    @routes.post("/<hall>/<printer>")
    @open_to(Access.EVERYBODY, allowance=Allowance.OWN)
    def poll(hall: str, printer: str) -> Response:
        request.max_content_length = LARGEST_BODY_BYTES
        found = admitted_by_password(service, KIND, hall, printer)
        return found if isinstance(found, Response) else _poll(service, found)

    @routes.get("/<hall>/<printer>")
    @open_to(Access.EVERYBODY, allowance=Allowance.OWN)
    def fetch(hall: str, printer: str) -> Response:
        found = admitted_by_password(service, KIND, hall, printer)
        if isinstance(found, Response):
            return found
        if "job" not in request.args:  # somebody tries address and secret
            return Response(status=204)
        if request.method == "HEAD":  # nothing may count as handed over without a body
            return Response(status=405)
        return _fetch(service, found)

    @routes.put("/<hall>/<printer>")
    @open_to(Access.EVERYBODY, allowance=Allowance.OWN)
    def confirm(hall: str, printer: str) -> Response:
        request.max_content_length = LARGEST_BODY_BYTES
        found = admitted_by_password(service, KIND, hall, printer)
        return found if isinstance(found, Response) else _confirm(service, found)

    return routes


def _poll(service: PulledService, printer: PulledPrinter) -> Response:
    sent = read_poll(request.get_data())
    if sent is None:
        return Response(status=400)
    if sent.leaves:
        release_printer(service.database, printer, sent.program)
        return Response(status=204)
    claimed = claim_printer(service.database, printer, sent.program, sent.interval_s)
    if claimed is None:
        return Response(status=TAKEN)
    report = PollReport(sent.state, sent.is_printing, sent.interval_s, sent.program)
    answer = answer_poll(service.database, claimed, report, service.tell)
    return jsonify(
        {
            "offer": None if answer.offer is None else str(answer.offer),
            "dialect": _dialect(service, claimed),
        }
    )


def _dialect(service: PulledService, printer: PulledPrinter) -> str:
    """The dialect of the printer, as its hall's document says."""
    configured = service.database.configuration(printer.hall).kiosks[printer.printer].printer
    return "epson" if configured is None else configured.dialect


def _fetch(service: PulledService, printer: PulledPrinter) -> Response:
    if request.args.get("program") != printer.identity:
        return Response(status=TAKEN)
    found = fetch_job(
        service.database,
        printer,
        request.args["job"],
        draw=service.draw_bytes,
        allows=lambda picture: len(picture.content) <= LARGEST_JOB_BYTES,
        is_once=True,
    )
    if not isinstance(found, Picture):
        return Response(status=410)
    answer = Response(found.content, mimetype="application/octet-stream")
    answer.headers[AGE_HEADER] = f"{found.age_s:.1f}"
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _confirm(service: PulledService, printer: PulledPrinter) -> Response:
    confirmation = read_confirmation(request.get_data())
    if confirmation is None:
        return Response(status=400)
    name = request.args.get("job", "")
    is_taken = confirm_job(service.database, printer, name, confirmation, service.tell)
    return Response(status=204 if is_taken else 410)
