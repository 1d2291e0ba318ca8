"""A print job: its states, the number that shows it was read, and when it goes to the backup printer. Pure.

Thermal paper prints on one side. A roll put in backwards feeds, and the printer confirms every job; nothing
is on the paper. Only a person who reads the number on the sheet can tell.

Only what its printer surely did not get goes to the backup printer (docs/rules/printing.md).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from server.domain.printing.printers import PrinterSighting, may_print

type PrintJobState = Literal["queued", "sending", "done", "cancelled"]
"""`done`: with a final verdict; `cancelled`: given up before it was printed."""


_FEWEST, _HOW_MANY = 100, 900


def check_number(job: str) -> str:
    """The three digits of a print job, computed from its id (a UUID): no row holds them."""
    return str(_FEWEST + UUID(job).int % _HOW_MANY)


def is_read(job: str, typed: str) -> bool:
    """Whether somebody read the number of this job, blanks left out."""
    return "".join(typed.split()) == check_number(job)


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
