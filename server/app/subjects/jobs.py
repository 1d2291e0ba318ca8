"""The jobs that keep an installation: rounds, alarms, verification, and commands that write."""

from collections.abc import Callable

from server.apart import IsolatedWorker
from server.app.subjects.foundation import Foundation, log
from server.domain.refusals import Refusal
from server.jobs.local_socket import serve_local
from server.jobs.rounds import ROUND_S, PastDayRounds, Rounds
from server.usecases.journal.maintenance import NightlyVerification
from server.usecases.retention import DailyRewriting
from server.web.rendering.device_address import own_authority

CERTIFICATE_ROUND_S = 600.0
VERIFIER_IDLE_S = 60.0
"""How long the process that verifies the journals stays after its walk."""


def maintenance_loops(base: Foundation, rounds: Rounds) -> list[Callable[[], None]]:
    """The loops of rounds, counting, verification, rewriting, and the local socket of commands that write."""
    worker = IsolatedWorker(idle_s=VERIFIER_IDLE_S)
    verification = NightlyVerification(base.database, rounds.anchors, worker.call)
    return [
        base.every(ROUND_S, rounds.make),
        base.every(ROUND_S, PastDayRounds(base.database).make),
        base.every(ROUND_S, verification.make),
        base.every(ROUND_S, DailyRewriting(base.database, worker.call).make),
        lambda: serve_local(base.database, base.settings.var, base.socketio.sleep),
        *([base.every(CERTIFICATE_ROUND_S, lambda: _renew_certificate(base))] if base.settings.lan else []),
    ]


def _renew_certificate(base: Foundation) -> None:
    """Renews the own certificate before its end, or for another address; the next connection gets it."""
    try:
        is_new = own_authority(base.settings).ensure(base.database.clock.now())
    except Refusal:
        return  # no network for now: the certificate stays
    if is_new:
        log.info("certificate_renewed", address=base.settings.base_url)
