"""Heads of HTTP requests read by llhttp (`httptools`), which is strict, for pywsgi's handler.

pywsgi reads them with the parser of e-mail, which takes what HTTP forbids and costs as much as a query.
"""

from collections.abc import Iterator
from typing import BinaryIO

import httptools
from gevent import pywsgi

LARGEST_HEAD = 65_536
"""Bytes of a request's header fields; a longer head is refused with 400."""


class WrongHead(ValueError):
    """A head that HTTP/1.1 does not allow; pywsgi answers 400 and logs the sentence, which quotes nothing."""


class RequestHead:
    """The header fields of one request, by the names pywsgi's handler uses. Names are found in any case."""

    status = ""
    """pywsgi's hook for a wrong head; here it raises an error."""

    def __init__(self) -> None:
        self._fields: dict[str, str] = {}
        self.headers: list[str] = []
        """Every field as a line, in order."""

    def on_header(self, name: bytes, value: bytes) -> None:
        """Called by the parser for each field."""
        key, text = name.decode("latin-1"), value.decode("latin-1")
        self._fields.setdefault(key.lower(), text)
        self.headers.append(f"{key}: {text}\r\n")

    def get(self, name: str, default: str | None = None) -> str | None:
        """The first field of this name."""
        return self._fields.get(name.lower(), default)

    getheader = get

    def __delitem__(self, name: str) -> None:
        """Raises KeyError when there is none."""
        del self._fields[name.lower()]

    @property
    def typeheader(self) -> str | None:
        return self.get("content-type")


class StrictRequests(pywsgi.WSGIHandler):  # type: ignore[misc]
    """pywsgi's handler, with heads read by llhttp; a connection ends with its websocket."""

    def read_request(self, raw_requestline: str) -> bool:
        """Whether a request was read. After a websocket there is no other: pywsgi would wait for it."""
        is_read: bool = super().read_request(raw_requestline)
        if is_read and self.headers.get("Upgrade"):
            self.close_connection = True
        return is_read

    def MessageClass(self, received: BinaryIO, *_: object) -> RequestHead:  # noqa: N802 -- pywsgi's name
        """The head of the request whose first line is `requestline`. Raises WrongHead."""
        head = RequestHead()
        first = f"{self.requestline}\r\n".encode("latin-1")
        try:
            httptools.HttpRequestParser(head).feed_data(first + b"".join(_lines(received)))
        except httptools.HttpParserUpgrade:
            pass  # a websocket: what follows the head is not HTTP
        except httptools.HttpParserError as error:
            raise WrongHead(str(error)) from None
        return head


def _lines(received: BinaryIO) -> Iterator[bytes]:
    """The lines of a head, to the empty one. Raises WrongHead when they are too long or end early."""
    left = LARGEST_HEAD
    while True:
        line = received.readline(left + 1)
        left -= len(line)
        if left < 0:
            raise WrongHead("the head is too long")
        yield line
        if line in (b"\r\n", b"\n"):
            return
        if not line:
            raise WrongHead("the head has no end")
