"""Watch printers that fetch their jobs while they are silent: their old jobs end, and they count as away.

A job that waits for a printer that is away is `refused`: the kiosk hears of it, the backup printer gets it.
Without a backup printer it is offered once its own is back.
"""

from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta

from server.domain.printing.printers import PRINTING
from server.domain.printing.pulled.handovers import AWAY, is_silent, says_state_in_polls
from server.domain.refusals import Refusal
from server.store.printing.printers import PulledPrinter, every_pulled_printer, without_secret
from server.store.transactions.database import Database
from server.usecases.printing.pulled.driving import (
    DrivenPrinter,
    Tell,
    lease_token,
    note_state,
    read_driven,
    refuse_waiting,
    settle_jobs,
)

_KEPT_FRESH_AFTER = timedelta(seconds=20)
"""A state that is older than a minute is not shown any more; a printer may ask less often than that."""


def watch_pulled_printers(
    database: Database, printers: Mapping[str, str], tell: Tell = lambda job: None
) -> None:
    """Ends the old jobs of printers (ids of kiosks, with their halls), and notes which of them are silent.

    `tell(job)`: called for each job that waits for a silent printer.

    A printer to which a worker still pushes jobs is left alone.
    """
    with database.read() as rows:
        known = {each.printer: each for each in every_pulled_printer(rows)}
        driven = [
            read_driven(rows, known.get(printer) or without_secret(printer, hall))
            for printer, hall in printers.items()
        ]
    for each in driven:
        with suppress(Refusal):
            _watch(database, each, tell)


def _watch(database: Database, driven: DrivenPrinter, tell: Tell) -> None:
    if not driven.jobs and driven.printer.polled_at is None:
        return
    token = lease_token(database, driven.printer.printer, driven.lease)
    jobs = settle_jobs(database, token, driven)
    state = _state_now(database, driven.printer, driven.state)
    if state == AWAY:
        refuse_waiting(database, token, jobs, state, tell)
    now, noted_at = database.clock.now(), None if driven.lease is None else driven.lease.state_at
    is_fresh = noted_at is not None and timedelta(0) <= now - noted_at < _KEPT_FRESH_AFTER
    if state is None or (state == driven.state and (is_fresh or _grows_old(driven.printer, state))):
        return
    with database.store.write() as rows:
        note_state(rows, token, driven.lease, state, now)


def _grows_old(printer: PulledPrinter, state: str) -> bool:
    """Whether the server believes a state for a while only: the next polls do not repeat this stop."""
    return not says_state_in_polls(printer.kind) and state not in PRINTING and state != AWAY


def _state_now(database: Database, printer: PulledPrinter, reported: str | None) -> str | None:
    """The state of a printer: away when it is silent, else as it reported; None: it never asked for a job."""
    if printer.polled_at is None:
        return None
    is_away = is_silent(printer.polled_at, printer.interval_s, database.clock.now())
    return AWAY if is_away else reported
