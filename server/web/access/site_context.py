"""What every page of the site shares, the current viewer, and how devices reach this server."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import segno
from flask import Flask, current_app, request
from flask_limiter import Limiter
from markupsafe import Markup
from werkzeug.local import LocalProxy

from hardware.speech import AudioFiles
from server.domain.hall.configuration import HallConfiguration
from server.domain.refusals import Refusal
from server.oidc.provider import Provider
from server.own_authority import OwnAuthority
from server.settings import Settings
from server.store.transactions.database import Database
from server.usecases.notices.notice_places import configured_halls
from server.web.access.callers import database, identify
from server.web.rendering.viewer import Display, Viewer

AUTHORITY_PATH = "/certificat/autorite.pem"
"""Where devices fetch the certificate of the server's own authority."""
POLICY_PATH = "/certificat/chromium.json"
"""The same as a file of policies of Chromium."""


def of_app[Part](kind: type[Part]) -> Part:
    """The part of this type that the running app was given, under a name at the top of a module.

    It is found when it is used, as Flask's `request` is: one process may have several apps.
    """
    return cast(Part, LocalProxy(lambda: current_app.extensions[kind.__qualname__]))


def give_app(app: Flask, *parts: object) -> None:
    """Gives an app the parts that its routes use by their types."""
    app.extensions |= {type(part).__qualname__: part for part in parts}


def every_hall() -> list[HallConfiguration]:
    """The configuration of each configured hall, for any caller."""
    with database().read() as rows:
        return configured_halls(database(), rows)


@dataclass
class Restart:
    """How this server starts again with other settings; `by` None: something else serves the app."""

    by: Callable[[], None] | None = None


@dataclass(frozen=True)
class SiteContext:
    """What these pages need."""

    database: Database
    settings: Settings
    translate: Callable[..., str]
    limiter: Limiter
    audio: AudioFiles
    metrics: Callable[[], bytes]
    is_ready: Callable[[], bool]
    restart: Restart
    provider: Provider | None = None


def current_viewer() -> Viewer | None:
    """The signed-in person for pages; none where the token is refused or the database is away."""
    try:
        caller = identify()
    except Refusal:
        return None
    if caller.kind != "person" or not caller.grants:
        return None
    display = Display(caller.theme, caller.density)
    return Viewer(caller.login or "", caller.name or "", caller.grants, caller.language, display)


@dataclass(frozen=True, slots=True)
class DeviceAddress:
    """`pair` None: no other machine reaches this server. `fingerprint`: of the own authority; None: the
    certificate is of another.
    """

    server: str
    pair: str | None
    fingerprint: str | None = None

    @property
    def here(self) -> str:
        """Where a browser of this machine pairs."""
        return f"{self.server}/pair"

    @property
    def code(self) -> Markup:
        """The address for pairing as a code to scan."""
        code = segno.make(self.pair or "", error="m", micro=False)
        return Markup(code.svg_inline(border=4, dark="#000", light="#fff", omitsize=True))


def own_authority(settings: Settings) -> OwnAuthority:
    """The authority of this installation; its files are there where the local network is served."""
    return OwnAuthority(settings.lan_choice.parent)


def reached_by_lan(settings: Settings) -> DeviceAddress:
    """Where devices of the local network pair, once that is served."""
    server = settings.lan_url
    return DeviceAddress(server, f"{server}/pair", own_authority(settings).fingerprint)


def device_address(settings: Settings) -> DeviceAddress:
    """Where devices pair: the address of the local network, the public one, or that of this request."""
    if settings.lan:
        return reached_by_lan(settings)
    server = (settings.public_url or request.url_root).rstrip("/")
    is_reached = bool(settings.public_url) or settings.is_https
    return DeviceAddress(server, f"{server}/pair" if is_reached else None)
