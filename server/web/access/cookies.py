"""The cookies of browsers: one place that names, reads, sets and deletes them.

Over https each name begins with `__Host-`: no other host of the same domain can set it or shadow it.
"""

import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask import Response, current_app, request
from itsdangerous import BadData, URLSafeTimedSerializer

SESSION_COOKIE = "parvis_session"
DEVICE_COOKIE = "parvis_device"
FORM_COOKIE = "parvis_form"
BROWSER_COOKIE = "parvis_browser"
PREFIX = "__Host-"

KNOWN_FOR = timedelta(days=365)
MOST_ACCOUNTS = 12
"""People of one shared computer that it knows; the last ones."""


def cookie_name(name: str, *, is_https: bool) -> str:
    """The name a browser knows a cookie by."""
    return f"{PREFIX}{name}" if is_https else name


def read_cookie(name: str) -> str | None:
    """The value of a cookie."""
    return request.cookies.get(_name(name))


def set_cookie(
    response: Response, name: str, value: str, *, seconds: float, is_lax: bool = False
) -> Response:
    """The answer with a cookie that scripts and other sites never see.

    `is_lax`: the browser also sends it when another site leads it here.
    """
    samesite = "Lax" if is_lax else "Strict"
    response.set_cookie(
        _name(name), value, max_age=int(seconds), httponly=True, samesite=samesite, secure=_is_https()
    )
    return response


def delete_cookie(response: Response, name: str) -> None:
    """Has the browser forget a cookie."""
    response.delete_cookie(_name(name), secure=_is_https(), httponly=True, samesite="Strict")


def _is_https() -> bool:
    return bool(current_app.config["SESSION_COOKIE_SECURE"])


def _name(name: str) -> str:
    return cookie_name(name, is_https=_is_https())


def known_browsers() -> Mapping[str, str]:
    """By account (id), the secret of this browser: for those who have signed in with it."""
    browser, accounts = _read()
    return dict.fromkeys(accounts, browser)


def remember_browser(response: Response, account: str) -> Response:
    """The answer with the cookie of a browser that knows this account (id) too."""
    browser, accounts = _read()
    kept = [each for each in accounts if each != account][-(MOST_ACCOUNTS - 1) :]
    text = str(_signer().dumps([browser or secrets.token_urlsafe(16), [*kept, account]]))
    return set_cookie(response, BROWSER_COOKIE, text, seconds=KNOWN_FOR.total_seconds())


def _read() -> tuple[str, list[str]]:
    try:
        found: Any = _signer().loads(
            read_cookie(BROWSER_COOKIE) or "", max_age=int(KNOWN_FOR.total_seconds())
        )
        browser, accounts = found
    except (BadData, TypeError, ValueError):
        return "", []
    return str(browser), [str(each) for each in accounts]


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.config["SECRET_KEY"]), salt="parvis-browser")
