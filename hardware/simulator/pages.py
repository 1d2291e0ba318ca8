"""The simulated printers' page, on loopback only: last tickets as pictures, a switch for each fault."""

from collections.abc import Callable, Mapping, Sequence
from datetime import tzinfo
from ipaddress import ip_address

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from hardware.simulator import OwnPrinter, SetUp, SharedPrinter, switch_fault

type ShownPrinter = OwnPrinter | SharedPrinter
type Printers = Mapping[str, ShownPrinter]


def blueprint(
    printers: Callable[[], Printers],
    translate: Callable[..., str],
    *,
    languages: Sequence[str],
    zones: Callable[[], Mapping[str, tzinfo]] = dict,
    labels: Callable[[], Mapping[str, str]] = dict,
    set_up: SetUp | None = None,
) -> Blueprint:
    """The routes under `/imprimantes`; `printers` gives the printers by name: run by this process, or
    by another one that shares them.

    The template calls the global `csrf_token()`. Hours are those of the printer's zone in
    `zones`, by its name; of this computer for an unknown printer. `labels` are what readers call
    the printers; without one, by its name. `set_up`: sets up a printer that fetches its jobs; None: the page
    does not offer it.
    A request that does not come directly from this computer gets 404.
    """
    routes = Blueprint(
        "simulator",
        __name__,
        static_folder="static",
        static_url_path="/static/simulator",
        template_folder="templates",
    )

    def named(name: str) -> ShownPrinter:
        return printers().get(name) or abort(404)

    @routes.before_request
    def refuse_other_computers() -> None:
        if not _is_from_loopback():
            abort(404)

    @routes.get("/imprimantes")
    def page() -> str:
        language = request.args.get("lang", languages[0])
        language = language if language in languages else languages[0]
        zone_of = zones()
        return render_template(
            "simulator/printers.html",
            printers=printers(),
            labels=labels(),
            may_set_up=set_up is not None,
            was_refused="refused" in request.args,
            language=language,
            say=lambda key, **values: translate(f"hardware.simulator.{key}", language, **values),
            hour=lambda instant, name: instant.astimezone(zone_of.get(name)).strftime("%H:%M:%S"),
        )

    @routes.get("/imprimantes/<name>/tickets/<int:number>.png")
    def picture(name: str, number: int) -> Response:
        answer = make_response(named(name).picture(number) or abort(404))
        answer.content_type = "image/png"
        answer.headers["Cache-Control"] = "no-store"
        return answer

    @routes.post("/imprimantes/<name>/faults")
    def switch(name: str) -> AnyResponse:
        printer = named(name)
        try:
            switch_fault(printer, request.form.get("fault", ""), is_on=request.form.get("is_on") == "1")
        except ValueError:
            abort(400)
        return redirect(url_for("simulator.page", lang=request.args.get("lang"), _anchor=name), code=303)

    @routes.post("/imprimantes")
    def set_up_printer() -> AnyResponse:
        if set_up is None:
            abort(404)
        typed = [request.form.get(name, "").strip() for name in ("address", "user", "secret")]
        refused = None if set_up(*typed) else "yes"
        language = request.args.get("lang")
        return redirect(url_for("simulator.page", lang=language, refused=refused, _anchor=typed[1]), code=303)

    return routes


def _is_from_loopback() -> bool:
    if "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        return False
    try:
        return ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False
