"""How many new tickets one kiosk may give a minute: a copied token, or a stuck button, does not fill a hall.

Counted like every other limit: in Redis for all workers, in this process while Redis is away.
"""

from flask_limiter import Limiter
from limits import RateLimitItemPerMinute

from server.web.access.shared_counts import SharedCounts

SCOPE = "kiosk_tickets"


class TicketQuota:
    """The tickets of each kiosk (device) in the last minute. `a_minute` 0: nothing is counted."""

    def __init__(self, limiter: Limiter, a_minute: int) -> None:
        self._counts = SharedCounts(limiter)
        self._most = RateLimitItemPerMinute(a_minute) if a_minute else None

    def is_spent(self, device: str) -> bool:
        """Whether a device has given its tickets of this minute."""
        most = self._most
        return most is not None and not self._counts.by(lambda by: by.test(most, SCOPE, device))

    def spend(self, device: str) -> None:
        """Counts a new ticket."""
        most = self._most
        if most is not None:
            self._counts.by(lambda by: by.hit(most, SCOPE, device))
