"""Signs for alarms, from printers, devices, queues, counters and the clock. Pure."""

import base64
import hashlib
import hmac
import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from server.domain.alarms.alarms import ONE_AT_A_TIME, AlarmKind, AlarmRules, Observed, Sign, Watched
from server.domain.hours.calendars import Calendar, business_day, half_days

SERVER = "server"
"""The subject of an alarm about the clock."""
BACK_BELOW = 0.8
"""A queue is calm again at this share of its threshold; between the two the former state holds."""
GRADED = 300
"""Over how many of its last graded announcements the cover of a hall is watched."""
COVERS, COVERS_WELL = (72.0, 88.0), (74.0, 86.0)
"""The percent inside that is no fault, and that is well again; between them the former state holds."""
TWICE_FOR = timedelta(seconds=30)
"""How long after the last refusal of a second agent a kiosk counts as being there twice."""
KEY_STEPS_DAYS = (1, 7, 30)
"""How many days before the end of an API key people are informed, the last step first."""

_FAULT_OF = {
    "cover_open": AlarmKind.COVER_OPEN,
    "paper_out": AlarmKind.PAPER_OUT,
    **dict.fromkeys(("unreachable", "mute", "cutter", "error", "offline"), AlarmKind.PRINTER_DOWN),
    "near_end": AlarmKind.NEAR_END,
    "not_taken": AlarmKind.NOT_TAKEN,
}
"""The alarm that each state of a printer raises."""
_KINDS = (
    *(AlarmKind.PRINTER_DOWN, AlarmKind.COVER_OPEN, AlarmKind.PAPER_OUT),
    *(AlarmKind.NEAR_END, AlarmKind.NOT_TAKEN),
)
_KNOWN_WELL = {
    "ready": set(_KINDS),
    "near_end": {*ONE_AT_A_TIME, AlarmKind.NOT_TAKEN},
    "not_taken": set(ONE_AT_A_TIME),
    "paper_out": {AlarmKind.PRINTER_DOWN, AlarmKind.COVER_OPEN},
    "cover_open": {AlarmKind.PRINTER_DOWN},
    "offline": {AlarmKind.COVER_OPEN, AlarmKind.PAPER_OUT},
}
"""Faults that a state rules out; a printer reports only its worst (`hardware/status.py`)."""


@dataclass(frozen=True, slots=True)
class PrinterObservation:
    """A printer now: its state (`printers.state_now`), `unknown` when no process drives it.

    `unprinted`: how many of its last jobs in a row were not printed.
    """

    state: str
    unprinted: int


def printer_signs(
    printer: str, printer_seen: PrinterObservation, rules: AlarmRules
) -> Iterator[tuple[Watched, Observed]]:
    """The signs of a printer, by the id of its kiosk."""
    faulty = _FAULT_OF.get(printer_seen.state)
    well = _KNOWN_WELL.get(printer_seen.state, set())
    for kind in _KINDS:
        if kind is faulty:
            yield (kind, printer), Observed(Sign.FAULTY, {"state": printer_seen.state})
        else:
            yield (kind, printer), Observed(Sign.WELL if kind in well else Sign.UNSURE)
    is_faulty = printer_seen.unprinted >= rules.unprinted_jobs
    sign = Sign.FAULTY if is_faulty else Sign.WELL if printer_seen.unprinted == 0 else Sign.UNSURE
    yield (
        (AlarmKind.UNPRINTED, printer),
        Observed(sign, {"jobs": printer_seen.unprinted} if is_faulty else {}),
    )


def unprinted_after(before: int, verdict: str | None) -> int:
    """How many jobs in a row were not printed, once one more has ended with a verdict, or None untried."""
    return 0 if verdict == "printed" else before + 1


def presence_sign(*, is_present: bool, was_seen: bool, is_open: bool) -> Observed:
    """The sign of a paired kiosk or screen.

    Unsure: it never came (`was_seen`, since it is watched), or is missed while the hall is closed.
    """
    if is_present:
        return Observed(Sign.WELL)
    return Observed(Sign.FAULTY if was_seen and is_open else Sign.UNSURE)


def twice_sign(refused_at: datetime | None, now: datetime) -> Observed:
    """The sign of a kiosk whose agent is live while another one of it was refused at an instant."""
    is_faulty = refused_at is not None and now - refused_at < TWICE_FOR
    return Observed(Sign.FAULTY if is_faulty else Sign.WELL)


def queue_sign(waiting: int, most: int) -> Observed:
    """The sign of a queue: `waiting` people against a threshold of `most`."""
    if waiting >= most:
        return Observed(Sign.FAULTY, {"count": waiting})
    return Observed(Sign.WELL if waiting <= int(most * BACK_BELOW) else Sign.UNSURE)


def cover_sign(graded: int, inside: int) -> Observed:
    """The sign of a hall's announced waits: how many of the last `graded` were `inside` their range."""
    if graded < GRADED:
        return Observed(Sign.UNSURE)
    percent = 100 * inside / graded
    if not COVERS[0] <= percent <= COVERS[1]:
        shown = math.floor(percent) if percent < COVERS[0] else math.ceil(percent)
        return Observed(Sign.FAULTY, {"count": graded, "percent": shown})
    return Observed(Sign.WELL if COVERS_WELL[0] <= percent <= COVERS_WELL[1] else Sign.UNSURE)


@dataclass(frozen=True, slots=True)
class CounterObservation:
    """A counter now: whether a session holds it, the hall paused it as forgotten, a visitor is there."""

    is_open: bool = False
    is_forgotten: bool = False
    is_serving: bool = False


def counter_sign(
    counter_seen: CounterObservation, calendar: Calendar, rules: AlarmRules, now: datetime
) -> Observed:
    """The sign of a counter: forgotten by its agent, or still open long after the hall's closing."""
    is_late = (
        counter_seen.is_open
        and not counter_seen.is_serving
        and _closed_for(calendar, now, rules.counter_after_s)
    )
    return Observed(Sign.FAULTY if counter_seen.is_forgotten or is_late else Sign.WELL)


def awaited_sign(waiting: int, *, is_open: bool) -> Observed:
    """The sign of a counter for which `waiting` people wait and may go to no other."""
    if waiting and not is_open:
        return Observed(Sign.FAULTY, {"count": waiting})
    return Observed(Sign.WELL)


def bulletin_sign(waiting: int) -> Observed:
    """The sign of a site at which `waiting` bulletins of authorities wait for a person."""
    return Observed(Sign.FAULTY if waiting else Sign.WELL)


def vigilance_sign(*, is_current: bool) -> Observed:
    """The sign of the vigilance of a site's department, where it is read."""
    return Observed(Sign.WELL if is_current else Sign.FAULTY)


def key_sign(
    key: str, scopes: str, expires_at: datetime, now: datetime, *, is_used_after: bool
) -> Iterator[tuple[Watched, Observed]]:
    """The sign of an API key (id) near its end, or used after it; none of any other.

    Each step of KEY_STEPS_DAYS is a subject of its own, so that people are informed at each.
    """
    if is_used_after:
        yield (AlarmKind.KEY_ENDED, key), Observed(Sign.FAULTY, {"scopes": scopes})
        return
    for days in KEY_STEPS_DAYS:
        if expires_at - now <= timedelta(days=days):
            yield (
                (AlarmKind.KEY_ENDING, f"{key}/{days}"),
                Observed(Sign.FAULTY, {"count": days, "scopes": scopes}),
            )
            return


def _closed_for(calendar: Calendar, now: datetime, seconds: int) -> bool:
    """Whether the last opening of the business day ended at least `seconds` ago; false during a break."""
    opened = half_days(calendar, business_day(calendar, now))
    return bool(opened) and now - opened[-1].closes_at >= timedelta(seconds=seconds)


def clock_sign(now: datetime, last_recorded_at: datetime | None, suspect_after: timedelta) -> Observed:
    """The sign of the wall clock against the instant of the hall's last fact."""
    behind = timedelta(0) if last_recorded_at is None else last_recorded_at - now
    if behind > suspect_after:
        return Observed(Sign.FAULTY, {"behind_s": int(behind.total_seconds())})
    return Observed(Sign.WELL)


SECRET_PREFIX = "whsec_"
TRIED_FOR = timedelta(hours=24)
"""How long a delivery is tried; then it is given up, and those behind it go."""
_WAITS_S = (10, 30, 120, 600, 1800, 3600)
"""Seconds after the first, second … try that failed; the last one again and again."""


def secret_of(key: bytes) -> str:
    """A secret in the form shown to the person who sets up the receiver."""
    return SECRET_PREFIX + base64.b64encode(key).decode("ascii")


def signed_headers(secret: str, delivery: str, at: datetime, body: bytes) -> dict[str, str]:
    """The headers that prove the sender of a delivery and its time of sending."""
    timestamp = str(int(at.timestamp()))
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    signed = f"{delivery}.{timestamp}.".encode() + body
    signature = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode("ascii")
    return {
        "webhook-id": delivery,
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{signature}",
    }


def next_try(created_at: datetime, tries: int, now: datetime) -> datetime | None:
    """When a delivery that failed `tries` times is tried again; None: it is given up."""
    again = now + timedelta(seconds=_WAITS_S[min(tries, len(_WAITS_S)) - 1])
    return again if again - created_at <= TRIED_FOR else None
