"""Which job goes to the backup printer of its printer. Pure.

Only what its printer surely did not get goes there. The rule: docs/rules/printing.md.
"""

from dataclasses import dataclass
from datetime import datetime

from server.domain.printing.print_jobs import PrintJobState
from server.domain.printing.printers import PrinterSighting, may_print

TRIAL = "trial"
"""The kind of paper that says whether its own printer works."""


@dataclass(frozen=True, slots=True)
class UndeliveredJob:
    """A job that has not ended, as the rule of the backup printer sees it.

    `verdict`: None before the first try. `paper`: the kind of its document.
    """

    state: PrintJobState
    verdict: str | None
    paper: str
    was_handed_on: bool


def may_be_handed_on(job: UndeliveredJob, backup: PrinterSighting | None, now: datetime) -> bool:
    """Whether a job goes to the backup printer; `backup`: the state in which that printer was last.

    Only a job that its printer refused and that is `queued`: of it nothing was sent, or the printer itself
    said that it got nothing. Once at most, and only to a printer that is known to print. A trial never.
    """
    is_undelivered = job.state == "queued" and job.verdict == "refused"
    is_fit = job.paper != TRIAL and not job.was_handed_on
    return is_undelivered and is_fit and may_print(backup, now)
