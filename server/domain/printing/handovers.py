"""How a printer that fetches its jobs asks for them, which job it is offered, and what becomes of it. Pure.

Rule: docs/rules/pulled-printers.md. Source of what silence means: Star CloudPRNT manual 2.4.0 (offline after
two intervals and 5 s).

A handover gives a job to its printer once. Its name has the job's id and its number among the handovers of
that job, so a confirmation of an earlier one is not taken for the present one.
"""

import base64
import binascii
import hashlib
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Literal
from urllib.parse import urlsplit
from uuid import UUID

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
"""The server writes a poll at most this often: a printer that asks every second costs little."""


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
    """Whether the server writes this poll, also when a clock was set back. `polled_at`: of the last one."""
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
class PrintEnd:
    """How a job ends: `done` with a verdict, or `cancelled` with the last one seen, None when never tried."""

    job: str
    state: str
    verdict: str | None
    why: str | None


def ends_of(jobs: Sequence[PulledJob], age_limit: timedelta, now: datetime) -> list[PrintEnd]:
    """The jobs that end because of their age.

    One that was not fetched is cancelled. One that was fetched may be on paper, or in a printer that stopped:
    it is `unknown`, once its confirmation is not to be expected any more.
    """
    ends: list[PrintEnd] = []
    for job in jobs:
        if job.is_sent and now - (job.sent_at or job.queued_at) > CONFIRMED_WITHIN:
            ends.append(PrintEnd(job.id, "done", "unknown", job.why or "no_confirmation"))
        elif not job.is_sent and now - job.queued_at > age_limit:
            ends.append(PrintEnd(job.id, "cancelled", job.verdict, job.why or "too_old"))
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


REALM = "Parvis"
NONCE_FOR = timedelta(minutes=5)
_LONGEST = 300


def kept_form(user: str, secret: str) -> str:
    """What is kept of a secret: 32 hexadecimal digits."""
    return _md5(f"{user}:{REALM}:{secret}")


def new_nonce(key: str, now: datetime) -> str:
    """A nonce that only who has the key can make; it says when it was made."""
    stamp = f"{int(now.timestamp()):x}"
    return f"{stamp}-{_signed(key, stamp)}"


def challenge(nonce: str, *, is_stale: bool) -> str:
    """The value of `WWW-Authenticate`. `is_stale`: the secret was right, only the nonce was old."""
    stale = ", stale=true" if is_stale else ""
    return f'Digest realm="{REALM}", qop="auth", algorithm=MD5, nonce="{nonce}"{stale}'


def is_own_nonce(nonce: str, key: str) -> bool:
    """Whether this server, or another worker of it, made a nonce."""
    stamp, _, mac = nonce.partition("-")
    return hmac.compare_digest(mac.encode(), _signed(key, stamp).encode())


def is_fresh(nonce: str, now: datetime) -> bool:
    """Whether an own nonce may still be used; a clock set back keeps it."""
    made_at_s = int(nonce.partition("-")[0], 16)
    return now.timestamp() - made_at_s <= NONCE_FOR.total_seconds()


def is_answer(sent: Mapping[str, str | None], kept: str, *, method: str, path: str) -> bool:
    """Whether the parameters of an `Authorization` answer the challenge for this request."""
    values = {name: value or "" for name, value in sent.items()}
    if any(len(value) > _LONGEST for value in values.values()):
        return False
    uri, nonce = values.get("uri", ""), values.get("nonce", "")
    is_ours = values.get("realm") == REALM and values.get("algorithm", "MD5").upper() == "MD5"
    if not is_ours or not _is_for(uri, path):
        return False
    request = _md5(f"{method}:{uri}")
    if values.get("qop"):
        once = f"{nonce}:{values.get('nc', '')}:{values.get('cnonce', '')}:{values['qop']}"
    else:
        once = nonce
    expected = _md5(f"{kept}:{once}:{request}")
    return hmac.compare_digest(expected.encode(), values.get("response", "").lower().encode())


def _is_for(uri: str, path: str) -> bool:
    try:
        return urlsplit(uri).path == path
    except ValueError:
        return False


def _signed(key: str, stamp: str) -> str:
    return hmac.new(key.encode(), f"printer nonce {stamp}".encode(), hashlib.sha256).hexdigest()[:32]


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


LARGEST_BODY_BYTES = 2048
LARGEST_JOB_BYTES = 2 * 1024 * 1024
AGE_HEADER = "X-Parvis-Age"
"""Of the answer to a fetch: the age of the job, in seconds."""
_STATES = PRINTING | {
    "paper_out",
    "cover_open",
    "cutter",
    "error",
    "offline",
    "mute",
    "unreachable",
}
_REASONS = _STATES | {"connection_lost", "send_deadline", "no_confirmation", "driver_lost"}
_RESULTS: dict[str, ConfirmedAs] = {
    "printed": "printed",
    "held": "held",
    "cleared": "cleared",
    "refused": "undelivered",
    "unknown": "unknown",
}
_PROGRAM = re.compile(r"[0-9a-f]{16,40}")
_LONGEST_INTERVAL_S = 3600


@dataclass(frozen=True, slots=True)
class GatewayPoll:
    """A poll. `program`: one run of the program, chosen by it at random. `leaves`: it ends now."""

    program: str
    state: str
    is_printing: bool
    interval_s: int
    leaves: bool


def read_poll(body: bytes) -> GatewayPoll | None:
    """The poll in the body of a request; None: it is none."""
    sent = _object(body)
    program, state, interval_s = sent.get("program"), sent.get("state"), sent.get("interval_s")
    if not is_program(program) or state not in _STATES:
        return None
    if type(interval_s) is not int or not 0 < interval_s <= _LONGEST_INTERVAL_S:
        return None
    is_printing, leaves = sent.get("is_printing") is True, sent.get("leaves") is True
    return GatewayPoll(str(program), str(state), is_printing, interval_s, leaves)


def read_confirmation(body: bytes) -> Confirmation | None:
    """What a body says of a handover; None: it says nothing of the kind."""
    sent = _object(body)
    verdict, why = sent.get("verdict"), sent.get("why")
    if not isinstance(verdict, str) or verdict not in _RESULTS or not (why is None or why in _REASONS):
        return None
    return Confirmation(_RESULTS[verdict], None if why is None else str(why))


def is_program(text: object) -> bool:
    """Whether a value names one run of the program."""
    return isinstance(text, str) and _PROGRAM.fullmatch(text) is not None


def _object(body: bytes) -> dict[str, object]:
    try:
        sent = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(sent, dict):
        return {}
    return {name: value for name, value in sent.items() if isinstance(value, str | int | None)}
