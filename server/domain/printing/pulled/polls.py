"""How often a printer asks for jobs, and what its silence means. Pure. Rule: docs/rules/pulled-printers.md.

Source of the silence: Star CloudPRNT manual 2.4.0 (offline after two intervals and 5 s).
"""

from datetime import datetime, timedelta
from math import ceil

from server.domain.printing.printers import PRINTING

SHORTEST_AGE = timedelta(seconds=60)
"""A job of a printer that asks often is cancelled at this age, as that of a printer that is sent its jobs."""
AWAY, READY = "unreachable", "ready"
STOP_BELIEVED_FOR = timedelta(seconds=30)
GRACE = timedelta(seconds=5)
LONGEST_GAP = timedelta(minutes=10)
SLOW_FROM_S = 15
"""A printer that asks no more often than that makes visitors wait at the kiosk for their paper."""
NOTED_EVERY = timedelta(seconds=5)
"""A poll is kept at most that often: printers that ask every second cost the database little."""


def says_state_in_polls(kind: str) -> bool:
    """Whether each poll of a printer of this kind says its state; else the server remembers the last one."""
    return kind in ("star_cloudprnt", "gateway")


def state_at_poll(reported: str | None, known: str | None, known_for: timedelta) -> str:
    """The state of a printer that asks for a job. `reported`: what the poll says, None: it says none.

    `known`: what it said last, `known_for` ago. The server believes a stop for half a minute: some printers
    say by themselves that they go on, others do not, and would never get a job again.
    """
    if reported is not None:
        return reported
    if known is None or known == AWAY:
        return READY
    return known if known in PRINTING or known_for < STOP_BELIEVED_FOR else READY


def offline_after(interval_s: int) -> timedelta:
    """How long a printer that asks every `interval_s` seconds may be silent before it counts as away."""
    return timedelta(seconds=2 * interval_s) + GRACE


def age_limit(interval_s: int | None) -> timedelta:
    """The age at which a job that was not fetched is cancelled: a printer has two chances to ask for it."""
    return SHORTEST_AGE if interval_s is None else max(SHORTEST_AGE, offline_after(interval_s))


def is_too_slow(interval_s: int | None) -> bool:
    """Whether visitors wait too long for their paper: the printer asks every `interval_s` seconds."""
    return interval_s is not None and interval_s >= SLOW_FROM_S


def paper_within_s(interval_s: int | None, jobs_before: int) -> int | None:
    """In how many seconds at most the paper of a job comes out that was queued just now, behind
    `jobs_before` others; None: soon, or nobody knows. A printer takes one job each time it asks.
    """
    if interval_s is None or not is_too_slow(interval_s):
        return None
    due_s = (jobs_before + 1) * interval_s + int(GRACE.total_seconds())
    return min(due_s, int(age_limit(interval_s).total_seconds()))


def is_to_be_noted(polled_at: datetime | None, now: datetime) -> bool:
    """Whether this poll is kept; `polled_at`: the last one that was. A clock set back keeps it."""
    return polled_at is None or not timedelta(0) <= now - polled_at < NOTED_EVERY


def is_silent(polled_at: datetime, interval_s: int | None, now: datetime) -> bool:
    """Whether a printer that asked at `polled_at` is away now."""
    return now - polled_at > offline_after(interval_s or 0) + NOTED_EVERY


def interval_after(before_s: int | None, reported_s: int | None, gap: timedelta | None) -> int | None:
    """The interval between polls in seconds, None: not known yet.

    `reported_s`: what the printer says, if it does. `gap`: since the poll that was kept before it; a longer
    one than ten minutes is an absence, and teaches nothing.
    """
    if reported_s is not None:
        return reported_s
    is_measured = gap is not None and timedelta(0) < gap <= LONGEST_GAP
    if gap is None or not is_measured or not is_interval_doubtful(before_s, gap):
        return before_s
    return ceil(gap.total_seconds())


def is_interval_doubtful(interval_s: int | None, gap: timedelta | None) -> bool:
    """Whether the printer is to be asked for its interval: not known, or the last gap does not agree."""
    if interval_s is None or gap is None:
        return True
    is_shorter = gap < timedelta(seconds=interval_s) / 2
    return is_shorter or gap > offline_after(interval_s) + NOTED_EVERY
