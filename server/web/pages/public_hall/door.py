"""`/porte/<hall>`: who has read the code at the door takes a ticket on their own phone.

It works without JavaScript. The only cookie holds the pass of the phone, which names its one press.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, redirect, render_template, request

from server.domain.refusals import Refusal
from server.store.transactions.database import Database
from server.usecases.notices.notice_places import offered_languages
from server.usecases.tickets.door import PASS_KEPT, DoorCodes, take_door_ticket
from server.usecases.tickets.kiosk_menu import read_menu
from server.usecases.waits import Estimates
from server.web.access.guards import check_limits
from server.web.access.requirements import Access, open_to
from server.web.pages.hall.phone import frame_values, page_answer
from server.web.pages.public_hall.pages import NOT_NOW, wait_words
from server.web.rendering.problems import refusal_sentence, status_of
from server.web.rendering.viewer import page_language, page_sentence, speak_to_visitors

COOKIE = "parvis-door"
_NOT_GIVEN = tuple(each for each in NOT_NOW if each != "no_counter")
"""Where nobody serves at the moment a ticket is given all the same, as at a kiosk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorPages:
    """What the page needs. `slow_codes` bounds codes tried from a network, `slow_tickets` tickets."""

    database: Database
    estimates: Estimates
    translate: Callable[..., str]
    codes: DoorCodes
    slow_codes: Callable[[], None]
    slow_tickets: tuple[Callable[[], None], ...]
    is_https: bool


def door_pages(needs: DoorPages) -> Blueprint:
    """The routes."""
    routes = Blueprint("door", __name__, template_folder="templates")

    @routes.before_request
    def choose_language() -> None:
        speak_to_visitors(offered_languages(needs.database))

    @routes.get("/porte/<hall>")
    @open_to(Access.EVERYBODY)
    def door(hall: str) -> Response:
        hall_id = _hall_with_door(needs, hall)
        typed, now = request.args.get("c", ""), needs.database.clock.now()
        if not typed:
            return _ask(needs, hall)
        needs.slow_codes()
        if not needs.codes.is_right(hall_id, typed, now):
            return _ask(needs, hall, Refusal("door_code_wrong"))
        known = request.cookies.get(COOKIE, "")
        passed = known if needs.codes.press_of(hall_id, known, now) else needs.codes.new_pass(hall_id, now)
        answer = _menu(needs, hall, passed)
        kept_s = int(PASS_KEPT.total_seconds())
        answer.set_cookie(
            COOKIE,
            passed,
            max_age=kept_s,
            path="/porte",
            secure=needs.is_https,
            httponly=True,
            samesite="Lax",
        )
        return answer

    @routes.post("/porte/<hall>")
    @open_to(Access.EVERYBODY)
    def take(hall: str) -> Any:
        hall_id, passed = _hall_with_door(needs, hall), request.form.get("pass", "")
        press = needs.codes.press_of(hall_id, passed, needs.database.clock.now())
        if press is None:
            return _ask(needs, hall, Refusal("door_code_wrong"))
        language, service = page_language(), request.form.get("service", "")
        try:
            check_limits("too_many_requests", *needs.slow_tickets)
            ticket = take_door_ticket(
                needs.database, needs.estimates, hall_id, press=press, service=service, language=language
            )
        except Refusal as refusal:
            return _menu(needs, hall, passed, refusal)
        return redirect(f"/t/{ticket['token']}?{urlencode({'lang': language})}", 303)

    return routes


def _hall_with_door(needs: DoorPages, hall: str) -> str:
    """The id of a hall that gives tickets at its door. Refusal: unknown_hall, also where that is off."""
    hall_id = needs.database.hall_id(hall)
    if not needs.database.configuration(hall_id).told_before.has_door_code:
        raise Refusal("unknown_hall", hall=hall)
    return hall_id


def _ask(needs: DoorPages, hall: str, refusal: Refusal | None = None) -> Response:
    """The page that asks for the code on the screen."""
    return _page(needs, hall, refusal, services=None, passed="")


def _menu(needs: DoorPages, hall: str, passed: str, refusal: Refusal | None = None) -> Response:
    """The page of services."""
    menu = read_menu(
        needs.database, needs.estimates, hall, language=page_language(), translate=needs.translate
    )
    services = [each for entry in menu["services"] for each in entry["children"] or [entry]]
    return _page(needs, hall, refusal, services=services, passed=passed)


def _page(needs: DoorPages, hall: str, refusal: Refusal | None, **values: object) -> Response:
    page = render_template(
        "door/door.html",
        name=needs.database.configuration(hall).name,
        path=request.path,
        refused="" if refusal is None else refusal_sentence(refusal),
        wait_words=partial(wait_words, say=page_sentence()),
        not_now=_NOT_GIVEN,
        **values,
        **frame_values(offered_languages(needs.database)),
    )
    return page_answer(page, 200 if refusal is None else status_of(refusal))
