"""The print gateway: what the program on a kiosk's computer says and is answered. Pure. Rule:
docs/rules/pulled-printers.md.

Its states, verdicts and reasons are those of `hardware`: nothing is translated on the way.
"""

import json
import re
from dataclasses import dataclass

from server.domain.printing.handovers import Confirmation, ConfirmedAs
from server.domain.printing.printers import PRINTING

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
