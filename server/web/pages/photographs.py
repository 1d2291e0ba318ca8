"""Photographs of checks and entries: those of a form, and the routes that show and remove one."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from server.domain.hall.configuration import HallConfiguration
from server.domain.hall_checks import PhotographLimits, SentPhotograph
from server.domain.people.roles import Permission
from server.store.media.photographs import Photographs
from server.store.transactions.database import Database
from server.usecases.hall_checks import FindOwner, read_photograph, remove_photograph
from server.web.access.requirements import PEOPLE, requires
from server.web.rendering.viewer import WorkContext, hall_for_page

AROUND_FILES = 50_000
"""Bytes of a form around its files."""


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


def add_photograph_routes(
    routes: Blueprint,
    work: tuple[WorkContext, Database, Permission],
    place: str,
    kept: Photographs,
    *,
    find: Callable[[HallConfiguration], FindOwner],
    address: Callable[[HallConfiguration, str], str],
) -> None:
    """A photograph, and its removal, at `place`, whose variable part is the id of a check or an entry.

    `find`: finds that one in a hall; `address`: the page that shows it, after a removal.
    """
    context, database, needed = work

    @routes.get(f"{place}/photographies/<int:number>")
    @requires(needed, of=PEOPLE)
    def photograph(number: int, **at: str) -> Any:
        hall, (of,) = hall_for_page(context, needed), at.values()
        answer = Response(read_photograph(database, kept, find(hall), of, number), content_type="image/webp")
        answer.headers["X-Content-Type-Options"] = "nosniff"
        answer.headers["Cache-Control"] = "private, no-store"
        return answer

    @routes.post(f"{place}/photographies/<int:number>/suppression")
    @requires(needed, of=PEOPLE)
    def remove(number: int, **at: str) -> Any:
        hall, (of,) = hall_for_page(context, needed), at.values()
        remove_photograph(database, kept, find(hall), of, number)
        return redirect(address(hall, of), 303)
