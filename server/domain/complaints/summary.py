"""Counts of the register by month, kind and channel: received, answered, within the target. Pure."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from statistics import median_low

from server.domain.complaints import EntryState


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
