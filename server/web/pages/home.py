"""The home page `/`, and the problem pages that readers get instead of the requested page."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request
from werkzeug.wrappers import Response

from server.web.access.callers import LOOPBACK
from server.web.access.requirements import Access, open_to
from server.web.rendering.menu import pages_for
from server.web.rendering.viewer import WorkContext

_SAID = frozenset({400, 401, 403, 404, 405, 429, 500, 503})

type Demonstration = Callable[[], Mapping[str, Any] | None]
"""What `var/demo.json` holds; None outside the demonstration."""


def blueprint(
    work: WorkContext,
    *,
    demonstration: Demonstration,
    awaits_first_person: Callable[[], bool],
) -> Blueprint:
    """The home page: the pages a person may open, or how to begin while there is no account.

    The demonstration's links and accounts are for this machine only.

    """
    routes = Blueprint("entrance", __name__)

    @routes.get("/")
    @open_to(Access.EVERYBODY)
    def home() -> Any:
        person = work.viewer()
        if person is None and awaits_first_person():
            return redirect("/installation", 303)
        groups = pages_for(person) if person is not None else {}
        theirs = work.halls(person) if person is not None else ()
        shown = demonstration() if request.remote_addr in LOOPBACK else None
        return render_template("home.html", groups=groups, halls=theirs, demonstration=shown)

    return routes


def problem_page(status: int) -> Response:
    """The problem page instead of the requested one, in the reader's language."""
    said = status if status in _SAID else 500 if status >= 500 else 400
    page = render_template("problem.html", status=status, key=f"server.problem.{said}")
    return make_response(page, status)
