"""Which job a printer that fetches its jobs is offered, and what became of those it fetched. Pure. Rule:
docs/rules/pulled-printers.md.

A handover gives a job to its printer once. Its name has the job's id and its number among the handovers of
that job, so a confirmation of an earlier one is not taken for the present one.
"""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

CONFIRMED_WITHIN = timedelta(seconds=60)
"""A job whose confirmation does not come that long after the printer fetched it is `unknown`."""
NEXT_AFTER = timedelta(seconds=15)
"""A printer at rest that long after it fetched a job gets the next one, though no confirmation has come."""
_LONGEST_NUMBER = 6


@dataclass(frozen=True, slots=True)
class Handover:
    """A handover: the id of its job, and its number, from 1."""

    job: str
    number: int

    def __str__(self) -> str:
        """Its name in a protocol: 24 to 29 characters of `A-Za-z0-9_.-`."""
        packed = base64.urlsafe_b64encode(UUID(self.job).bytes).decode().rstrip("=")
        return f"{packed}.{self.number}"


def handover_of(name: str) -> Handover | None:
    """The handover of a name; None for any other text."""
    packed, _, number = name.rpartition(".")
    if not (number.isascii() and number.isdigit()) or len(number) > _LONGEST_NUMBER:
        return None
    try:
        job = UUID(bytes=base64.b64decode(f"{packed}==", altchars=b"-_", validate=True))
    except (ValueError, binascii.Error):
        return None
    found = Handover(str(job), int(number))
    return found if str(found) == name else None


@dataclass(frozen=True, slots=True)
class PulledJob:
    """A job that has not ended. `number`: of its last handover, 0 before the first; `sent_at`: of that one.

    `is_sent`: the printer has it, and has not said what became of it. `verdict`: None, refused or held.
    """

    id: str
    queued_at: datetime
    is_sent: bool = False
    number: int = 0
    sent_at: datetime | None = None
    verdict: str | None = None
    why: str | None = None

    @property
    def next_handover(self) -> Handover:
        """The handover that is offered next."""
        return Handover(self.id, self.number + 1)


type ConfirmedAs = Literal["printed", "held", "cleared", "undelivered", "unprintable", "unknown"]
"""What a printer says of a handover.

`held`: it stopped with the job, and may print it when it goes on. `cleared`: it stopped with the job and
dropped it, which surely does not come out any more. `undelivered`: it did not get the whole
job, which may be offered again. `unprintable`: it got the job and cannot print such a one.
"""


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What a printer says of a handover; `why`: its state or its fault, None when the job is printed."""

    result: ConfirmedAs
    why: str | None = None


@dataclass(frozen=True, slots=True)
class JobEnd:
    """How a job ends: `done` or `cancelled`, with its verdict (None: it was never offered) and why."""

    job: str
    state: str
    verdict: str | None
    why: str


def ends_of(jobs: Sequence[PulledJob], age_limit: timedelta, now: datetime) -> list[JobEnd]:
    """The jobs that end because of their age.

    One that was not fetched is cancelled. One that was fetched may be on paper, or in a printer that stopped:
    it is `unknown`, once its confirmation is not to be expected any more.
    """
    ends: list[JobEnd] = []
    for job in jobs:
        if job.is_sent and now - (job.sent_at or job.queued_at) > CONFIRMED_WITHIN:
            ends.append(JobEnd(job.id, "done", "unknown", job.why or "no_confirmation"))
        elif not job.is_sent and now - job.queued_at > age_limit:
            ends.append(JobEnd(job.id, "cancelled", job.verdict, job.why or "too_old"))
    return ends


def job_to_offer(
    jobs: Sequence[PulledJob], now: datetime, *, may_print: bool, is_printing: bool
) -> PulledJob | None:
    """The oldest job that may be offered now, the jobs being the oldest first; None: there is none.

    A printer works on one job at a time. `is_printing`: it says that it works on one.
    """
    if not may_print or is_printing:
        return None
    sent = [job for job in jobs if job.is_sent]
    if any(job.sent_at is None or now - job.sent_at < NEXT_AFTER for job in sent):
        return None
    return next((job for job in jobs if not job.is_sent), None)
