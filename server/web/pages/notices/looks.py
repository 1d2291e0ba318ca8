"""The page where people choose a look, `/affichage/apparence`, and previews of one that is not saved."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Response, abort, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as WsgiResponse

from kiosk.menu_messages import wording_of
from server.documents.brand import SEEN
from server.documents.problems import DocumentProblem, DocumentRefused
from server.documents.words import Words
from server.domain.hall.configuration import HallConfiguration
from server.domain.instants import to_text
from server.domain.languages import FRENCH
from server.domain.notices.media import MediaSearch
from server.domain.people.roles import Permission
from server.domain.refusals import Refusal
from server.domain.visits.transitions import LegState
from server.language import decimal_text
from server.store.notices.media import MediaFiles
from server.usecases.configuration.branding import (
    LIBRARY,
    LookContent,
    LookPlace,
    logo_contrast,
    publish_look,
    read_look_state,
    restore_look,
    styles_of,
    try_look,
    veil_of,
)
from server.usecases.media.media_library import read_media
from server.usecases.media.read_look import Branding, LogoAnswer
from server.usecases.people.directory import known_sites
from server.usecases.tickets.kiosk_menu import read_menu
from server.usecases.tickets.ticket_page import FollowedTicket
from server.usecases.waits import Estimates
from server.web.access.callers import database, identify
from server.web.access.requirements import PageRoutes
from server.web.access.site_context import every_hall, of_app
from server.web.pages.hall import phone
from server.web.rendering import page
from server.web.rendering.answers import FRAMED, FRAMING
from server.web.rendering.problems import refusal_sentence, show_again, status_of

PATH = "/affichage/apparence"
DARK_VEIL = 68
"""Percent from which a picture is hardly seen."""


@dataclass(frozen=True, slots=True)
class LookPages:
    """What the previews need of the rest of the server."""

    draw_ticket: Callable[[HallConfiguration, LogoAnswer | None], bytes]
    """A ticket as a printer prints it (PNG)."""


needs, files, estimates = of_app(LookPages), of_app(MediaFiles), of_app(Estimates)
look_pages = PageRoutes("looks", __name__, template_folder="templates")


@look_pages.get(PATH, Permission.SET_LOOK, anywhere=True)
def look() -> Response:
    return _page(_place(), _chosen())


@look_pages.post(PATH, Permission.SET_LOOK, anywhere=True)
def change() -> WsgiResponse:
    place, author, form = _place(), identify().author, request.form
    revision = int(form.get("revision", "0")[:9])
    show_again(lambda refusal: _page(place, _chosen(), refusal))
    if form.get("act") == "undo":
        restore_look(database(), author, place, revision=revision)
    else:
        chosen = None if form.get("act") == "follow" else _chosen()
        publish_look(database(), author, place, chosen, revision=revision)
    return redirect(f"{PATH}?{urlencode({'site': place.site or '', 'done': form.get('act', 'save')})}", 303)


@look_pages.get(f"{PATH}/apercu.css", Permission.SET_LOOK, anywhere=True)
def styles() -> Response:
    return Response(styles_of(files, _tried(), LIBRARY), mimetype="text/css")


@look_pages.get(f"{PATH}/borne", Permission.SET_LOOK, anywhere=True)
def kiosk() -> dict[str, object]:
    hall = _hall()
    menu = read_menu(database(), estimates, hall.hall, language=FRENCH, translate=page.translate)
    return {**menu, "look": _message(_tried(), request.query_string.decode()), "alert": None}


@look_pages.get(f"{PATH}/telephone", Permission.SET_LOOK, anywhere=True)
def phone_page() -> Response:
    page.wear(_tried())
    response = phone.show(_sample(_hall()), token=None, again=PATH)
    policy = response.headers["Content-Security-Policy"]
    response.headers.update(FRAMED)
    response.headers["Content-Security-Policy"] = policy.replace(
        "frame-ancestors 'none'", "frame-ancestors 'self'"
    )
    return response


@look_pages.get(f"{PATH}/ticket.png", Permission.SET_LOOK, anywhere=True)
def ticket() -> Response:
    return Response(needs.draw_ticket(_hall(), _tried().logo), mimetype="image/png")


def _place() -> LookPlace:
    sites = identify().sites_of(Permission.SET_LOOK)
    asked = request.values.get("site") or None
    return LookPlace(asked if asked or sites is None else min(sites), sites)


def _chosen() -> LookContent | None:
    """The look that a request holds, None without one."""
    given = request.values
    if "ink" not in given:
        return None
    colours = {
        name: "#" + given.get(name, "").strip().lower().removeprefix("#") for name in ("ink", "action")
    }
    media = {name: given.get(name) or None for name in ("logo", "ground")}
    return {
        "name": given.get("name", "").strip(),
        "colours": colours,
        **media,
        "scale": given.get("scale", ""),
    }


def _tried() -> Branding:
    """The look of the request before it is published. Raises DocumentRefused."""
    return try_look(database(), _place(), _chosen() or {})


def _message(tried: Branding, query: str) -> Mapping[str, object]:
    """The look of a query in a preview: only people at work may read its files yet."""
    return {**tried.as_message(), "stylesheet": f"{PATH}/apercu.css?{query}", "ground": None}


def _halls(place: LookPlace) -> list[HallConfiguration]:
    return [hall for hall in every_hall() if place.site in (None, hall.site.slug) and hall.services]


def _hall() -> HallConfiguration:
    """The hall whose pages are shown; 404 where there is none."""
    return next(iter(_halls(_place())), None) or abort(404)


def _page(place: LookPlace, chosen: LookContent | None, refusal: Refusal | None = None) -> Response:
    language = page.language()
    state, words = read_look_state(database(), place), Words(page.translate, language)
    shown, tried = chosen or state.brand, None
    problems: tuple[DocumentProblem, ...] = ()
    try:
        tried = try_look(database(), place, shown)
    except DocumentRefused as refused:
        problems = refused.problems
    nearest = {
        each.path.rpartition(".")[2]: each.values["nearest"] for each in problems if "nearest" in each.values
    }
    names = {slug: site.name for slug, site in known_sites(database()).items()}
    library = read_media(database(), sites=place.sites, search=MediaSearch(kind="image"))
    html = render_template(
        "looks/look.html",
        place=place,
        sites={slug: name for slug, name in names.items() if place.sites is None or slug in place.sites},
        state=state,
        chosen=shown,
        problems={each.path.rpartition(".")[2]: words.of_problem(each) for each in problems},
        nearest=nearest,
        nearest_pair={**shown["colours"], **nearest},
        refused="" if refusal is None or problems else refusal_sentence(refusal),
        done=request.args.get("done", ""),
        media=[each for each in library["media"] if each["state"] == "ready"],
        remarks=() if tried is None else tuple(_remarks(tried, language)),
        previews=_previews(place, shown if tried else state.brand),
        page={"language": language},
        sentences=page.sentences("notices.medium"),
    )
    response = make_response(html, 200 if refusal is None else status_of(refusal))
    response.headers.update(FRAMING)
    return response


def _remarks(tried: Branding, language: str) -> Iterator[tuple[str, str, dict[str, object]]]:
    """What was measured of the pictures: of which field, the name of its sentence, and its values."""
    ratio, veil = logo_contrast(files, tried), veil_of(files, tried)
    if ratio is not None and ratio < SEEN:
        yield "logo", "faint", {"ratio": decimal_text(round(ratio, 1), language)}
    if veil is not None:
        said = {"percent": veil[0], "ratio": decimal_text(round(veil[1], 1), language)}
        yield "ground", "dark" if veil[0] > DARK_VEIL else "veiled", said


def _previews(place: LookPlace, shown: LookContent) -> dict[str, str]:
    """The queries of the pages that show a look, by `of_screens` and `of_others`; none without a hall."""
    hall = next(iter(_halls(place)), None)
    if hall is None:
        return {}
    usual = {"name": "", "logo": None, "ground": None, "scale": "usual"}
    kept = {name: shown.get(name, value) or "" for name, value in usual.items()}
    query = urlencode({"site": place.site or "", **shown["colours"], **kept})
    screens = (each.id for each in hall.screens.values() if each.layout == "hall" and not each.is_retired)
    look = json.dumps(_message(try_look(database(), place, shown), query))
    of_screens = urlencode({"hall": hall.hall, "screen": next(screens, ""), "look": look})
    return {"of_screens": of_screens, "of_others": query}


def _sample(hall: HallConfiguration) -> FollowedTicket:
    """A ticket as a phone shows it, that nobody took."""
    service, now = next(iter(hall.services.values())), to_text(database().clock.now())
    return {
        "number": "A042",
        "hall": {"slug": hall.hall, "name": hall.name, "time_zone": hall.site.time_zone},
        "service": {"id": service.id, "name": service.name(page.language()), "french": ""},
        "state": LegState.WAITING,
        "ahead": 4,
        "wait": {"low_s": 600, "high_s": 1200, "said": wording_of(600, 1200)},
        "why_no_wait": None,
        "is_open": True,
        "next_opening_at": None,
        "may_give_up": False,
        "may_take_back": False,
        "take_back_until": None,
        "may_defer": False,
        "lets_pass": 0,
        "is_soon": False,
        "is_continued": False,
        "issued_at": now,
        "ended_at": None,
        "end_reason": None,
        "demonstration": hall.is_demonstration,
        "epoch": "",
        "version": 0,
        "as_of": now,
        "call": None,
        "alert": None,
        "reminders": [],
        "away_minutes": None,
    }
