"""`/porte/<hall>`: who has read the code at the door takes a ticket on their own phone.

It works without JavaScript. The only cookie holds the pass of the phone, which names its one press.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlencode

from flask import Response, redirect, render_template, request

from server.domain.refusals import Refusal
from server.usecases.notices.notice_places import offered_languages
from server.usecases.tickets.door import PASS_KEPT, DoorCodes, take_door_ticket
from server.usecases.tickets.kiosk_menu import read_menu
from server.usecases.waits import Estimates
from server.web.access.callers import database
from server.web.access.guards import check_limits
from server.web.access.requirements import Access, PageRoutes
from server.web.access.site_context import SiteContext, of_app
from server.web.pages.hall.phone import frame_values, page_answer
from server.web.pages.public_hall.pages import NOT_NOW, wait_words
from server.web.rendering import page
from server.web.rendering.problems import refusal_sentence, status_of

COOKIE = "parvis-door"
_NOT_GIVEN = tuple(each for each in NOT_NOW if each != "no_counter")
"""Where nobody serves at the moment a ticket is given all the same, as at a kiosk."""


@dataclass(frozen=True, slots=True)
class DoorPages:
    """`slow_codes` bounds codes tried from a network, `slow_tickets` tickets."""

    slow_codes: Callable[[], None]
    slow_tickets: tuple[Callable[[], None], ...]


needs, codes, estimates, site = of_app(DoorPages), of_app(DoorCodes), of_app(Estimates), of_app(SiteContext)
door_pages = PageRoutes("door", __name__, template_folder="templates")


@door_pages.before_request
def choose_language() -> None:
    page.speak_to_visitors(offered_languages(database()))


@door_pages.get("/porte/<hall>", Access.EVERYBODY)
def door(hall: str) -> Response:
    hall_id = _hall_with_door(hall)
    typed, now = request.args.get("c", ""), database().clock.now()
    if not typed:
        return _ask(hall)
    needs.slow_codes()
    if not codes.is_right(hall_id, typed, now):
        return _ask(hall, Refusal("door_code_wrong"))
    known = request.cookies.get(COOKIE, "")
    passed = known if codes.press_of(hall_id, known, now) else codes.new_pass(hall_id, now)
    answer = _menu(hall, passed)
    kept_s = int(PASS_KEPT.total_seconds())
    answer.set_cookie(
        COOKIE,
        passed,
        max_age=kept_s,
        path="/porte",
        secure=site.settings.is_https,
        httponly=True,
        samesite="Lax",
    )
    return answer


@door_pages.post("/porte/<hall>", Access.EVERYBODY)
def take(hall: str) -> Any:
    hall_id, passed = _hall_with_door(hall), request.form.get("pass", "")
    press = codes.press_of(hall_id, passed, database().clock.now())
    if press is None:
        return _ask(hall, Refusal("door_code_wrong"))
    language = page.language()
    try:
        check_limits("too_many_requests", *needs.slow_tickets)
        asked = {"press": press, "service": request.form.get("service", ""), "language": language}
        token = take_door_ticket(database(), estimates, hall_id, **asked)["token"]
    except Refusal as refusal:
        return _menu(hall, passed, refusal)
    return redirect(f"/t/{token}?{urlencode({'lang': language})}", 303)


def _hall_with_door(hall: str) -> str:
    """The id of a hall that gives tickets at its door. Refusal: unknown_hall, also where that is off."""
    hall_id = database().hall_id(hall)
    if not database().configuration(hall_id).told_before.has_door_code:
        raise Refusal("unknown_hall", hall=hall)
    return hall_id


def _ask(hall: str, refusal: Refusal | None = None) -> Response:
    """The page that asks for the code on the screen."""
    return _page(hall, refusal, services=None, passed="")


def _menu(hall: str, passed: str, refusal: Refusal | None = None) -> Response:
    """The page of services."""
    menu = read_menu(database(), estimates, hall, language=page.language(), translate=page.translate)
    services = [each for entry in menu["services"] for each in entry["children"] or [entry]]
    return _page(hall, refusal, services=services, passed=passed)


def _page(hall: str, refusal: Refusal | None, **values: object) -> Response:
    html = render_template(
        "door/door.html",
        name=database().configuration(hall).name,
        path=request.path,
        refused="" if refusal is None else refusal_sentence(refusal),
        wait_words=partial(wait_words, say=page.sentence()),
        not_now=_NOT_GIVEN,
        **values,
        **frame_values(),
    )
    return page_answer(html, 200 if refusal is None else status_of(refusal))
