"""Photographs of entries: what a visitor’s form holds, and the routes of people who read the register."""

from typing import Any

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from server.domain.complaints.photographs import MOST_PHOTOGRAPHS, PHOTOGRAPH_BYTES
from server.domain.hall_checks.photographs import SentPhotograph
from server.usecases.complaints.keep_photographs import read_photograph, remove_photograph
from server.web.access.requirements import PEOPLE, requires
from server.web.pages.complaints.register_pages import NEEDED, PLACE, RegisterPages, entry_address
from server.web.rendering.viewer import hall_for_page

LARGEST_FORM = MOST_PHOTOGRAPHS * PHOTOGRAPH_BYTES + 50_000
"""Bytes of a form with its photographs."""
PHOTOGRAPH = f"{PLACE}/<entry>/photographies/<int:number>"


def sent_photographs() -> list[SentPhotograph]:
    """The photographs of the form that was sent, each cut after the limit; one more than may be sent."""
    chosen = [each for each in request.files.getlist("photographs") if each.filename]
    return [
        SentPhotograph(each.filename or "", each.stream.read(PHOTOGRAPH_BYTES + 1))
        for each in chosen[: MOST_PHOTOGRAPHS + 1]
    ]


def add_photograph_routes(routes: Blueprint, needs: RegisterPages) -> None:
    """A photograph, and its removal: they need the permission of the register."""

    @routes.get(PHOTOGRAPH)
    @requires(NEEDED, of=PEOPLE)
    def photograph(entry: str, number: int) -> Any:
        hall = hall_for_page(needs.work, NEEDED)
        if isinstance(hall, Response):
            return hall
        content = read_photograph(needs.database, needs.reach(hall), entry, number)
        answer = Response(content, content_type="image/webp")
        answer.headers["X-Content-Type-Options"] = "nosniff"
        answer.headers["Cache-Control"] = "private, no-store"
        return answer

    @routes.post(f"{PHOTOGRAPH}/suppression")
    @requires(NEEDED, of=PEOPLE)
    def remove(entry: str, number: int) -> Any:
        hall = hall_for_page(needs.work, NEEDED)
        if isinstance(hall, Response):
            return hall
        remove_photograph(needs.database, needs.reach(hall), entry, number)
        return redirect(entry_address(hall, entry, done="photograph_removed"), 303)
