"""Star CloudPRNT: what a printer asks and says, and the answers to it. Pure.

Source: Star, CloudPRNT protocol guide 2.4.0 (10 March 2025). One address takes a poll by POST, a fetch by GET
and a confirmation by DELETE, or by GET with `delete` in the query.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NotRequired, TypedDict
from urllib.parse import unquote

from server.domain.printing.handovers import Confirmation

MEDIA_TYPE = "image/png"
LARGEST_JOB_BYTES = 512 * 1024
"""Of a job, as implementers found for the TSP100IV."""
LARGEST_POLL_BYTES = 32 * 1024
INTERVAL_ACTION = "GetPollInterval"
_CODE = re.compile(r"\s*([0-9]{3})(?![0-9])")
_LONGEST_MAC = 40

_STATES = {
    210: "near_end",
    211: "near_end",
    221: "not_taken",
    410: "paper_out",
    420: "cover_open",
}
"""The codes that are a state of their own."""
_WHY = {510: "media_type", 511: "not_decoded", 512: "version", 520: "download_failed", 521: "too_large"}


@dataclass(frozen=True, slots=True)
class StarPoll:
    """A poll: the state of the printer, and what else it says.

    `state`: one of `hardware.status.PrinterState`. `interval_s`: its answer to our question, if it has one.
    `mac`: its network address, "" when it says none.
    """

    state: str
    is_printing: bool = False
    mac: str = ""
    interval_s: int | None = None


@dataclass(frozen=True, slots=True)
class PictureLimit:
    """The most rows of a picture that a printer takes, as its fetch says; None: it says none."""

    mono_rows: int | None = None

    def allows(self, *, rows: int, size_bytes: int) -> bool:
        """Whether the printer takes a picture."""
        return size_bytes <= LARGEST_JOB_BYTES and (self.mono_rows is None or rows <= self.mono_rows)


class ClientAction(TypedDict):
    """A question to the printer, which it answers in its next poll."""

    request: str
    options: str


class NothingToPrint(TypedDict):
    """The answer to a poll without a job."""

    jobReady: Literal[False]
    clientAction: NotRequired[list[ClientAction]]


class JobReady(TypedDict):
    """The answer to a poll that offers a job."""

    jobReady: Literal[True]
    mediaTypes: list[str]
    jobToken: str
    deleteMethod: str


def read_poll(body: bytes) -> StarPoll | None:
    """The poll of a request's body; None: it is none. Everything but the code may be absent or null."""
    if len(body) > LARGEST_POLL_BYTES:
        return None
    try:
        sent = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(sent, dict) or (code := code_of(sent.get("statusCode"))) is None:
        return None
    mac = sent.get("printerMAC")
    return StarPoll(
        state_of(code),
        is_printing=sent.get("printingInProgress") is True or code == 220,
        mac=mac[:_LONGEST_MAC] if isinstance(mac, str) else "",
        interval_s=_interval_in(sent.get("clientAction")),
    )


def code_of(text: object) -> int | None:
    """The number of a code such as `200%20OK`; None for another value."""
    found = _CODE.match(unquote(text)) if isinstance(text, str) else None
    return None if found is None else int(found[1])


def state_of(code: int) -> str:
    """The state that a code means. Codes of the 2xx print; an unknown one of the others is an error."""
    return _STATES.get(code, "ready" if 200 <= code < 300 else "error")


def confirmation_of(code: int | None) -> Confirmation:
    """What a code means as the end of a handover that the printer has fetched.

    410 to 429: it stopped, for want of paper for example, and may print the rest when it goes on.
    """
    if code is None:
        return Confirmation("unknown", "no_confirmation")
    if 200 <= code < 300:
        return Confirmation("printed")
    if 410 <= code < 430:
        return Confirmation("held", state_of(code))
    if code == 520:
        return Confirmation("undelivered", _WHY[520])
    if code in _WHY:
        return Confirmation("unprintable", _WHY[code])
    return Confirmation("unknown", state_of(code))


def nothing_to_print(*, asks_interval: bool = False) -> NothingToPrint:
    """The answer to a poll without a job. `asks_interval`: the printer then polls again at once to say it."""
    if not asks_interval:
        return {"jobReady": False}
    return {"jobReady": False, "clientAction": [{"request": INTERVAL_ACTION, "options": ""}]}


def job_ready(handover: str) -> JobReady:
    """The answer to a poll that offers a handover, by its name."""
    return {"jobReady": True, "mediaTypes": [MEDIA_TYPE], "jobToken": handover, "deleteMethod": "DELETE"}


def picture_limit(query: Mapping[str, str]) -> PictureLimit:
    """The limit that the query of a fetch names."""
    text = query.get("mono_len", "")
    is_number = text.isascii() and text.isdigit() and 0 < len(text) <= 9
    return PictureLimit(int(text) if is_number else None)


def _interval_in(actions: object) -> int | None:
    """The interval in seconds among the results of a printer's actions; None: it is not there."""
    for action in actions if isinstance(actions, list) else ():
        if isinstance(action, dict) and action.get("request") == INTERVAL_ACTION:
            text = str(action.get("result", "")).strip()
            if text.isascii() and text.isdigit() and 0 < int(text[:6]) <= 86_400:
                return int(text[:6])
    return None
