"""Epson Server Direct Print: `/impression/epson/<hall>/<printer>` takes polls, results and states.

The printer proves who it is by HTTP Digest: its user, and the ID in each form, are the id of its kiosk. The
answer to a poll has the whole job: it is the handover.
"""

from dataclasses import dataclass

from flask import Blueprint, Response, current_app, request

from server.domain.hall.devices import PrinterKind
from server.domain.printing import epson_direct
from server.domain.printing.epson_direct import (
    LARGEST_FORM_BYTES,
    LARGEST_JOB_BYTES,
    EpsonPoll,
    EpsonResult,
)
from server.domain.printing.handovers import Handover, challenge, is_answer, is_fresh, is_own_nonce, new_nonce
from server.store.devices.printers import PulledPrinter
from server.usecases.printing.printers import printer_of_secret
from server.usecases.printing.pulled_jobs import Picture, PollReport, answer_poll, confirm_job, fetch_job
from server.usecases.printing.pulled_printers import report_state
from server.web.access.cross_site import OF_PRINTERS
from server.web.access.requirements import Access, Allowance, open_to
from server.web.pulled_printers.printer_access import (
    PulledService,
    admit_printer,
    plain_answers,
    proof_sent,
)

KIND: PrinterKind = "epson_direct"
_XML = "text/xml; charset=utf-8"


def blueprint(service: PulledService) -> Blueprint:
    """The route."""
    routes = Blueprint("epson_direct", __name__, url_prefix=f"{OF_PRINTERS}epson")
    plain_answers(routes)

    @routes.post("/<hall>/<printer>")
    @open_to(Access.EVERYBODY, allowance=Allowance.OWN)
    def ask(hall: str, printer: str) -> Response:
        request.max_content_length = LARGEST_FORM_BYTES
        proof = _Proof(service, hall, printer)
        found = admit_printer(
            service, proof.printer, challenge=proof.challenge, is_stale=lambda: proof.is_stale
        )
        return found if isinstance(found, Response) else _answer(service, found)

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
        if request.form.get("ID") != self.user or not is_own_nonce(nonce, _key()):
            return None
        found = printer_of_secret(
            self.service.database,
            KIND,
            self.hall,
            self.user,
            is_proven=lambda kept: is_answer(sent.parameters, kept, method=request.method, path=request.path),
        )
        self.is_stale = found is not None and not is_fresh(nonce, self.service.database.clock.now())
        return None if self.is_stale else found

    def challenge(self) -> str:
        """What the answer demands."""
        nonce = new_nonce(_key(), self.service.database.clock.now())
        return challenge(nonce, is_stale=self.is_stale)


def _key() -> str:
    return str(current_app.config["SECRET_KEY"])


def _answer(service: PulledService, printer: PulledPrinter) -> Response:
    sent = epson_direct.read_request(request.form)
    if sent is None:
        return Response(status=400)
    if isinstance(sent, EpsonPoll):
        return _poll(service, printer)
    if isinstance(sent, EpsonResult):
        confirm_job(service.database, printer, sent.handover, sent.confirmation, service.tell)
    if sent.state is not None:
        report_state(service.database, printer, sent.state)
    return _nothing()


def _poll(service: PulledService, printer: PulledPrinter) -> Response:
    answer = answer_poll(service.database, printer, PollReport(None), service.tell)
    if answer.offer is None:
        return _nothing()
    found = _handed_over(service, printer, answer.offer)
    return _nothing() if found is None else Response(found, content_type=_XML)


def _handed_over(service: PulledService, printer: PulledPrinter, offer: Handover) -> bytes | None:
    """The document of a job that is the printer's from now on; None: there is none after all."""
    name = str(offer)

    def document(picture: Picture) -> bytes:
        return epson_direct.job_document(name, picture.content, rows=picture.rows)

    found = fetch_job(
        service.database,
        printer,
        name,
        draw=service.draw_dots,
        allows=lambda picture: len(document(picture)) <= LARGEST_JOB_BYTES,
    )
    return document(found) if isinstance(found, Picture) else None


def _nothing() -> Response:
    """An empty answer. The printer posts a result again that is answered otherwise."""
    return Response(b"", content_type=_XML)
