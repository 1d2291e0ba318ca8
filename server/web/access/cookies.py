"""The cookies of browsers: one place that names, reads, sets and deletes them.

Over https each name begins with `__Host-`: no other host of the same domain can set it or shadow it. The
former names of sessions and devices are read and replaced until the next release, so that no kiosk or screen
is paired again and nobody signs in again.
"""

from flask import Flask, Response, current_app, g, request

SESSION_COOKIE = "parvis_session"
DEVICE_COOKIE = "parvis_device"
FORM_COOKIE = "parvis_form"
BROWSER_COOKIE = "parvis_browser"
PREFIX = "__Host-"
FORMER = frozenset({SESSION_COOKIE, DEVICE_COOKIE, BROWSER_COOKIE})
"""Names that were set without prefix over https, and are still accepted."""


def cookie_name(name: str, *, is_https: bool) -> str:
    """The name a browser knows a cookie by."""
    return f"{PREFIX}{name}" if is_https else name


def read_cookie(name: str) -> str | None:
    """The value of a cookie; where only its former name is set, that one."""
    value = request.cookies.get(_name(name))
    return request.cookies.get(name) if value is None and name in FORMER else value


def is_former(name: str) -> bool:
    """Whether `read_cookie` takes the value from the former name."""
    own = _name(name)
    return own != name and name in FORMER and own not in request.cookies and name in request.cookies


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
    """Has the browser forget a cookie, under its former name too."""
    for each in {_name(name), name} if name in FORMER else {_name(name)}:
        response.delete_cookie(each, secure=_is_https(), httponly=True, samesite="Strict")


def replace_former(name: str, value: str, *, seconds: float) -> None:
    """A cookie came by its former name and was accepted: the answer sets it by its name of today."""
    if is_former(name):
        g.setdefault("former_cookies", {})[name] = (value, seconds)


def install_cookies(app: Flask) -> None:
    """Replace former cookies in every answer whose view did not set or delete them itself."""

    @app.after_request
    def replace(response: Response) -> Response:
        for name, (value, seconds) in g.get("former_cookies", {}).items():
            cookies = response.headers.getlist("Set-Cookie")
            if not any(each.startswith(f"{_name(name)}=") for each in cookies):
                set_cookie(response, name, value, seconds=seconds)
                response.delete_cookie(name, secure=True, httponly=True, samesite="Strict")
        return response


def _is_https() -> bool:
    return bool(current_app.config["SESSION_COOKIE_SECURE"])


def _name(name: str) -> str:
    return cookie_name(name, is_https=_is_https())
