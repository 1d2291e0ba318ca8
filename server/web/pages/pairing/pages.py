"""The page `/pair` of an unpaired device, with its code; and how a paired one exchanges its token.

The secret that becomes the device's token is a cookie that no script sees.
"""

from pathlib import Path

from flask import Blueprint, Response, jsonify, redirect, render_template, request
from flask_openapi3.blueprint import APIBlueprint

from server.domain.instants import to_text
from server.domain.people.browsers import browser_name
from server.domain.refusals import Refusal
from server.usecases.devices.ask_pairing import SHOWN_FOR, Asking, Waiting, ask_pairing, read_pairing
from server.usecases.devices.renew_token import exchange_token
from server.web.access.callers import DEVICE_FOR_S, of_device
from server.web.access.cookies import DEVICE_COOKIE, delete_cookie, read_cookie, set_cookie
from server.web.access.requirements import Access, open_to
from server.web.access.site_context import SiteContext
from server.web.api.responses.devices import PairingAnswer
from server.web.api.services import REFUSED
from server.web.assets_health_devices import OWN_DEVICE, small_json
from server.web.rendering.sentences import page_sentences
from server.web.rendering.viewer import page_language

CATALOGUE = Path(__file__).parent / "translations" / "fr" / "LC_MESSAGES" / "pairing.po"
PAIRING_COOKIE = "parvis_pairing"
LARGEST_PICTURE_PX = 20_000
PAGES = {"kiosk": "/kiosk", "screen": "/screen"}


def blueprint(site: SiteContext) -> Blueprint:
    """The page."""
    routes = Blueprint("pairing", __name__, template_folder="templates")

    @routes.get("/pair")
    @open_to(Access.EVERYBODY)
    def pair() -> Response | str:
        page = _known_page(site)
        if page is not None:
            return redirect(page, 303)  # type: ignore[return-value]
        language = page_language()
        sentences = page_sentences(site.translate, language, CATALOGUE)
        return render_template("pairing/pair.html", sentences=sentences)

    return routes


def devices_blueprint(site: SiteContext) -> APIBlueprint:
    """The routes of a device that asks for a token.

    Thirty new codes a minute from one address, of which a hall's devices share one.
    """
    routes = APIBlueprint("device_token", __name__, abp_tags=[OWN_DEVICE], abp_responses=REFUSED)

    @site.limiter.limit("30 per minute")
    def slow_codes() -> None:
        """Bounds the codes that one address may have made."""

    @routes.post("/device/pairing", responses={200: PairingAnswer})
    @open_to(Access.EVERYBODY)
    def code() -> Response:
        """The code to show, the same while it lasts; once confirmed, the device's cookie and its page."""
        asking = _asking()
        secret = read_cookie(PAIRING_COOKIE)
        waiting = read_pairing(site.database, secret) if secret else None
        if secret and waiting is not None and waiting.device is not None:
            return _confirmed(site, secret)
        if secret and waiting is not None:
            return _show_code(site, waiting, secret)
        slow_codes()
        pairing = ask_pairing(site.database, asking)
        return _show_code(site, Waiting(pairing.code, pairing.expires_at, None), pairing.secret)

    @routes.post("/device/renewal", responses={204: None})
    @site.limiter.limit("30 per minute")
    @open_to(Access.EVERYBODY)
    def renewal() -> Response:
        """Gives another token, as its cookie, to a device that must renew its token."""
        renewal_id = small_json().get("told")
        token = read_cookie(DEVICE_COOKIE)
        if not isinstance(renewal_id, str) or not token:
            raise Refusal("bad_request", missing="told")
        fresh = exchange_token(site.database, token, renewal_id)
        return set_cookie(Response(status=204), DEVICE_COOKIE, fresh, seconds=DEVICE_FOR_S)

    return routes


def _known_page(site: SiteContext) -> str | None:
    """The page of a device that is paired already; so a device may always be started at `/pair`."""
    token = read_cookie(DEVICE_COOKIE)
    if not token:
        return None
    try:
        return PAGES[of_device(site.database, token).name or ""]
    except Refusal:
        return None


def _asking() -> Asking:
    size = small_json()
    return Asking(
        address=(request.remote_addr or "")[:64],
        browser=browser_name(request.user_agent.string),
        width_px=_pixels(size.get("width_px")),
        height_px=_pixels(size.get("height_px")),
    )


def _pixels(value: object) -> int:
    return value if isinstance(value, int) and 0 <= value <= LARGEST_PICTURE_PX else 0


def _show_code(site: SiteContext, waiting: Waiting, secret: str) -> Response:
    left_s = (waiting.expires_at - site.database.clock.now()).total_seconds()
    answer = jsonify(
        state="waiting",
        code=waiting.code,
        expires_at=to_text(waiting.expires_at),
        left_s=round(left_s),
    )
    answer.headers["Cache-Control"] = "no-store"
    return set_cookie(answer, PAIRING_COOKIE, secret, seconds=SHOWN_FOR.total_seconds() * 2)


def _confirmed(site: SiteContext, secret: str) -> Response:
    device = of_device(site.database, secret)
    configuration = site.database.configuration(device.hall or "")
    own = device.configured or ""
    place = configuration.kiosks.get(own) or configuration.screens.get(own)
    answer = jsonify(
        state="confirmed",
        page=PAGES[device.name or ""],
        label=place.label if place is not None else "",
        hall=configuration.name,
    )
    answer.headers["Cache-Control"] = "no-store"
    delete_cookie(answer, PAIRING_COOKIE)
    return set_cookie(answer, DEVICE_COOKIE, secret, seconds=DEVICE_FOR_S)
