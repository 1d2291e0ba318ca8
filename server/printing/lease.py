"""The lease of a printer: one driver at a time, over every worker and machine of one database.

A lease not renewed for 15 s may be taken; its fence then grows, and whoever held it can end no job any more.
"""

from dataclasses import dataclass, field

from server.domain.instants import from_micros, to_micros
from server.store.engine.rows import Row
from server.store.printing import print_jobs
from server.store.transactions.database import Database
from server.usecases.printing.print_jobs import LEASE, PrinterLeaseToken

_NEVER = -1
_MARGIN_S = 2.0


class LeaseLost(Exception):
    """Another drives the printer now: nothing more may be done with it."""


@dataclass
class PrinterLease:
    """One worker's claim to one printer. Not for two threads at once, except `renew`."""

    database: Database
    printer: str
    holder: str
    token: PrinterLeaseToken | None = None
    _good_until_s: float = 0.0
    _observed: tuple[int, int, float] | None = field(default=None, init=False)

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
            lease = print_jobs.lease_of(rows, self.printer)
        unchanged = self._unchanged(lease)
        if lease is not None and from_micros(lease["expires_at"]) > now and unchanged == _NEVER:
            return None
        values = {
            "printer": self.printer,
            "holder": self.holder,
            "now": to_micros(now),
            "expires_at": to_micros(now + LEASE),
            "unchanged": unchanged,
        }
        with self.database.store.write() as rows:
            if not print_jobs.take_lease(rows, values):
                return None
            taken = print_jobs.lease_of(rows, self.printer)
        assert taken is not None
        self.token = PrinterLeaseToken(self.printer, self.holder, taken["fence"])
        self.renewed(asked_at_s=asked_at_s)
        return self.token

    def renew(self) -> bool:
        """Prolongs the lease; False when it is another's by now."""
        token = self.token
        if token is None:
            return False
        asked_at_s = self.database.clock.elapsed_s()
        values = {
            "printer": token.printer,
            "holder": token.holder,
            "fence": token.fence,
            "expires_at": to_micros(self.database.clock.now() + LEASE),
        }
        with self.database.store.write() as rows:
            is_kept = print_jobs.keep_lease(rows, values)
        if is_kept:
            self.renewed(asked_at_s=asked_at_s)
        elif self.token is token:
            self.token = None
        return is_kept

    def renewed(self, *, asked_at_s: float) -> None:
        """Another write prolonged the lease; `asked_at_s` is the monotonic clock before it."""
        self._good_until_s = asked_at_s + LEASE.total_seconds() - _MARGIN_S

    def release(self) -> None:
        """Lets another take the printer at once."""
        token, self.token = self.token, None
        if token is None:
            return
        values = {"printer": token.printer, "holder": token.holder, "fence": token.fence, "expires_at": 0}
        with self.database.store.write() as rows:
            print_jobs.keep_lease(rows, values)

    def _unchanged(self, lease: Row | None) -> int:
        """The expiry of a lease seen unrenewed for 15 s of this worker's own time: wall clocks step."""
        elapsed_s = self.database.clock.elapsed_s()
        if lease is None:
            return _NEVER
        if self._observed is None or self._observed[:2] != (lease["fence"], lease["expires_at"]):
            self._observed = (lease["fence"], lease["expires_at"], elapsed_s)
            return _NEVER
        is_old = elapsed_s - self._observed[2] >= LEASE.total_seconds()
        return int(lease["expires_at"]) if is_old else _NEVER
