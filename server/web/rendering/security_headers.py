"""Headers of every answer: allowed origins of content, frames, and caches."""

from flask import Response

CONTENT_SECURITY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self';"
    " media-src 'self'; "
    "connect-src 'self' ws: wss:; manifest-src 'self'; worker-src 'self'; base-uri 'none';"
    " form-action 'self'; frame-ancestors 'none'"
)


FILE_SECURITY = "default-src 'none'; frame-ancestors 'none'"
"""Of a style, script, font or drawing: it has no parts of its own, and there are fifty of them in a page."""


FRAMING = {"Content-Security-Policy": f"{CONTENT_SECURITY}; frame-src 'self'"}
"""Headers of a page that holds a preview of a screen."""


FRAMED = {
    "Content-Security-Policy": CONTENT_SECURITY.replace("frame-ancestors 'none'", "frame-ancestors 'self'"),
    "X-Frame-Options": "SAMEORIGIN",
}
"""Headers of that preview: pages of this server alone may hold it."""


_SECURE = {
    "Content-Security-Policy": CONTENT_SECURITY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


_SECURE_FILE = {
    "Content-Security-Policy": FILE_SECURITY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


_BY_HTTPS = {"Strict-Transport-Security": "max-age=31536000"}


_PERHAPS_PRIVATE = frozenset(
    {"text/html", "text/csv", "application/json", "application/problem+json", "application/pdf"}
)


def secure_headers(response: Response, *, is_https: bool, is_file: bool = False) -> Response:
    """Headers of every answer that has not set its own: no inline code, frames, referrer; https stays.

    `is_file`: for a page's styles, scripts, fonts and drawings, which may contain no code that runs by
    itself.

    No cache keeps pages and answers, which may be private; files have their own cache time.
    """
    own = {name for name, _ in response.headers}
    if "Cache-Control" not in own and response.mimetype in _PERHAPS_PRIVATE:
        response.headers["Cache-Control"] = "no-store"
    secure = (_SECURE_FILE if is_file else _SECURE) | (_BY_HTTPS if is_https else {})
    for name, value in secure.items():
        if name not in own:
            response.headers.add(name, value)
    return response
