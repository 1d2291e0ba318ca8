"""A guided change of paper, `/appareils/papier`: three pictures, then « Quel nombre lisez-vous ? ».

It works without JavaScript: whoever changes the paper stands at a kiosk, with the phone that is at hand.
"""

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, abort, redirect, render_template, request

from server.domain.hall.configuration import HallConfiguration
from server.domain.hall.devices import Kiosk
from server.domain.people.roles import Permission
from server.domain.printing.printers import is_read
from server.domain.refusals import Refusal
from server.store.transactions.database import Database
from server.usecases.printing.print_jobs import print_trial, read_print
from server.usecases.printing.printers import change_roll, note_paper_read
from server.web.access.callers import require_caller
from server.web.access.requirements import PEOPLE, requires
from server.web.rendering.viewer import WorkContext, hall_for_page

PATH = "/appareils/papier"
STEPS = ("open", "put_in", "close")
"""Each has a picture and a sentence."""
KNOWN_REASONS = frozenset(
    {"unreachable", "mute", "cutter", "error", "cover_open", "paper_out", "offline", "too_old", "driver_lost"}
)
"""The reasons of a verdict that the page of devices has a sentence for."""
_LONGEST = 64


def add_routes(routes: Blueprint, work: WorkContext, database: Database) -> None:
    """The page, the sheet to read, and the number that somebody read."""

    @routes.get(PATH)
    @requires(Permission.REPRINT, of=PEOPLE)
    def paper() -> str:
        hall = hall_for_page(work, Permission.REPRINT)
        return _page(database, hall, job=request.args.get("job", "")[:_LONGEST])

    @routes.post(PATH)
    @requires(Permission.REPRINT, of=PEOPLE)
    def print_number() -> Any:
        hall = hall_for_page(work, Permission.REPRINT)
        caller, hall_id = require_caller(Permission.REPRINT, hall.hall)
        kiosk = _chosen(hall)
        if kiosk is None:
            return _page(database, hall), 422
        job = print_trial(database, hall_id, caller.author, kiosk.id, has_number=True)["job"]
        return redirect(f"{PATH}?" + urlencode({"hall": hall.hall, "kiosk": kiosk.id, "job": job}), 303)

    @routes.post(f"{PATH}/nombre")
    @requires(Permission.REPRINT, of=PEOPLE)
    def read_number() -> Any:
        hall = hall_for_page(work, Permission.REPRINT)
        caller, hall_id = require_caller(Permission.REPRINT, hall.hall)
        kiosk, job = _chosen(hall), request.form.get("job", "")[:_LONGEST]
        if kiosk is None:
            return _page(database, hall), 422
        read_print(database, hall_id, job)
        typed = "" if "blank" in request.form else request.form.get("number", "")[:_LONGEST].strip()
        if not is_read(job, typed):
            return _page(database, hall, job=job, problem="wrong" if typed else "blank"), 422
        change_roll(database, hall_id, caller.author, kiosk.id)
        note_paper_read(database, hall_id, kiosk.id)
        return _page(database, hall, is_done=True)


def _page(
    database: Database,
    hall: HallConfiguration,
    *,
    job: str = "",
    problem: str | None = None,
    is_done: bool = False,
) -> str:
    """`problem`: `wrong` number, or `blank` sheet."""
    printing = [kiosk for kiosk in hall.kiosks.values() if _prints(kiosk)]
    kiosk = _chosen(hall) or (printing[0] if len(printing) == 1 and request.method == "GET" else None)
    return render_template(
        "devices/paper.html",
        hall=hall,
        kiosks=printing,
        kiosk=kiosk,
        steps=STEPS,
        job=_job(database, hall, job) if job and kiosk else None,
        problem=problem,
        is_done=is_done,
        known_reasons=KNOWN_REASONS,
    )


def _chosen(hall: HallConfiguration) -> Kiosk | None:
    """The kiosk of the request; None: it names none that prints, and the page asks of which."""
    kiosk = hall.kiosks.get(request.values.get("kiosk", ""))
    return kiosk if kiosk is not None and _prints(kiosk) else None


def _prints(kiosk: Kiosk) -> bool:
    return kiosk.printer is not None and not kiosk.is_retired


def _job(database: Database, hall: HallConfiguration, job: str) -> Any:
    """The state of the sheet; 404 for a job of another hall, or none."""
    try:
        return read_print(database, database.hall_id(hall.hall), job)
    except Refusal:
        abort(404)
