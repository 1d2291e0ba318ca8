"""Printers that fetch their jobs: Epson Server Direct Print, Star CloudPRNT, the kiosk agent."""

from dataclasses import dataclass

from flask import Response, current_app, jsonify, request

from server.domain.hall.devices import PrinterKind
from server.domain.printing import epson_direct, handovers, star_cloudprnt
from server.domain.printing.epson_direct import LARGEST_FORM_BYTES, EpsonPoll, EpsonResult
from server.domain.printing.star_cloudprnt import LARGEST_POLL_BYTES, MEDIA_TYPE
from server.store.devices.printers import PulledPrinter
from server.usecases.printing import pulled_jobs
from server.usecases.printing.printers import printer_of_secret
from server.usecases.printing.pulled_printers import claim_printer, release_printer, report_state
from server.web.access.guards import OF_PRINTERS
from server.web.access.requirements import Access, Allowance, PageRoutes, requires
from server.web.pulled_printers.printer_access import (
    PulledService,
    admit_printer,
    admitted_by_password,
    admitted_by_token,
    plain_answers,
    proof_sent,
)

EPSON: PrinterKind = "epson_direct"
_XML = "text/xml; charset=utf-8"

STAR: PrinterKind = "star_cloudprnt"
_GONE: pulled_jobs.NotHandedOver = "superseded"
GATEWAY: PrinterKind = "gateway"
TAKEN = 409
"""Another run of the program acts for this printer now."""


def epson_routes(service: PulledService) -> PageRoutes:
    routes = PageRoutes("epson_direct", __name__, url_prefix=f"{OF_PRINTERS}epson")
    plain_answers(routes)

    @routes.post("/<hall>/<printer>", Access.EVERYBODY, allowance=Allowance.OWN)
    def ask(hall: str, printer: str) -> Response:
        request.max_content_length = LARGEST_FORM_BYTES
        proof = _Proof(service, hall, printer)
        found = admit_printer(
            service, proof.printer, challenge=proof.challenge, is_stale=lambda: proof.is_stale
        )
        return _answer_epson(service, found)

    return routes


@dataclass(slots=True)
class _Proof:
    """The proof of a request by Digest, and the challenge to one that has none."""

    service: PulledService
    hall: str
    user: str
    is_stale: bool = False

    def printer(self) -> PulledPrinter | None:
        """The printer, which comes to its own address under its own ID; None: it does not prove it."""
        sent = proof_sent()
        if sent is None or sent.type != "digest" or sent.get("username") != self.user:
            return None
        nonce = sent.get("nonce") or ""
        if request.form.get("ID") != self.user or not handovers.is_own_nonce(nonce, _key()):
            return None
        found = printer_of_secret(
            self.service.database,
            EPSON,
            self.hall,
            self.user,
            is_proven=lambda kept: handovers.is_answer(
                sent.parameters, kept, method=request.method, path=request.path
            ),
        )
        self.is_stale = found is not None and not handovers.is_fresh(nonce, self.service.database.clock.now())
        return None if self.is_stale else found

    def challenge(self) -> str:
        """What the answer demands."""
        nonce = handovers.new_nonce(_key(), self.service.database.clock.now())
        return handovers.challenge(nonce, is_stale=self.is_stale)


def _key() -> str:
    return str(current_app.config["SECRET_KEY"])


def _answer_epson(service: PulledService, printer: PulledPrinter) -> Response:
    sent = epson_direct.read_request(request.form)
    if sent is None:
        return Response(status=400)
    if isinstance(sent, EpsonPoll):
        return _poll_epson(service, printer)
    if isinstance(sent, EpsonResult):
        pulled_jobs.confirm_job(service.database, printer, sent.handover, sent.confirmation, service.tell)
    if sent.state is not None:
        report_state(service.database, printer, sent.state)
    return _nothing()


def _poll_epson(service: PulledService, printer: PulledPrinter) -> Response:
    answer = pulled_jobs.answer_poll(service.database, printer, pulled_jobs.PollReport(None), service.tell)
    if answer.offer is None:
        return _nothing()
    found = _handed_over(service, printer, answer.offer)
    return _nothing() if found is None else Response(found, content_type=_XML)


def _handed_over(service: PulledService, printer: PulledPrinter, offer: handovers.Handover) -> bytes | None:
    """The document of a job that is the printer's from now on; None: there is none after all."""
    name = str(offer)

    def document(picture: pulled_jobs.Picture) -> bytes:
        return epson_direct.job_document(name, picture.content, rows=picture.rows)

    found = pulled_jobs.fetch_job(
        service.database,
        printer,
        name,
        draw=service.draw_dots,
        allows=lambda picture: len(document(picture)) <= epson_direct.LARGEST_JOB_BYTES,
    )
    return document(found) if isinstance(found, pulled_jobs.Picture) else None


def _nothing() -> Response:
    """An empty answer. The printer posts a result again that is answered otherwise."""
    return Response(b"", content_type=_XML)


def star_routes(service: PulledService) -> PageRoutes:
    routes = PageRoutes("star_cloudprnt", __name__, url_prefix=f"{OF_PRINTERS}star")
    plain_answers(routes)

    @routes.post("/<hall>/<printer>", Access.EVERYBODY, allowance=Allowance.OWN)
    def poll(hall: str, printer: str) -> Response:
        request.max_content_length = LARGEST_POLL_BYTES
        return _poll_star(service, admitted_by_password(service, STAR, hall, printer))

    @routes.get("/<hall>/<printer>", Access.EVERYBODY, allowance=Allowance.OWN)
    def fetch(hall: str, printer: str) -> Response:
        found = admitted_by_password(service, STAR, hall, printer)
        if request.method == "HEAD":  # nothing may count as handed over without a body
            return Response(status=405)
        return _confirm_star(service, found) if "delete" in request.args else _fetch_star(service, found)

    @routes.delete("/<hall>/<printer>")
    @requires(Access.EVERYBODY, allowance=Allowance.OWN)
    def confirm(hall: str, printer: str) -> Response:
        return _confirm_star(service, admitted_by_password(service, STAR, hall, printer))

    return routes


def _poll_star(service: PulledService, printer: PulledPrinter) -> Response:
    sent = star_cloudprnt.read_poll(request.get_data())
    if sent is None:
        return Response(status=400)
    report = pulled_jobs.PollReport(sent.state, sent.is_printing, sent.interval_s, sent.mac)
    answer = pulled_jobs.answer_poll(service.database, printer, report, service.tell)
    if answer.offer is not None:
        return jsonify(star_cloudprnt.job_ready(str(answer.offer)))
    return jsonify(star_cloudprnt.nothing_to_print(asks_interval=answer.asks_interval))


def _fetch_star(service: PulledService, printer: PulledPrinter) -> Response:
    if request.args.get("type", MEDIA_TYPE) != MEDIA_TYPE:
        return Response(status=415)
    limit = star_cloudprnt.picture_limit(request.args)
    name = request.args.get("token") or request.headers.get("X-Star-Token", "")
    found = pulled_jobs.fetch_job(
        service.database,
        printer,
        name,
        draw=service.draw_png,
        allows=lambda picture: limit.allows(rows=picture.rows, size_bytes=len(picture.content)),
    )
    if not isinstance(found, pulled_jobs.Picture):
        return Response(status=410 if found == _GONE else 404)
    answer = Response(found.content, mimetype=MEDIA_TYPE)
    answer.headers["X-Star-Cut"] = "partial; feed=true"
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _confirm_star(service: PulledService, printer: PulledPrinter) -> Response:
    code = star_cloudprnt.code_of(request.args.get("code"))
    name = request.args.get("token") or request.headers.get("X-Star-Token", "")
    confirmation = star_cloudprnt.confirmation_of(code)
    is_taken = pulled_jobs.confirm_job(service.database, printer, name, confirmation, service.tell)
    return Response(status=200 if is_taken else 410)


def gateway_routes(service: PulledService) -> PageRoutes:
    routes = PageRoutes("kiosk_agent", __name__, url_prefix=f"{OF_PRINTERS}{GATEWAY}")
    plain_answers(routes)

    @routes.post("/<hall>/<printer>", Access.EVERYBODY, allowance=Allowance.OWN)
    def poll(hall: str, printer: str) -> Response:
        request.max_content_length = handovers.LARGEST_BODY_BYTES
        return _poll_gateway(service, admitted_by_token(service, hall, printer))

    @routes.get("/<hall>/<printer>", Access.EVERYBODY, allowance=Allowance.OWN)
    def fetch(hall: str, printer: str) -> Response:
        found = admitted_by_token(service, hall, printer)
        if "job" not in request.args:  # somebody tries address and secret
            return Response(status=204)
        if request.method == "HEAD":  # nothing may count as handed over without a body
            return Response(status=405)
        return _fetch_gateway(service, found)

    @routes.put("/<hall>/<printer>")
    @requires(Access.EVERYBODY, allowance=Allowance.OWN)
    def confirm(hall: str, printer: str) -> Response:
        request.max_content_length = handovers.LARGEST_BODY_BYTES
        return _confirm_gateway(service, admitted_by_token(service, hall, printer))

    return routes


def _poll_gateway(service: PulledService, printer: PulledPrinter) -> Response:
    sent = handovers.read_poll(request.get_data())
    if sent is None:
        return Response(status=400)
    if sent.leaves:
        release_printer(service.database, printer, sent.program)
        return Response(status=204)
    claimed = claim_printer(service.database, printer, sent.program, sent.interval_s)
    if claimed is None:
        return Response(status=TAKEN)
    report = pulled_jobs.PollReport(sent.state, sent.is_printing, sent.interval_s, sent.program)
    answer = pulled_jobs.answer_poll(service.database, claimed, report, service.tell)
    offer = None if answer.offer is None else str(answer.offer)
    return jsonify(offer=offer, dialect=_dialect(service, claimed))


def _dialect(service: PulledService, printer: PulledPrinter) -> str:
    """The dialect of the printer, as its hall's document says."""
    configured = service.database.configuration(printer.hall).kiosks[printer.printer].printer
    return "epson" if configured is None else configured.dialect


def _fetch_gateway(service: PulledService, printer: PulledPrinter) -> Response:
    if request.args.get("program") != printer.identity:
        return Response(status=TAKEN)
    found = pulled_jobs.fetch_job(
        service.database,
        printer,
        request.args["job"],
        draw=service.draw_bytes,
        allows=lambda picture: len(picture.content) <= handovers.LARGEST_JOB_BYTES,
        is_once=True,
    )
    if not isinstance(found, pulled_jobs.Picture):
        return Response(status=410)
    answer = Response(found.content, mimetype="application/octet-stream")
    answer.headers[handovers.AGE_HEADER] = f"{found.age_s:.1f}"
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _confirm_gateway(service: PulledService, printer: PulledPrinter) -> Response:
    confirmation = handovers.read_confirmation(request.get_data())
    if confirmation is None:
        return Response(status=400)
    name = request.args.get("job", "")
    is_taken = pulled_jobs.confirm_job(service.database, printer, name, confirmation, service.tell)
    return Response(status=204 if is_taken else 410)
