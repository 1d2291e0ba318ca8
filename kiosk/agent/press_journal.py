"""The presses of the kiosk on its disk, and the numbers of its own series: nothing is given before.

One file of lines, each with its checksum, only ever added to: a line that a power cut broke is the last one,
and is dropped. What decides over a number is on the disk (`fsync`) before anything follows from it; the rest
may be lost by a power cut, and is found out again. A disk that is full refuses the press.

A press is `new`, then `sent` to the server, `answered` by it, or `issued` here, and at last `merged` there.
"""

import json
import os
import threading
import zlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, Literal

from kiosk.agent.agent_clock import AgentClock, Moment
from kiosk.agent.kept_files import sync_folder, write_whole

MOST_WAITING_S = 30.0
"""The age at which nobody waits any more for the answer to a press: the page gives up at 20 s."""
MANY_LINES = 4_000
KEPT = 500
"""The presses made last that a shortened journal keeps, besides the tickets that the server does not have."""

type PressState = Literal["new", "sent", "answered", "issued", "merged", "refused"]
type LocalVerdict = Literal["printing", "printed", "held", "unknown", "refused", "cleared"]


class DiskRefused(Exception):
    """The disk keeps nothing more: no ticket may be given."""


class NumbersUsedUp(Exception):
    """The kiosk has given every number of its series today."""


@dataclass(frozen=True, slots=True)
class Press:
    """A press: what the page sent, when, and what became of it.

    `number`, `rank`, `day`: of a ticket that was given here. `was_sent`: the server may have it.
    """

    id: str
    body: Mapping[str, Any]
    pressed_at: str
    moment: Moment
    state: PressState = "new"
    was_sent: bool = False
    number: str | None = None
    rank: int = 0
    day: str = ""
    verdict: LocalVerdict | None = None


@dataclass(frozen=True, slots=True)
class OwnSeries:
    """The numbers that the kiosk gives by itself: a prefix, the first and the last rank."""

    prefix: str
    first: int
    last: int


@dataclass(slots=True)
class _Known:
    presses: dict[str, Press] = field(default_factory=dict)
    ranks: dict[str, int] = field(default_factory=dict)
    offset_s: float = 0.0


class PressJournal:
    """The presses of a folder. Safe among threads."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "presses.log"
        self._lock = threading.RLock()
        self._known = _Known()
        self._lines, self._most_lines = 0, MANY_LINES
        self.sent_count = 0
        """How many presses were sent so far: whether one was, meanwhile."""
        self.is_full = False
        sound = self._replay()
        self._log = os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.ftruncate(self._log, sound)
        sync_folder(folder)
        for press in self._known.presses.values():
            if press.verdict == "printing":  # nobody knows what became of its paper
                self.note(press.id, verdict="unknown")
        self._shorten()

    @property
    def offset_s(self) -> float:
        """By how much the clock of the wall was behind the server's when that was kept."""
        return self._known.offset_s

    def find(self, press: str) -> Press | None:
        """A press by its id."""
        return self._known.presses.get(press)

    def begin(self, press: Press) -> Press:
        """Keeps a press on the disk; the one of this id that is there already. Raises DiskRefused."""
        with self._lock:
            found = self.find(press.id)
            if found is not None:
                return found
            self._write("press", asdict(press), is_durable=True)
            self._shorten()
            self.sent_count += press.was_sent
            return press

    def note_sent(self, press: str) -> None:
        """Keeps that the server may have a press from now on. Raises DiskRefused."""
        with self._lock:
            found = self._known.presses[press]
            if not found.was_sent:
                self._write("change", {"id": press, "state": "sent", "was_sent": True}, is_durable=True)
            self.sent_count += 1

    def note(self, press: str, **changes: Any) -> None:
        """Keeps what became of a press; a power cut may lose it."""
        with self._lock:
            self._try("change", {"id": press, **changes})

    def issue(self, press: str, series: OwnSeries, day: date, *, was_sent: bool) -> Press:
        """Gives a press the next number of the kiosk's own series, on the disk before this returns.

        `was_sent`: the server may have it. One that has a number keeps it. Raises DiskRefused, NumbersUsedUp.
        """
        with self._lock:
            found = self._known.presses[press]
            if found.number is not None:
                return found
            rank = max(series.first, self._known.ranks.get(day.isoformat(), 0) + 1)
            if rank > series.last:
                raise NumbersUsedUp
            given = {
                "state": "issued",
                "was_sent": was_sent,
                "number": f"{series.prefix}{rank:03d}",
                "rank": rank,
                "day": day.isoformat(),
            }
            self._write("change", {"id": press, **given}, is_durable=True)
            return self._known.presses[press]

    def see_rank(self, day: date, rank: int) -> None:
        """Keeps that the server knows tickets of the kiosk's own series up to this rank."""
        with self._lock:
            if rank > self._known.ranks.get(day.isoformat(), 0):
                self._try("rank", {"day": day.isoformat(), "rank": rank}, is_durable=True)

    def see_offset(self, offset_s: float) -> None:
        """Keeps how far the clock of the wall is behind the server's, where it has changed."""
        with self._lock:
            if abs(offset_s - self._known.offset_s) > 1.0:
                self._try("offset", {"s": round(offset_s, 1)})

    def to_merge(self) -> list[Press]:
        """The tickets that were given here and that the server does not have, in their order."""
        with self._lock:
            found = [each for each in self._known.presses.values() if each.state == "issued"]
            return sorted(found, key=lambda each: (each.day, each.rank))

    def to_print(self) -> Press | None:
        """The oldest ticket that was given here whose paper has not been tried."""
        with self._lock:
            return next((each for each in self.to_merge() if each.verdict is None), None)

    def is_paper_open(self, clock: AgentClock) -> bool:
        """Whether the server may have a paper for a press that gets, or has got, its number here."""
        with self._lock:
            return any(self._is_open(each, clock) for each in self._known.presses.values())

    def _is_open(self, press: Press, clock: AgentClock) -> bool:
        if press.state == "issued":
            return True
        age_s = clock.age_s(press.moment)
        return press.state == "sent" and age_s is not None and age_s < MOST_WAITING_S

    def given_since(self, clock: AgentClock, span_s: float) -> int:
        """How many tickets were given here in the last seconds."""
        with self._lock:
            ages = [clock.age_s(each.moment) for each in self._known.presses.values() if each.number]
            return sum(1 for age_s in ages if age_s is not None and age_s < span_s)

    def is_writable(self) -> bool:
        """Whether the disk keeps a press: tried again where it did not."""
        with self._lock:
            if self.is_full:
                try:
                    self._write("offset", {"s": self._known.offset_s}, is_durable=True)
                except DiskRefused:
                    return False
            return True

    def close(self) -> None:
        """Lets go of the file."""
        os.close(self._log)

    def _try(self, kind: str, content: Mapping[str, Any], *, is_durable: bool = False) -> None:
        """Writes a line; on a full disk the memory alone knows it."""
        try:
            self._write(kind, content, is_durable=is_durable)
        except DiskRefused:
            self._take(kind, content)

    def _write(self, kind: str, content: Mapping[str, Any], *, is_durable: bool) -> None:
        line = _line_of(kind, content)
        ends_at = os.fstat(self._log).st_size
        try:
            if os.write(self._log, line) != len(line):
                raise OSError("disk full")
            if is_durable:
                os.fdatasync(self._log)
        except OSError as error:
            os.ftruncate(self._log, ends_at)
            self.is_full = True
            raise DiskRefused from error
        self.is_full = False
        self._take(kind, content)
        self._lines += 1

    def _take(self, kind: str, content: Mapping[str, Any]) -> None:
        known = self._known
        match kind:
            case "press":
                moment = Moment(**content["moment"])
                known.presses[content["id"]] = Press(**{**content, "moment": moment})
            case "change":
                changes = {name: value for name, value in content.items() if name != "id"}
                known.presses[content["id"]] = replace(known.presses[content["id"]], **changes)
            case "offset":
                known.offset_s = content["s"]
        if content.get("rank") and content.get("day"):
            known.ranks[content["day"]] = max(known.ranks.get(content["day"], 0), content["rank"])

    def _replay(self) -> int:
        """Reads the file; how many bytes of it are sound."""
        sound = 0
        for line in _sound_lines(self._file):
            sound += len(line)
            kind, content = json.loads(line[9:])
            self._take(kind, content)
            self._lines += 1
        return sound

    def _shorten(self) -> None:
        """Writes a long file anew without what is over; where the disk refuses that, it goes on growing."""
        if self._lines <= self._most_lines:
            return
        presses = list(self._known.presses.values())
        kept = [*(each for each in presses[:-KEPT] if each.state == "issued"), *presses[-KEPT:]]
        days = sorted(self._known.ranks)[-3:]
        lines = [_line_of("press", asdict(each)) for each in kept]
        lines += [_line_of("rank", {"day": day, "rank": self._known.ranks[day]}) for day in days]
        lines.append(_line_of("offset", {"s": self._known.offset_s}))
        with suppress(OSError):
            write_whole(self._file, b"".join(lines))
            os.close(self._log)
            self._log = os.open(self._file, os.O_WRONLY | os.O_APPEND)
            self._known.presses = {each.id: each for each in kept}
            self._lines = len(lines)
        self._most_lines = self._lines + MANY_LINES


def _line_of(kind: str, content: Mapping[str, Any]) -> bytes:
    text = json.dumps([kind, content], ensure_ascii=False, separators=(",", ":")).encode()
    return b"%08x %s\n" % (zlib.crc32(text), text)


def _sound_lines(file: Path) -> Iterator[bytes]:
    """The lines up to the first one that is not whole."""
    if not file.exists():
        return
    with file.open("rb") as opened:
        for line in opened:
            if not line.endswith(b"\n") or line[:8] != b"%08x" % zlib.crc32(line[9:-1]):
                return
            yield line
