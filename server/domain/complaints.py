"""Entries of the register: what they hold, their states, their dates, their reference and secret. Pure.

Rule: docs/rules/complaints.md. The same form sent twice gives the same reference and secret."""

import hashlib
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any

from annotated_types import MaxLen

from server.domain.refusals import Refusal
from server.domain.typed_fields import longest_of

LONGEST_TEXT = 3000
"""Characters of what is written, and of its answer."""
LONGEST_CONTACT = 200
LONGEST_REASON = 400
LONGEST_PUBLIC = 240
"""Characters of each half of « Vous l’avez demandé, on l’a fait »: what a screen shows."""
TEXTS_KEPT = timedelta(days=3 * 365)
"""How long the texts of an entry are kept after it was received."""
CONTACT_KEPT = timedelta(days=365)
"""How long a contact is kept after the entry was received where nobody answers."""


class EntryKind(StrEnum):
    """What a visitor says."""

    SUGGESTION = "suggestion"
    COMPLAINT = "complaint"
    THANKS = "thanks"


class Channel(StrEnum):
    """How it came."""

    KIOSK = "kiosk"
    WEB = "web"
    PAPER = "paper"
    ORAL = "oral"
    COMMITTEE = "committee"
    LETTER = "letter"


PUBLIC_CHANNELS = (Channel.KIOSK, Channel.WEB)
"""The channels of the public page; the others are entered by people at work."""


class EntryState(StrEnum):
    """Where an entry stands.

    `dropped`: « sans suite », with its reason; `set_aside`: written by a flood, counted nowhere.
    """

    RECEIVED = "received"
    ACKNOWLEDGED = "acknowledged"
    ANSWERED = "answered"
    CLOSED = "closed"
    DROPPED = "dropped"
    SET_ASIDE = "set_aside"


class EntryVerb(StrEnum):
    """What people do with an entry."""

    ACKNOWLEDGE = "acknowledge"
    ANSWER = "answer"
    CLOSE = "close"
    DROP = "drop"
    RESTORE = "restore"


UNANSWERED = (EntryState.RECEIVED, EntryState.ACKNOWLEDGED)
_FROM: dict[EntryVerb, Collection[EntryState]] = {
    EntryVerb.ACKNOWLEDGE: (EntryState.RECEIVED,),
    EntryVerb.ANSWER: UNANSWERED,
    EntryVerb.CLOSE: (EntryState.ANSWERED,),
    EntryVerb.DROP: UNANSWERED,
    EntryVerb.RESTORE: (EntryState.SET_ASIDE,),
}
_TO = {
    EntryVerb.ACKNOWLEDGE: EntryState.ACKNOWLEDGED,
    EntryVerb.ANSWER: EntryState.ANSWERED,
    EntryVerb.CLOSE: EntryState.CLOSED,
    EntryVerb.DROP: EntryState.DROPPED,
    EntryVerb.RESTORE: EntryState.RECEIVED,
}


@dataclass(frozen=True, slots=True)
class ComplaintRules:
    """What a site has decided of its register.

    `is_open`: whether it has one. `answer_days`: within how many days a suggestion or complaint is answered;
    `contact_days`: how many days after the answer the author’s contact is erased.
    """

    is_open: bool = False
    answer_days: int = 15
    contact_days: int = 30


@dataclass(frozen=True, slots=True)
class EntryFields:
    """What a form of the register says that its row keeps as it is: a new field goes here."""

    kind: str
    channel: str
    text: Annotated[str, MaxLen(LONGEST_TEXT)]
    concerns_agent: bool

    def kept(self) -> dict[str, Any]:
        """The values of these fields by name."""
        return {each.name: getattr(self, each.name) for each in fields(EntryFields)}


@dataclass(frozen=True, slots=True)
class EntryRequest(EntryFields):
    """What is written in the register. `written_on`: empty, or the ISO date of a letter.

    `photographs`: WebP, prepared already.
    """

    concerns_agent: bool = False
    contact: Annotated[str, MaxLen(LONGEST_CONTACT)] = ""
    written_on: str = ""
    photographs: Sequence[bytes] = ()


def checked_entry(written: EntryRequest, today: date, *, channels: Collection[str]) -> EntryRequest:
    """The entry with its texts trimmed.

    Refusals, each with its `field`: complaint_kind_missing, complaint_channel_missing,
    complaint_text_missing, complaint_text_too_long, bad_complaint_day (also of a day to come).
    """
    entry = replace(written, text=written.text.strip(), contact=" ".join(written.contact.split()))
    if entry.kind not in set(EntryKind):
        raise Refusal("complaint_kind_missing", field="kind")
    if entry.channel not in channels:
        raise Refusal("complaint_channel_missing", field="channel")
    if not entry.text:
        raise Refusal("complaint_text_missing", field="text")
    for field, longest in longest_of(EntryRequest).items():
        check_length(getattr(entry, field), longest, field)
    if entry.written_on and written_day(entry.written_on) > today:
        raise Refusal("bad_complaint_day", field="written_on")
    return entry


def check_length(text: str, longest: int, field: str) -> None:
    """Refusal: complaint_text_too_long, with the field and the limit."""
    if len(text) > longest:
        raise Refusal("complaint_text_too_long", field=field, longest=longest)


def written_day(text: str) -> date:
    """The date of an ISO text. Refusal: bad_complaint_day."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Refusal("bad_complaint_day", field="written_on") from error


def next_state(state: str, verb: EntryVerb, kind: str) -> EntryState:
    """The state after a verb. Thanks may be closed without an answer. Refusal: complaint_moved."""
    closes_thanks = verb is EntryVerb.CLOSE and kind == EntryKind.THANKS and state in UNANSWERED
    if state not in _FROM[verb] and not closes_thanks:
        raise Refusal("complaint_moved")
    return _TO[verb]


def verbs_of(state: str, kind: str) -> list[EntryVerb]:
    """The verbs that an entry allows now."""
    return [verb for verb in EntryVerb if _is_allowed(state, verb, kind)]


def _is_allowed(state: str, verb: EntryVerb, kind: str) -> bool:
    try:
        next_state(state, verb, kind)
    except Refusal:
        return False
    return True


def due_day(kind: str, received_on: date, rules: ComplaintRules) -> date | None:
    """The last day for the answer; None: thanks need none."""
    return None if kind == EntryKind.THANKS else received_on + timedelta(days=rules.answer_days)


def is_late(state: str, due_on: date | None, today: date) -> bool:
    """Whether the answer is awaited longer than the target."""
    return state in UNANSWERED and due_on is not None and due_on < today


def contact_erased_at(received_at: datetime, ended_at: datetime | None, contact_days: int) -> datetime:
    """When a contact is erased: days after the answer, and at the latest a year after it was received."""
    latest = received_at + CONTACT_KEPT
    return latest if ended_at is None else min(latest, ended_at + timedelta(days=contact_days))


_READERS = frozenset({"quality", "administrator"})
_OF_RECEPTION = frozenset({"agent", "reception", "digital_helper", "supervisor", "security"})


def may_read_about_agents(roles: Collection[str]) -> bool:
    """Whether somebody with these roles at a site reads what concerns a person of its reception.

    The quality manager and the IT service do, unless they also work at the reception themselves.
    """
    return not _READERS.isdisjoint(roles) and _OF_RECEPTION.isdisjoint(roles)


LETTERS = "ABCDEFGHJKLMNPRTUVWXYZ2346789"
"""Letters that are not read as others (no I, O, Q, S, 0, 1, 5)."""
REFERENCE_LENGTH, SECRET_LENGTH = 7, 12
"""About 34 and 58 bits."""


@dataclass(frozen=True, slots=True)
class EntryKeys:
    """The names of an entry: its id, its reference, its visitor’s secret."""

    id: str
    reference: str
    secret: str


def entry_keys(form: str) -> EntryKeys:
    """The keys of the entry of a form; `form` is a random text that only the sender has."""
    return EntryKeys(
        hashlib.sha256(f"complaint id {form}".encode()).hexdigest()[:32],
        _drawn(f"complaint reference {form}", REFERENCE_LENGTH),
        _drawn(f"complaint secret {form}", SECRET_LENGTH),
    )


def typed_key(text: str) -> str:
    """A reference or a secret as people type it: capitals, without spaces and hyphens."""
    return re.sub(r"[\s\u00a0-]", "", text).upper()


def grouped(key: str) -> str:
    """A secret in groups of four, easier to read and to type."""
    return "-".join(key[at : at + 4] for at in range(0, len(key), 4))


def _drawn(seed: str, length: int) -> str:
    drawn, letters = int.from_bytes(hashlib.sha256(seed.encode()).digest()), []
    for _ in range(length):
        drawn, letter = divmod(drawn, len(LETTERS))
        letters.append(LETTERS[letter])
    return "".join(letters)
