"""The lease of a printer: one driver at a time, among all workers and machines of one database.

Another worker may take a lease that was not renewed for 15 s. Its fence then grows, and the former holder can
end no job any more.
"""

from dataclasses import dataclass, field
from datetime import datetime

from server.domain.instants import EPOCH
from server.store.printing.leases import Lease, PrinterLeaseToken, keep_lease, lease_of, take_lease
from server.store.transactions.database import Database
from server.usecases.printing.print_jobs import LEASE

_MARGIN_S = 2.0


class LeaseLost(Exception):
    """Another worker drives the printer now: this one may not use it any more."""


@dataclass
class PrinterLease:
    """The lease of one printer as one worker sees it. Not for two threads at once, except `renew`."""

    database: Database
    printer: str
    holder: str
    token: PrinterLeaseToken | None = None
    _good_until_s: float = 0.0
    _observed: tuple[int, datetime, float] | None = field(default=None, init=False)

    @property
    def is_fresh(self) -> bool:
        """Whether bytes may be sent: the lease is held, and renewed too recently for another to take it."""
        return self.token is not None and self.database.clock.elapsed_s() < self._good_until_s

    def take(self) -> PrinterLeaseToken | None:
        """The token if this worker drives the printer; takes a lease that is free or has expired."""
        if self.token is not None and self.is_fresh:
            return self.token
        self.token = None
        asked_at_s = self.database.clock.elapsed_s()
        now = self.database.clock.now()
        with self.database.read() as rows:
            lease = lease_of(rows, self.printer)
        unchanged = self._unchanged(lease)
        if lease is not None and lease.expires_at > now and unchanged is None:
            return None
        with self.database.store.write() as rows:
            until = now + LEASE
            if not take_lease(rows, self.printer, self.holder, until=until, now=now, unchanged=unchanged):
                return None
            taken = lease_of(rows, self.printer)
        assert taken is not None
        self.token = PrinterLeaseToken(self.printer, self.holder, taken.fence)
        self.renewed(asked_at_s=asked_at_s)
        return self.token

    def renew(self) -> bool:
        """Prolongs the lease; False when another worker holds it by now."""
        token = self.token
        if token is None:
            return False
        asked_at_s = self.database.clock.elapsed_s()
        with self.database.store.write() as rows:
            is_kept = keep_lease(rows, token, until=self.database.clock.now() + LEASE)
        if is_kept:
            self.renewed(asked_at_s=asked_at_s)
        elif self.token is token:
            self.token = None
        return is_kept

    def renewed(self, *, asked_at_s: float) -> None:
        """Notes that a write prolonged the lease. `asked_at_s`: the monotonic clock before that write."""
        self._good_until_s = asked_at_s + LEASE.total_seconds() - _MARGIN_S

    def release(self) -> None:
        """Ends the lease now, so that another worker may take the printer."""
        token, self.token = self.token, None
        if token is None:
            return
        with self.database.store.write() as rows:
            keep_lease(rows, token, until=EPOCH)

    def _unchanged(self, lease: Lease | None) -> datetime | None:
        """The end of a lease that was not renewed for 15 s on this worker's monotonic clock; else None.

        So a wall clock that was set back does not keep a dead holder's lease alive.
        """
        elapsed_s = self.database.clock.elapsed_s()
        if lease is None:
            return None
        if self._observed is None or self._observed[:2] != (lease.fence, lease.expires_at):
            self._observed = (lease.fence, lease.expires_at, elapsed_s)
            return None
        is_old = elapsed_s - self._observed[2] >= LEASE.total_seconds()
        return lease.expires_at if is_old else None
