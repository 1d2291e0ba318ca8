"""The cookies of browsers: one place that names, reads, sets and deletes them.

Over https each name begins with `__Host-`: no other host of the same domain can set it or shadow it.
"""

from flask import Response, current_app, request

SESSION_COOKIE = "parvis_session"
DEVICE_COOKIE = "parvis_device"
FORM_COOKIE = "parvis_form"
BROWSER_COOKIE = "parvis_browser"
PREFIX = "__Host-"


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
