"""The rows of a log in the open format, from any source: checked, counted where left aside, read in order.

A file is read in place, by the offsets of its lines: memory holds these and not the rows.
"""

import csv
from array import array
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from functools import cache
from itertools import groupby
from sys import intern
from typing import Protocol

from server.domain.calling.rules import USUAL_MEAN_S
from server.domain.calling.waiting_legs import reference_at
from server.domain.instants import from_text, to_micros
from server.domain.quality.leg_records import CLASSES, CONTRACT_COLUMNS, LegRecord, leg_record
from server.domain.refusals import Refusal
from server.domain.simulation.logs import TARGET_COLUMNS, USUAL_TARGETS_S, LoggedDuty

MOST_ROWS, MOST_KEPT = 5_000_000, 400_000
"""More rows in one file are refused; fewer are taken of counters, and for a simulation, kept in memory."""
DUTY_COLUMNS = ("counter", "hall", "services", "opened_at", "closed_at")
SERVICE_COLUMNS = ("service", "hall", "typed_mean_s")

type Row = Mapping[str, str]


class Buffer(Protocol):
    """The bytes of a file, in memory or mapped."""

    def __len__(self) -> int: ...
    def __getitem__(self, at: slice, /) -> bytes: ...
    def find(self, found: bytes, start: int, /) -> int: ...


@dataclass(slots=True)
class LeftAside:
    """Rows of one file that are not used as they stand: how many by reason, and the line of the first."""

    file: str
    reasons: dict[str, tuple[int, int]] = field(default_factory=dict)

    def add(self, reason: str, line: int) -> None:
        """Counts a row (its line from 1)."""
        count, first = self.reasons.get(reason, (0, line))
        self.reasons[reason] = (count + 1, first)


class WrongRow(Exception):
    """A row that cannot be used; its argument is the reason."""


@dataclass(frozen=True, slots=True)
class LoggedLeg:
    """A leg as a replay needs it. `since`: when it began to wait; `zone`: that of the log at its issue.

    `called_at` and `ended_at` None: it did not happen. `quoted`: the low, median and high wait it announced.
    """

    id: str
    number: str
    hall: str
    service: str
    leg_class: str
    since: datetime
    reference: datetime
    booked_at: datetime | None
    zone: tzinfo
    called_at: datetime | None
    ended_at: datetime | None
    end_reason: str
    counter: str
    target_s: int | None
    quoted: tuple[float, float, float] | None

    @property
    def local(self) -> datetime:
        """When it began to wait, by the clock on the wall."""
        return self.since.astimezone(self.zone)


class LogFile:
    """A CSV file with a header. Refusals: log_empty, log_not_text, log_columns, log_too_long."""

    def __init__(self, name: str, content: Buffer, columns: Sequence[str], *, most: int = MOST_ROWS) -> None:
        self.content, self.aside, self.most = content, LeftAside(name), most
        start = 3 if content[:3] == b"\xef\xbb\xbf" else 0
        self.header = self._cells(start)
        if not any(self.header):
            raise Refusal("log_empty", file=name, line=1)
        missing = [column for column in columns if column not in self.header]
        if missing:
            raise Refusal("log_columns", file=name, line=1, columns=", ".join(missing))
        self.start = self._next(start)

    def rows(self) -> Iterator[tuple[int, int, Row]]:
        """The offset, line number and cells of each row; others are counted as left aside."""
        at, line = self.start, 1
        while at < len(self.content):
            line += 1
            if line > self.most + 1:
                raise Refusal("log_too_long", file=self.aside.file, line=line, most=self.most)
            cells = self._cells(at)
            if len(cells) == len(self.header):
                yield at, line, dict(zip(self.header, cells, strict=True))
            elif cells:
                self.aside.add("cells", line)
            at = self._next(at)

    def read[Found](self, made: Callable[[Row], Found]) -> Iterator[tuple[int, int, Found]]:
        """What each row says, with its offset and line; a row that is wrong is left aside."""
        for at, line, row in self.rows():
            try:
                yield at, line, made(row)
            except WrongRow as wrong:
                self.aside.add(str(wrong), line)

    def row_at(self, at: int) -> Row:
        """The row at an offset."""
        return dict(zip(self.header, self._cells(at), strict=True))

    def _next(self, at: int) -> int:
        end = self.content.find(b"\n", at)
        return len(self.content) if end < 0 else end + 1

    def _cells(self, at: int) -> list[str]:
        try:
            text = self.content[at : self._next(at)].decode().rstrip("\r\n")
            return next(csv.reader([text], strict=True), [])
        except (UnicodeDecodeError, csv.Error):
            line = self.content[:at].count(b"\n") + 1
            raise Refusal("log_not_text", file=self.aside.file, line=line) from None


class LegFile(LogFile):
    """A `legs.csv`, its legs checked once and given in the order in which they began to wait.

    `known`: the services (hall, service) described; legs of others are counted and told, not left aside.
    """

    def __init__(
        self,
        name: str,
        content: Buffer,
        known: Container[tuple[str, str]] | None = None,
        *,
        most: int = MOST_ROWS,
    ) -> None:
        super().__init__(name, content, CONTRACT_COLUMNS, most=most)
        self.since, self.offsets = array("q"), array("q")
        seen: set[int] = set()
        for at, line, leg in self.read(leg_of):
            if hash(leg.id) in seen:
                self.aside.add("twice", line)
                continue
            seen.add(hash(leg.id))
            if known is not None and (leg.hall, leg.service) not in known:
                self.aside.add("service", line)
            self.since.append(to_micros(leg.since))
            self.offsets.append(at)

    def __len__(self) -> int:
        return len(self.offsets)

    def records(self) -> Iterator[LegRecord]:
        """The legs as indicators need them, in the order of the lines."""
        return (leg_record(self.row_at(at)) for at in self.offsets)

    def in_order(self) -> Iterator[LoggedLeg]:
        """The legs by instant, those of one instant by id: the order of the lines does not matter."""
        order = sorted(range(len(self.since)), key=self.since.__getitem__)
        for _, same in groupby(order, key=self.since.__getitem__):
            legs = [leg_of(self.row_at(self.offsets[place])) for place in same]
            yield from sorted(legs, key=lambda leg: leg.id)


def leg_of(row: Row) -> LoggedLeg:
    """The leg of a row. WrongRow: `name`, `class`, `instant`, `order` or `number`."""
    if not (row["leg"] and row["service"]):
        raise WrongRow("name")
    if row["class"] not in CLASSES:
        raise WrongRow("class")
    issued_at, booked_at = _instant(row["issued_at"]), _instant_or_none(row["booked_at"])
    called_at, ended_at = _instant_or_none(row["first_called_at"]), _instant_or_none(row["ended_at"])
    since = max(issued_at, _instant_or_none(row["arrived_at"]) or issued_at)
    known = [at for at in (since, called_at, ended_at) if at is not None]
    if known != sorted(known):
        raise WrongRow("order")
    quoted = [_number(row[f"quoted_{end}_s"]) for end in ("low", "median", "high")]
    low_s, median_s, high_s = quoted
    return LoggedLeg(
        row["leg"],
        row["number"],
        row["hall"],
        row["service"],
        row["class"],
        since,
        reference_at(since, booked_at),
        booked_at,
        _zone(row["issued_at"]),
        called_at,
        ended_at,
        row["end_reason"],
        row["counter"],
        int(_number(row.get("target_s") or "") or 0) or None,
        None if low_s is None or median_s is None or high_s is None else (low_s, median_s, high_s),
    )


def duties_of(file: LogFile) -> list[LoggedDuty]:
    """The intervals of a `counters.csv`, by opening; those that overlap are counted."""
    found = sorted(file.read(_duty), key=lambda each: (each[2].opened_at, each[2].counter))
    until: dict[tuple[str, str], datetime] = {}
    for _, line, duty in found:
        place = (duty.hall, duty.counter)
        if place in until and duty.opened_at < until[place]:
            file.aside.add("overlap", line)
        until[place] = max(until.get(place, duty.opened_at), duty.closed_at or duty.opened_at)
    return [duty for *_, duty in found]


@cache
def _names(text: str) -> tuple[str, ...]:
    return tuple(name for name in text.split(";") if name)


def _duty(row: Row) -> LoggedDuty:
    services = _names(row["services"])
    if not (row["counter"] and services):
        raise WrongRow("name")
    opened_at, closed_at = _instant(row["opened_at"]), _instant_or_none(row["closed_at"])
    if closed_at is not None and closed_at < opened_at:
        raise WrongRow("order")
    planned = [_instant_or_none(row.get(f"planned_{end}_at") or "") for end in ("open", "close")]
    is_planned = planned[0] is not None and planned[1] is not None and planned[0] < planned[1]
    return LoggedDuty(
        intern(row["counter"]),
        intern(row["hall"]),
        services,
        opened_at,
        closed_at,
        intern(row.get("session", "")),
        _zone(row["opened_at"]),
        (planned[0], planned[1]) if is_planned and planned[0] and planned[1] else None,
        intern(row.get("rule", "")),
    )


@dataclass(frozen=True, slots=True)
class ServiceTerms:
    """What is typed of a service: its mean time and its targets by class, in seconds."""

    mean_s: float = USUAL_MEAN_S
    targets_s: Mapping[str, int] = field(default_factory=lambda: USUAL_TARGETS_S)


def terms_of(file: LogFile) -> dict[tuple[str, str], ServiceTerms]:
    """The services of a `services.csv`, by hall and service."""
    return {named: terms for _, _, (named, terms) in file.read(_terms)}


def _terms(row: Row) -> tuple[tuple[str, str], ServiceTerms]:
    if not row["service"]:
        raise WrongRow("name")
    targets = {
        name: int(_number(row.get(column) or "") or USUAL_TARGETS_S[name])
        for name, column in TARGET_COLUMNS.items()
    }
    return (row["hall"], row["service"]), ServiceTerms(_number(row["typed_mean_s"]) or USUAL_MEAN_S, targets)


def _instant(text: str) -> datetime:
    try:
        return from_text(text)
    except (ValueError, OverflowError):
        raise WrongRow("instant") from None


def _zone(text: str) -> tzinfo:
    return _same_zone(datetime.fromisoformat(text).tzinfo or UTC)


@cache
def _same_zone(zone: tzinfo) -> tzinfo:
    """One object for equal zones: a log has one in each row."""
    return zone


def _instant_or_none(text: str) -> datetime | None:
    return _instant(text) if text else None


def _number(text: str) -> float | None:
    try:
        number = float(text) if text else None
    except ValueError:
        raise WrongRow("number") from None
    if number is not None and not 0 <= number < 1e9:
        raise WrongRow("number")
    return number
