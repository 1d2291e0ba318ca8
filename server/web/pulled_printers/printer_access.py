"""What every request of a printer passes: TLS, the proof of its secret, a limit; and plain answers.

A printer reads no page of ours, so each refusal is a status without words.
"""

import hmac
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from flask import Blueprint, Response, abort, request
from werkzeug.datastructures import Authorization
from werkzeug.exceptions import HTTPException

from server.connections import identify_caller
from server.domain.hall.devices import PrinterKind
from server.domain.refusals import Refusal
from server.ids import token_digest
from server.store.devices.printers import PulledPrinter
from server.store.transactions.database import Database
from server.usecases.printing.printers import printer_of_kiosk, printer_of_secret
from server.usecases.printing.pulled_jobs import Draw
from server.usecases.printing.pulled_printers import Tell
from server.web.access.callers import LOOPBACK

log = structlog.get_logger()

RETRY_AFTER_S = 5
_REFUSED = {"csrf": 403, "control_characters": 400}
"""Refusals of a request that no printer would repeat otherwise; after another one it comes back later."""
_PROXIED = ("X-Forwarded-For", "Forwarded")


@dataclass(frozen=True, slots=True)
class PulledService:
    """What the routes of printers need.

    `draw_png`, `draw_dots`, `draw_bytes`: the paper of a job as a PNG, as bits of dots, as what an ESC/POS
    printer is sent. `tell(job)`: a verdict that is not
    final. `slow_refused`: counts one request with a wrong secret, `slow_unproven` one without any.
    `slow_requests`: counts one of the printer of the address. `note_refused(printer)`: keeps that a wrong
    secret of it came.
    """

    database: Database
    draw_png: Draw
    draw_dots: Draw
    draw_bytes: Draw
    tell: Tell
    slow_refused: Callable[[], None]
    slow_unproven: Callable[[], None]
    slow_requests: Callable[[], None]
    note_refused: Callable[[str], None]


def is_protected() -> bool:
    """Whether nobody between can read the request: by https, or from this machine itself."""
    is_local = request.remote_addr in LOOPBACK and not any(each in request.headers for each in _PROXIED)
    return request.is_secure or is_local


def proof_sent() -> Authorization | None:
    """What the request sends as a proof; None: nothing, or what no printer sends."""
    try:
        return request.authorization
    except ValueError:  # no ASCII: the library reads it as if it were
        return None


def admit_printer(
    service: PulledService,
    find: Callable[[], PulledPrinter | None],
    *,
    challenge: Callable[[], str],
    is_stale: Callable[[], bool] = lambda: False,
) -> PulledPrinter:
    """The printer of a request; one that is refused is answered at once.

    `find`: the printer that proves who it is. `challenge`: what the answer to another one demands.
    `is_stale`: whether the proof was right and is only too old.
    """
    if not is_protected():
        abort(Response(status=403))
    printer = find()
    if printer is None:
        if "Authorization" not in request.headers:
            service.slow_unproven()
        else:
            service.slow_refused()
            if not is_stale():
                service.note_refused(str((request.view_args or {}).get("printer", "")))
        answer = Response(status=401)
        answer.headers["WWW-Authenticate"] = challenge()
        abort(answer)
    service.slow_requests()
    identify_caller()
    return printer


def admitted_by_password(service: PulledService, kind: PrinterKind, hall: str, printer: str) -> PulledPrinter:
    """The printer of a kind, which comes to its own address with its own secret by HTTP Basic."""

    def of(password: str) -> PulledPrinter | None:
        digest = token_digest(password)
        return printer_of_secret(
            service.database,
            kind,
            hall,
            printer,
            is_proven=lambda kept: hmac.compare_digest(kept, digest),
        )

    return _admitted_by_basic(service, printer, of)


def admitted_by_token(service: PulledService, hall: str, printer: str) -> PulledPrinter:
    """The printer on the computer of a kiosk, whose agent comes with the kiosk's token by HTTP Basic."""
    return _admitted_by_basic(
        service, printer, lambda token: printer_of_kiosk(service.database, hall, printer, token)
    )


def _admitted_by_basic(
    service: PulledService, printer: str, of: Callable[[str], PulledPrinter | None]
) -> PulledPrinter:
    """The printer that `of` finds for a password; the user is its kiosk."""

    def find() -> PulledPrinter | None:
        sent = proof_sent()
        if sent is None or sent.type != "basic" or sent.username != printer:
            return None
        return of(sent.password or "")

    return admit_printer(service, find, challenge=lambda: 'Basic realm="Parvis", charset="UTF-8"')


def plain_answers(routes: Blueprint) -> None:
    """Answers what goes wrong with a status and no words; never 500, after which printers give a job up."""

    @routes.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> Response:
        answer = Response(status=error.code or 503)
        if error.code == 429:
            answer.headers["Retry-After"] = str(RETRY_AFTER_S)
        return answer

    @routes.errorhandler(Refusal)
    def refused(refusal: Refusal) -> Response:
        log.info("pulled_printer_refused", code=refusal.code)
        status = _REFUSED.get(refusal.code)
        return _later() if status is None else Response(status=status)

    @routes.errorhandler(Exception)
    def failed(error: Exception) -> Response:
        log.error("pulled_printer_failed", path=request.path, exc_info=error)
        return _later()


def _later() -> Response:
    answer = Response(status=503)
    answer.headers["Retry-After"] = str(RETRY_AFTER_S)
    return answer
