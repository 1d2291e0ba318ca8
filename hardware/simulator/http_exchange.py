"""Requests of a simulated printer to a server, over HTTP or HTTPS."""

import contextlib
import http.client
from collections.abc import Mapping
from urllib.parse import urlsplit

from hardware.simulator.pulled_printer import HttpAnswer

_WITHIN_S = 10.0
_LARGEST_ANSWER = 4 << 20


def send_http(method: str, address: str, headers: Mapping[str, str], body: bytes) -> HttpAnswer:
    """The answer to one request, on a connection of its own. Raises OSError when there is none."""
    parts = urlsplit(address)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    try:
        with contextlib.closing(kind(parts.hostname or "", parts.port, timeout=_WITHIN_S)) as connection:
            connection.request(method, path, body or None, dict(headers))
            answer = connection.getresponse()
            return HttpAnswer(answer.status, dict(answer.getheaders()), answer.read(_LARGEST_ANSWER))
    except (http.client.HTTPException, ValueError) as failure:
        raise OSError(str(failure)) from failure
