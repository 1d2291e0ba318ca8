"""Rate limits of forms that people fill in: a refusal that keeps what they typed, in place of a bare 429."""

from collections.abc import Callable

from werkzeug.exceptions import TooManyRequests

from server.domain.refusals import Refusal


def check_limits(code: str, *limits: Callable[[], None]) -> None:
    """Counts one more in each limit. Refusal: `code`, when one is exceeded."""
    try:
        for limit in limits:
            limit()
    except TooManyRequests as error:
        raise Refusal(code) from error
