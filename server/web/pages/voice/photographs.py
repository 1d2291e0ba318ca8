"""Photographs in forms: how large a form may be, what was sent, and the routes that show and remove one."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import redirect, request
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response

from server.apart import CallApart
from server.domain.hall.configuration import HallConfiguration
from server.domain.people.roles import Permission
from server.domain.photographs import PhotographLimits, SentPhotograph
from server.store.photographs import Photographs
from server.usecases.photographs import FindOwner, read_photograph, remove_photograph
from server.web.access.callers import database, identify
from server.web.access.requirements import PageRoutes
from server.web.access.site_context import of_app
from server.web.rendering import page

AROUND_FILES = 50_000
"""Bytes of a form around its files."""


@dataclass(frozen=True, slots=True)
class PhotographPages:
    """What the pages need of the rest of the server. `call_apart`: decodes photographs."""

    call_apart: CallApart


needs = of_app(PhotographPages)


def largest_form(limits: PhotographLimits) -> int:
    """Bytes of a form with its photographs."""
    return limits.most * limits.largest + AROUND_FILES


def sent_photographs(limits: PhotographLimits) -> list[SentPhotograph]:
    """The photographs of the form that was sent, each cut after the limit; one more than may be sent."""
    chosen = [each for each in request.files.getlist("photographs") if each.filename]
    return [
        SentPhotograph(each.filename or "", each.stream.read(limits.largest + 1))
        for each in chosen[: limits.most + 1]
    ]


def take_photographs(
    routes: PageRoutes, view: str, limits: PhotographLimits, refuse: Callable[[], Any]
) -> None:
    """Lets the form of a view hold photographs of a person who is signed in; nobody else may send that much.

    `refuse`: the page with the refusal of a form that is larger.
    """
    endpoint = f"{routes.name}.{view}"

    @routes.url_value_preprocessor
    def allow_photographs(*_: object) -> None:
        """The form is read before its view runs: the CSRF guard reads it."""
        if request.endpoint == endpoint and identify().kind == "person":
            request.max_content_length = largest_form(limits)

    @routes.errorhandler(RequestEntityTooLarge)
    def too_large(error: RequestEntityTooLarge) -> Any:
        return refuse() if request.endpoint == endpoint else error


def photograph_answer(kept: Photographs, find: FindOwner, of: str, number: int) -> Response:
    """A photograph of what has this id, which nobody else keeps. Refusals: those of `find`; no_picture."""
    content = read_photograph(database(), kept, find, of, number)
    answer = Response(content, content_type="image/webp")
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def add_photograph_routes(
    routes: PageRoutes,
    needed: Permission,
    place: str,
    kept: Photographs,
    *,
    find: Callable[[HallConfiguration], FindOwner],
    address: Callable[[HallConfiguration, str], str],
) -> None:
    """A photograph, and its removal, at `place`, whose variable part is the id of a check or an entry.

    `find`: finds that one in a hall; `address`: the page that shows it, after a removal.
    """

    @routes.get(f"{place}/photographies/<int:number>", needed)
    def photograph(number: int, **at: str) -> Any:
        (of,) = at.values()
        return photograph_answer(kept, find(page.hall()), of, number)

    @routes.post(f"{place}/photographies/<int:number>/suppression", needed)
    def remove(number: int, **at: str) -> Any:
        hall, (of,) = page.hall(), at.values()
        remove_photograph(database(), kept, find(hall), of, number)
        return redirect(address(hall, of), 303)
