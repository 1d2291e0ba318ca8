"""Photographs of a check of the hall: sent, shown to people who read checks, removed. No JavaScript."""

from typing import Any, Protocol

from flask import Blueprint, redirect, request
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response

from server.domain.hall.configuration import HallConfiguration
from server.domain.hall_checks.photographs import (
    MOST_PHOTOGRAPHS,
    PHOTOGRAPH_BYTES,
    SentPhotograph,
    photograph_too_large,
)
from server.domain.refusals import Refusal
from server.usecases.hall_checks.keep_photographs import (
    WITH_PHOTOGRAPHS,
    add_photographs,
    read_photograph,
    remove_photograph,
)
from server.web.access.callers import identify
from server.web.access.requirements import PEOPLE, requires
from server.web.pages.hall_checks.services import NEEDED, PLACES, CheckPages, check_address
from server.web.rendering.problems import status_of
from server.web.rendering.viewer import hall_for_page

PHOTOGRAPHS = PLACES[WITH_PHOTOGRAPHS] + "/<check>/photographies"
AROUND_FILES = 20_000
"""Bytes of a form around its files."""


class RefusedList(Protocol):
    """The list of checks of a hall, with a refusal beside the form of one check (id)."""

    def __call__(self, hall: HallConfiguration, refusal: Refusal, *, check: str) -> str: ...


def add_photograph_routes(routes: Blueprint, needs: CheckPages, refused_list: RefusedList) -> None:
    """The routes of photographs: they need the permission of the list."""
    _add_sending(routes, needs, refused_list)

    @routes.get(PHOTOGRAPHS + "/<int:number>")
    @requires(NEEDED, of=PEOPLE)
    def photograph(check: str, number: int) -> Any:
        hall = hall_for_page(needs.work, NEEDED)
        if isinstance(hall, Response):
            return hall
        answer = Response(
            read_photograph(needs.database, hall.hall, check, number), content_type="image/webp"
        )
        answer.headers["X-Content-Type-Options"] = "nosniff"
        answer.headers["Cache-Control"] = "private, no-store"
        return answer

    @routes.post(PHOTOGRAPHS + "/<int:number>/suppression")
    @requires(NEEDED, of=PEOPLE)
    def remove(check: str, number: int) -> Any:
        hall = hall_for_page(needs.work, NEEDED)
        if isinstance(hall, Response):
            return hall
        remove_photograph(needs.database, hall.hall, check, number)
        return redirect(check_address(WITH_PHOTOGRAPHS, hall.hall, check), 303)


def _add_sending(routes: Blueprint, needs: CheckPages, refused_list: RefusedList) -> None:
    @routes.url_value_preprocessor
    def allow_photographs(*_: object) -> None:
        """The form is read before its view runs: the CSRF guard reads it. Nobody else may send that much."""
        if request.endpoint == f"{routes.name}.send_photographs" and identify().kind == "person":
            request.max_content_length = MOST_PHOTOGRAPHS * PHOTOGRAPH_BYTES + AROUND_FILES

    @routes.errorhandler(RequestEntityTooLarge)
    def too_large(error: RequestEntityTooLarge) -> Any:
        if request.endpoint != f"{routes.name}.send_photographs":
            return error
        hall = hall_for_page(needs.work, NEEDED)
        if isinstance(hall, Response):
            return hall
        return _refused(refused_list, hall, photograph_too_large())

    @routes.post(PHOTOGRAPHS, endpoint="send_photographs")
    @requires(NEEDED, of=PEOPLE)
    def send(check: str) -> Any:
        hall = hall_for_page(needs.work, NEEDED)
        if isinstance(hall, Response):
            return hall
        sent = [
            SentPhotograph(each.filename, each.stream.read(PHOTOGRAPH_BYTES + 1))
            for each in request.files.getlist("photographs")
            if each.filename
        ]
        ticked = request.form.get("nobody") == "yes"
        try:
            add_photographs(
                needs.database, needs.call_apart, hall.hall, check, sent, nobody_is_recognisable=ticked
            )
        except Refusal as refusal:
            if status_of(refusal) == 404:
                raise
            return _refused(refused_list, hall, refusal)
        return redirect(check_address(WITH_PHOTOGRAPHS, hall.hall, check), 303)


def _refused(refused_list: RefusedList, hall: HallConfiguration, refusal: Refusal) -> Any:
    check = str((request.view_args or {}).get("check", ""))
    return refused_list(hall, refusal, check=check), status_of(refusal)
