"""Rate limits: counted in Redis for all workers, else in this process.

While Redis is away each process counts for itself, so people can still sign in.
"""

from collections.abc import Callable
from functools import partial

from flask import Flask, request
from flask_limiter import Limiter
from limits import RateLimitItem, parse_many
from limits.strategies import RateLimiter
from werkzeug.exceptions import TooManyRequests

from server.domain.texts import network_of, wider_network_of
from server.ids import token_digest
from server.web.access.callers import identify
from server.web.access.cookies import DEVICE_COOKIE, read_cookie
from server.web.access.shared_counts import SharedCounts

REDIS_WITHIN_S = 2
type By = Callable[[], str]


def by_network() -> str:
    """Counted by the caller's address; in IPv6 by its /64, of which one caller may use every address."""
    return network_of(request.remote_addr or "")


def by_wider_network() -> str:
    """Counted by the network around the caller's address, whose other addresses one caller may rent."""
    return wider_network_of(request.remote_addr or "")


def make_limiter(app: Flask, redis_url: str) -> Limiter:
    """The limiter of an app; limits are checked where they are declared, and nowhere else."""
    waits: dict[str, str | int] = {"socket_connect_timeout": REDIS_WITHIN_S, "socket_timeout": REDIS_WITHIN_S}
    limiter = Limiter(
        by_network,
        app=app,
        storage_uri=redis_url or "memory://",
        storage_options=waits if redis_url else {},
        strategy="moving-window",  # a minute is the last one, not that of the clock
        in_memory_fallback_enabled=bool(redis_url),
        default_limits=[],
    )
    # its work before and after every request finds nothing
    app.before_request_funcs[None].clear()
    app.after_request_funcs[None].clear()
    return limiter


def by_caller() -> str:
    """Counted by person, device or key."""
    return identify().author.person_id


def by_ticket() -> str:
    """Counted by the ticket whose token the address has: many visitors may share an address."""
    return token_digest(str((request.view_args or {}).get("token", "")))


def by_survey() -> str:
    """Counted by the address of a survey, whoever answers there, in whatever letters it is typed."""
    return str((request.view_args or {}).get("code", "")).lower()


def by_device() -> str:
    """Counted by the paired device of this browser."""
    return token_digest(read_cookie(DEVICE_COOKIE) or "")


def brake(limiter: Limiter, name: str, most: str, *, by: By = by_network) -> Callable[[], None]:
    """Called in a view it counts one more; more than `most` ("20 per minute") are answered 429.

    Made once for a name, which identifies the count in the limiter.
    """
    counts, limits = SharedCounts(limiter), parse_many(most)

    def count() -> None:
        key = by()
        for limit in limits:
            if not counts.by(partial(_hit, limit, name, key)):
                raise TooManyRequests(retry_after=limit.get_expiry())

    return count


def _hit(limit: RateLimitItem, name: str, key: str, by: RateLimiter) -> bool:
    return by.hit(limit, name, key)
