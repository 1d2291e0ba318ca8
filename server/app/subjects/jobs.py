"""The jobs that keep an installation: rounds, alarms, verification, and commands that write."""

from collections.abc import Callable

from server.apart import IsolatedWorker
from server.app.subjects.foundation import Foundation
from server.jobs.local_socket import serve_local
from server.jobs.past_days import PastDayRounds
from server.jobs.rounds import ROUND_S, Rounds
from server.usecases.journal.verify_journals import NightlyVerification
from server.usecases.retention.rewrite_pages import DailyRewriting

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
    ]
