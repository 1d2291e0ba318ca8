"""Entries of the register: what they hold, their states, their dates, their reference and secret. Pure.

Rule: docs/rules/complaints.md. The same form sent twice gives the same reference and secret."""

import hashlib
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import partial
from statistics import median_low
from typing import Annotated, Any

from annotated_types import Interval, MaxLen

from server.domain import typed_fields
from server.domain.refusals import Refusal
from server.domain.typed_fields import longest_of, typed_day

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
_MOVES: dict[EntryVerb, tuple[Collection[EntryState], EntryState]] = {
    EntryVerb.ACKNOWLEDGE: ((EntryState.RECEIVED,), EntryState.ACKNOWLEDGED),
    EntryVerb.ANSWER: (UNANSWERED, EntryState.ANSWERED),
    EntryVerb.CLOSE: ((EntryState.ANSWERED,), EntryState.CLOSED),
    EntryVerb.DROP: (UNANSWERED, EntryState.DROPPED),
    EntryVerb.RESTORE: ((EntryState.SET_ASIDE,), EntryState.RECEIVED),
}
"""From which states a verb leads to which."""


@dataclass(frozen=True, slots=True)
class ComplaintRules:
    """What a site has decided of its register.

    `answer_days`: within how many days a suggestion or complaint is answered;
    `contact_days`: how many days after the answer the author’s contact is erased.
    """

    has_register: bool = False
    answer_days: Annotated[int, Interval(ge=1, le=90)] = 15
    contact_days: Annotated[int, Interval(ge=1, le=180)] = 30


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
    typed_fields.check_length(text, longest, "complaint_text_too_long", field)


written_day = partial(typed_day, code="bad_complaint_day", field="written_on")
"""The date of an ISO text. Refusal: bad_complaint_day."""


def next_state(state: str, verb: EntryVerb, kind: str) -> EntryState:
    """The state after a verb. Thanks may be closed without an answer. Refusal: complaint_moved."""
    if verb not in verbs_of(state, kind):
        raise Refusal("complaint_moved")
    return _MOVES[verb][1]


def verbs_of(state: str, kind: str) -> list[EntryVerb]:
    """The verbs that an entry allows now."""
    closing = [EntryVerb.CLOSE] if kind == EntryKind.THANKS and state in UNANSWERED else []
    return [verb for verb, (states, _) in _MOVES.items() if state in states or verb in closing]


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
    """The names of an entry: id, reference, and the secret that opens its state to whoever wrote it."""

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


MOST_A_DAY = 200
"""Entries that a hall takes in 24 hours by one public channel: more come from programs."""
BUDGET_OF = timedelta(days=1)
FLOOD_ENTRIES = 30
FLOOD_WITHIN = timedelta(hours=1)
"""Unread entries of one channel that come within this time are a flood: no hall has so many authors."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """An entry of a public channel that nobody has read, and when it was received."""

    id: str
    channel: str
    received_at: datetime
    concerns_agent: bool


@dataclass(frozen=True, slots=True)
class Flood:
    """What came too fast, the oldest first, and the channels that take nothing more for now."""

    arrivals: Sequence[Arrival]
    full: Sequence[str]


def counted_from(now: datetime, reopened_at: datetime | None) -> datetime:
    """The instant after which entries count against the budget of their channel."""
    begins = now - BUDGET_OF
    return begins if reopened_at is None else max(begins, reopened_at)


def find_flood(arrivals: Sequence[Arrival], *, full: Sequence[str], since: datetime) -> Flood:
    """The arrivals of a flood: thirty of a channel within an hour, or what fills a channel `since` then."""
    by_channel: defaultdict[str, list[Arrival]] = defaultdict(list)
    for each in sorted(arrivals, key=lambda arrival: (arrival.received_at, arrival.id)):
        by_channel[each.channel].append(each)
    found = [
        each
        for channel in PUBLIC_CHANNELS
        for place, each in enumerate(by_channel[channel])
        if _is_dense(by_channel[channel], place) or (channel in full and each.received_at > since)
    ]
    return Flood(sorted(found, key=lambda arrival: (arrival.received_at, arrival.id)), full)


def _is_dense(arrivals: Sequence[Arrival], place: int) -> bool:
    """Whether one of the thirty arrivals in a row that hold this one came within an hour."""
    first = max(0, place - FLOOD_ENTRIES + 1)
    return any(
        arrivals[begin + FLOOD_ENTRIES - 1].received_at - arrivals[begin].received_at <= FLOOD_WITHIN
        for begin in range(first, min(place, len(arrivals) - FLOOD_ENTRIES) + 1)
    )


@dataclass(frozen=True, slots=True)
class CountedEntry:
    """An entry with its local days. `ended_on`: of the answer, or of the decision to give none."""

    kind: str
    channel: str
    state: str
    received_on: date
    due_on: date | None
    ended_on: date | None


@dataclass(frozen=True, slots=True)
class EntryCount:
    """The entries received in a month (`2026-11`), of one kind, by one channel.

    `waiting`: without an answer yet; `within_target`: answered or dropped by their date; `median_days`: from
    the day of receipt to that of the answer, of those that have one.
    """

    month: str
    kind: str
    channel: str
    received: int
    answered: int
    dropped: int
    waiting: int
    within_target: int
    median_days: int | None


def count_by_month(entries: Iterable[CountedEntry]) -> list[EntryCount]:
    """The counts, in the order of month, kind and channel."""
    groups: defaultdict[tuple[str, str, str], list[CountedEntry]] = defaultdict(list)
    for entry in entries:
        groups[f"{entry.received_on:%Y-%m}", entry.kind, entry.channel].append(entry)
    return [_count(*group, found) for group, found in sorted(groups.items())]


LEAST_COUNTED = 5
"""A kind with fewer entries shows no figures to people who do not answer the register."""


def count_by_kind(entries: Iterable[CountedEntry]) -> dict[str, EntryCount | None]:
    """The counts of all months and channels together, by kind; None below `LEAST_COUNTED` entries."""
    groups: dict[str, list[CountedEntry]] = {kind: [] for kind in EntryKind}
    for entry in entries:
        groups[entry.kind].append(entry)
    return {
        kind: _count("", kind, "", found) if len(found) >= LEAST_COUNTED else None
        for kind, found in groups.items()
        if found
    }


def _count(month: str, kind: str, channel: str, entries: list[CountedEntry]) -> EntryCount:
    dropped = sum(entry.state == EntryState.DROPPED for entry in entries)
    waiting = sum(entry.ended_on is None and entry.state != EntryState.CLOSED for entry in entries)
    days = [(entry.ended_on - entry.received_on).days for entry in entries if entry.ended_on]
    return EntryCount(
        month,
        kind,
        channel,
        received=len(entries),
        answered=len(entries) - dropped - waiting,
        dropped=dropped,
        waiting=waiting,
        within_target=sum(
            entry.ended_on is not None and entry.due_on is not None and entry.ended_on <= entry.due_on
            for entry in entries
        ),
        median_days=median_low(days) if days else None,
    )
