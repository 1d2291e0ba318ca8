"""The cookie of a browser in which people have signed in: guesses made elsewhere do not slow it down.

Signed, not secret; it gives no access. The rule in words: `docs/rules/accounts.md`.
"""

import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask import Response, current_app
from itsdangerous import BadData, URLSafeTimedSerializer

from server.web.access.cookies import BROWSER_COOKIE, read_cookie, set_cookie

KNOWN_FOR = timedelta(days=365)
MOST_ACCOUNTS = 12
"""People of one shared computer that it knows; the last ones."""


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
