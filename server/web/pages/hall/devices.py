"""The pages of devices.

All that one oversees, `/appareils`; those of a hall live, `/supervision`; a guided change of paper,
`/appareils/papier`; the files that devices download; the page of an unpaired one, `/pair`.
"""

import json
from base64 import b64encode
from pathlib import Path
from ssl import PEM_cert_to_DER_cert
from typing import Any
from urllib.parse import urlencode

from flask import Response, abort, redirect, render_template, request

import hardware.player
from hardware.player.install_player import PARTS
from server.domain.hall.configuration import HallConfiguration
from server.domain.hall.devices import Kiosk
from server.domain.people.roles import Permission
from server.domain.printing.printers import is_read
from server.domain.refusals import Refusal
from server.usecases.devices.device_places import KINDS
from server.usecases.devices.devices import places_of
from server.usecases.printing.print_jobs import print_trial, read_print
from server.usecases.printing.printers import change_roll, note_paper_read
from server.web.access import site_context
from server.web.access.callers import database, of_device, require_caller
from server.web.access.cookies import DEVICE_COOKIE, read_cookie
from server.web.access.requirements import Access, PageRoutes
from server.web.pages.hall.console import hall_page
from server.web.rendering import page

PAPER_PATH = "/appareils/papier"
PAPER_STEPS = ("open", "put_in", "close")
"""Each has a picture and a sentence."""
KNOWN_REASONS = frozenset(
    {"unreachable", "mute", "cutter", "error", "cover_open", "paper_out", "offline", "too_old", "driver_lost"}
)
"""The reasons of a verdict that the page of devices has a sentence for."""
_LONGEST_JOB = 64
FILES = ("install_player.py", *PARTS)
_FOLDER = Path(hardware.player.__file__).parent
PAGE_OF_DEVICE = {"kiosk": "/kiosk", "screen": "/screen"}

site = site_context.of_app(site_context.SiteContext)
device_pages = PageRoutes("devices_page", __name__, template_folder="templates")
"""The routes of the page and of the guided change of paper."""


@device_pages.get("/appareils", Permission.SUPERVISE)
def every_device() -> str:
    hall = page.hall(Permission.SUPERVISE)
    person, language, devices = page.viewer(), page.language(), site_context.device_address(site.settings)
    return render_template(
        "devices/devices.html",
        hall=hall,
        devices=devices,
        player_commands=player_commands(devices),
        may_configure=person is not None and person.may(Permission.CONFIGURE),
        page=hall_page(hall, language),
        sentences=page.sentences(
            "device_list.", "supervision.", "console.live.", "console.refused.", "console.ask."
        ),
    )


@device_pages.get(PAPER_PATH, Permission.REPRINT)
def paper() -> str:
    hall = page.hall(Permission.REPRINT)
    return _paper_page(hall, job=request.args.get("job", "")[:_LONGEST_JOB])


@device_pages.post(PAPER_PATH, Permission.REPRINT)
def print_number() -> Any:
    hall = page.hall(Permission.REPRINT)
    caller, hall_id = require_caller(Permission.REPRINT, hall.hall)
    kiosk = _chosen(hall)
    if kiosk is None:
        return _paper_page(hall), 422
    job = print_trial(database(), hall_id, caller.author, kiosk.id, has_number=True)["job"]
    return redirect(f"{PAPER_PATH}?" + urlencode({"hall": hall.hall, "kiosk": kiosk.id, "job": job}), 303)


@device_pages.post(f"{PAPER_PATH}/nombre", Permission.REPRINT)
def read_number() -> Any:
    hall = page.hall(Permission.REPRINT)
    caller, hall_id = require_caller(Permission.REPRINT, hall.hall)
    kiosk, job = _chosen(hall), request.form.get("job", "")[:_LONGEST_JOB]
    if kiosk is None:
        return _paper_page(hall), 422
    read_print(database(), hall_id, job)
    typed = "" if "blank" in request.form else request.form.get("number", "")[:_LONGEST_JOB].strip()
    if not is_read(job, typed):
        return _paper_page(hall, job=job, problem="wrong" if typed else "blank"), 422
    change_roll(database(), hall_id, caller.author, kiosk.id)
    note_paper_read(database(), hall_id, kiosk.id)
    return _paper_page(hall, is_done=True)


def _paper_page(
    hall: HallConfiguration, *, job: str = "", problem: str | None = None, is_done: bool = False
) -> str:
    """`problem`: `wrong` number, or `blank` sheet."""
    printing = [kiosk for kiosk in hall.kiosks.values() if kiosk.prints]
    kiosk = _chosen(hall) or (printing[0] if len(printing) == 1 and request.method == "GET" else None)
    return render_template(
        "devices/paper.html",
        hall=hall,
        kiosks=printing,
        kiosk=kiosk,
        steps=PAPER_STEPS,
        job=_paper_job(hall, job) if job and kiosk else None,
        problem=problem,
        is_done=is_done,
        known_reasons=KNOWN_REASONS,
    )


def _chosen(hall: HallConfiguration) -> Kiosk | None:
    """The kiosk of the request; None: it names none that prints, and the page asks of which."""
    kiosk = hall.kiosks.get(request.values.get("kiosk", ""))
    return kiosk if kiosk is not None and kiosk.prints else None


def _paper_job(hall: HallConfiguration, job: str) -> Any:
    """The state of the sheet; 404 for a job of another hall, or none."""
    try:
        return read_print(database(), database().hall_id(hall.hall), job)
    except Refusal:
        abort(404)


def player_commands(address: site_context.DeviceAddress) -> str:
    """What to type on the screen's computer: fetch the recipe from the server, try it, run it.

    Of a server with an own authority its certificate comes first, whose fingerprint a person compares.
    """
    server = address.server
    trust, fetch, run = "", "wget", f"python3 install_player.py --server {server}"
    if address.fingerprint is not None:
        file = site_context.AUTHORITY_PATH.rpartition("/")[2]
        trust = (
            f"wget --no-check-certificate {server}{site_context.AUTHORITY_PATH}\n"
            f"openssl x509 -in {file} -noout -fingerprint -sha256\n"
        )
        fetch, run = f"{fetch} --ca-certificate={file}", f"{run} --authority {file}"
    return f"{trust}{fetch} {server}/player/install_player.py\n{run} --dry-run\nsudo {run}"


@device_pages.get("/player/<name>", Access.EVERYBODY)
def player_file(name: str) -> Response:
    if name not in FILES:
        abort(404)
    text = (_FOLDER / name).read_text("utf-8")
    answer = Response(text, mimetype="text/plain")
    answer.headers["Cache-Control"] = "no-cache"
    return answer


def certificate() -> str:
    file = site_context.own_authority(site.settings).authority
    if not file.exists():
        abort(404)
    return file.read_text("ascii")


@device_pages.get(site_context.AUTHORITY_PATH, Access.EVERYBODY)
def authority() -> Response:
    return _downloaded(certificate(), "application/x-x509-ca-cert", "parvis.pem")


@device_pages.get(site_context.POLICY_PATH, Access.EVERYBODY)
def policy() -> Response:
    der = b64encode(PEM_cert_to_DER_cert(certificate())).decode("ascii")
    return _downloaded(json.dumps({"CACertificates": [der]}), "application/json", "parvis.json")


def _downloaded(text: str, mimetype: str, name: str) -> Response:
    answer = Response(text, mimetype=mimetype)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Cache-Control"] = "no-cache"
    return answer


supervision_pages = PageRoutes("supervision_page", __name__, template_folder="templates")


@supervision_pages.get("/supervision", Permission.SUPERVISE)
def supervision() -> str:
    hall = page.hall(Permission.SUPERVISE)
    language = page.language()
    return render_template(
        "supervision/supervision.html",
        hall=hall,
        halls=page.halls(Permission.SUPERVISE),
        kinds=[*(kind for kind in KINDS if places_of(hall, kind)), *_printers(hall)],
        page=hall_page(hall, language),
        sentences=page.sentences("supervision.", "console.live.", "console.refused."),
    )


def _printers(hall: HallConfiguration) -> list[str]:
    return ["printer"] if any(hall.kiosks[kiosk].printer for kiosk in places_of(hall, "kiosk")) else []


pairing_pages = PageRoutes("pairing", __name__, template_folder="templates")


@pairing_pages.get("/pair", Access.EVERYBODY)
def pair() -> Response | str:
    html = _known_page()
    if html is not None:
        return redirect(html, 303)  # type: ignore[return-value]
    return render_template("pairing/pair.html", sentences=page.sentences("pairing."))


def _known_page() -> str | None:
    """The page of a device that is paired already; so a device may always be started at `/pair`."""
    token = read_cookie(DEVICE_COOKIE)
    if not token:
        return None
    try:
        return PAGE_OF_DEVICE[of_device(database(), token).name or ""]
    except Refusal:
        return None
