"""What a device asks about itself: a code to be paired with, its cookie, its place, another token.

The secret that becomes the device's token is a cookie that no script sees.
"""

from typing import Annotated, Literal, NotRequired, TypedDict

from flask import Response, jsonify, request

from hardware.json_types import InstantText, SchemaWords, Seconds, Share
from kiosk.mounting import Orientation, low_band, orientation
from server.domain.hall.devices import Kiosk, Mounting
from server.domain.instants import to_text
from server.domain.people.sign_ins import browser_name
from server.domain.refusals import Refusal
from server.usecases.devices.pairing import (
    SHOWN_FOR,
    PairingRequest,
    PendingPairing,
    ask_pairing,
    exchange_token,
    read_pairing,
)
from server.web.access.callers import DEVICE_FOR_S, of_device
from server.web.access.cookies import DEVICE_COOKIE, delete_cookie, read_cookie, set_cookie
from server.web.access.requirements import Access
from server.web.access.site_context import SiteContext
from server.web.api.openapi import ApiRoutes, answering
from server.web.assets_and_health import small_json
from server.web.pages.hall.devices import PAGE_OF_DEVICE

PAIRING_COOKIE = "parvis_pairing"
LARGEST_PICTURE_PX = 20_000


class HallOfDevice(TypedDict):
    """The hall in which a device stands."""

    slug: str
    name: str


class PairedDevice(TypedDict):
    """A paired device, as it learns about itself."""

    device: str
    hall: HallOfDevice
    id: str
    """Its place in the hall's document."""
    label: str
    """How people call it; empty when the document has no such place any more."""
    configuration: str
    """The revisions that apply now: `3.12`, the installation's and the hall's."""


class LowBand(TypedDict):
    """The rows of a kiosk's screen that hands reach, as shares of its height from the top."""

    top: Share
    bottom: Share
    slide: Share
    """How far a finger may slide and still mean the button where it landed."""


class OwnKiosk(PairedDevice):
    """A kiosk, as it learns about itself."""

    kind: Literal["kiosk"]
    low_bands: NotRequired[dict[Orientation, LowBand]]
    """By how the screen is mounted; empty when that is not declared, left out when the place is gone."""
    prints: NotRequired[bool]
    """Whether it has a printer; left out when the place is gone."""


class OwnScreen(PairedDevice):
    """A screen, as it learns about itself."""

    kind: Literal["screen"]


type OwnDeviceAnswer = Annotated[
    OwnKiosk | OwnScreen, SchemaWords(description="The device that asks, its hall and its place.")
]


class PairingCodeShown(TypedDict):
    """The code that an unpaired device shows."""

    state: Literal["waiting"]
    code: str
    expires_at: InstantText
    left_s: Seconds
    """How long the code is good still."""


class PairingConfirmed(TypedDict):
    """The place of a device that was paired just now; its cookie comes with the answer."""

    state: Literal["confirmed"]
    page: Literal["/kiosk", "/screen"]
    """The page it goes to."""
    label: str
    hall: str
    """The name of the hall."""


type PairingAnswer = Annotated[
    PairingCodeShown | PairingConfirmed, SchemaWords(description="Where the pairing of a device stands.")
]


def blueprint(site: SiteContext) -> ApiRoutes:
    """The routes. Thirty new codes a minute from one address, of which a hall's devices share one."""
    routes = ApiRoutes("own_device", prefix=None, tag="own device")
    _pairing(routes, site)
    _cookies(routes, site)
    return routes


def _pairing(routes: ApiRoutes, site: SiteContext) -> None:
    @site.limiter.limit("30 per minute")
    def slow_codes() -> None:
        """Bounds the codes that one address may have made."""

    @routes.post("/device/pairing", Access.EVERYBODY, responses={200: answering(PairingAnswer)})
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
        return _show_code(site, PendingPairing(pairing.code, pairing.expires_at, None), pairing.secret)

    @routes.post("/device/renewal", Access.EVERYBODY, responses={204: None})
    @site.limiter.limit("30 per minute")
    def renewal() -> Response:
        """Gives another token, as its cookie, to a device that must renew its token."""
        renewal_id = small_json().get("told")
        token = read_cookie(DEVICE_COOKIE)
        if not isinstance(renewal_id, str) or not token:
            raise Refusal("bad_request", missing="told")
        fresh = exchange_token(site.database, token, renewal_id)
        return set_cookie(Response(status=204), DEVICE_COOKIE, fresh, seconds=DEVICE_FOR_S)


def _cookies(routes: ApiRoutes, site: SiteContext) -> None:
    @routes.post("/device/session", Access.EVERYBODY, responses={204: None})
    @site.limiter.limit("30 per minute")
    def exchange() -> Response:
        """Keeps the token of the link that a device was given as its cookie."""
        body = small_json()
        token = body.get("token")
        if not isinstance(token, str) or not token.isascii():
            raise Refusal("bad_request", missing="token")
        of_device(site.database, token)
        return set_cookie(Response(status=204), DEVICE_COOKIE, token, seconds=DEVICE_FOR_S)

    @routes.get("/device/me", Access.EVERYBODY, responses={200: answering(OwnDeviceAnswer)})
    def me() -> Response:
        """The device whose cookie this is, its hall and its place."""
        token = read_cookie(DEVICE_COOKIE)
        if not token:
            raise Refusal("unknown_device")
        caller = of_device(site.database, token)
        configuration = site.database.configuration(caller.hall or "")
        own = caller.configured or ""
        device = configuration.kiosks.get(own) or configuration.screens.get(own)
        hall = {"slug": configuration.hall, "name": configuration.name}
        return jsonify(
            device=caller.author.id,
            kind=caller.name,
            hall=hall,
            id=caller.configured,
            label=device.label if device else "",
            configuration=configuration.mark,
            **(
                {
                    "low_bands": low_bands(device.mounting),
                    "prints": configuration.printing_for(own) is not None,
                }
                if isinstance(device, Kiosk)
                else {}
            ),
        )


def _asking() -> PairingRequest:
    size = small_json()
    return PairingRequest(
        address=(request.remote_addr or "")[:64],
        browser=browser_name(request.user_agent.string),
        width_px=_pixels(size.get("width_px")),
        height_px=_pixels(size.get("height_px")),
    )


def _pixels(value: object) -> int:
    return value if isinstance(value, int) and 0 <= value <= LARGEST_PICTURE_PX else 0


def _show_code(site: SiteContext, waiting: PendingPairing, secret: str) -> Response:
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
        page=PAGE_OF_DEVICE[device.name or ""],
        label=place.label if place is not None else "",
        hall=configuration.name,
    )
    answer.headers["Cache-Control"] = "no-store"
    delete_cookie(answer, PAIRING_COOKIE)
    return set_cookie(answer, DEVICE_COOKIE, secret, seconds=DEVICE_FOR_S)


def low_bands(mounting: Mounting | None) -> dict[str, dict[str, float]]:
    """Where hands reach on a kiosk's screen, by the orientation it is mounted in; empty when not declared."""
    if mounting is None:
        return {}
    size = {"width_px": mounting.width_px, "height_px": mounting.height_px}
    band = low_band(mounting.lower_edge_cm, mounting.diagonal_cm, **size)
    return {orientation(**size): band.as_message()}
