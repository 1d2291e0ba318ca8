"""By which names a server answers: a page of another name could otherwise have a browser call it."""

from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlsplit

from werkzeug.sansio.utils import host_is_trusted

from server.domain.texts import LOOPBACK
from server.settings import Settings

_OF_PROXIES = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_HOST", "HTTP_FORWARDED")
type App = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def allowed_hosts(settings: Settings, *, is_demonstration: bool) -> frozenset[str] | None:
    """The names of a server, without port; a leading point means every name below. None: any.

    By https any name unless the settings name some: a certificate belongs to one server only.
    """
    if is_demonstration:
        return LOOPBACK
    public = urlsplit(settings.public_url).hostname if settings.public_url else None
    configured = {*settings.allowed_hosts.lower().split(), *([public] if public else [])}
    if settings.is_https and not settings.allowed_hosts:
        return None
    return LOOPBACK | configured | ({settings.host} if not settings.is_loopback else set())


class AllowedHosts:
    """Answers 421 to a request of another name, sockets included; a demonstration to one of a proxy too."""

    def __init__(self, app: App, hosts: frozenset[str], sentence: str, *, is_demonstration: bool) -> None:
        self._app, self._hosts, self._sentence = app, hosts, sentence
        self._is_demonstration = is_demonstration

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """The app's answer, or the refusal."""
        host = environ.get("HTTP_HOST")  # no browser leaves it out
        if (host is None or self._has(host)) and not (
            self._is_demonstration and any(name in environ for name in _OF_PROXIES)
        ):
            return self._app(environ, start_response)
        content = self._sentence.encode()
        head = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(content)))]
        start_response("421 Misdirected Request", head)
        return [content]

    def _has(self, host: str) -> bool:
        """Whether a `Host` field, with or without a port, is of an allowed name."""
        if not host_is_trusted(host):
            return False  # no host at all
        name = urlsplit(f"//{host}").hostname or ""
        return name in self._hosts or any(name.endswith(each) for each in self._hosts if each.startswith("."))
