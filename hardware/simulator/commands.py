"""ESC/POS bytes cut into commands, for the simulated printer.

Lengths: Epson ESC/POS command reference. Real-time commands (DLE EOT, DLE ENQ, DLE DC4) are seen wherever
they stand, in the data of a picture too, as Epson printers do; there they remain part of the data.
"""

import re
from dataclasses import dataclass

DLE, ESC, GS, FS = 0x10, 0x1B, 0x1D, 0x1C
CLEAR_BUFFER = bytes((DLE, 0x14, 0x08, 0x01, 0x03, 0x14, 0x01, 0x06, 0x02, 0x08))
_CHARACTERS = re.compile(rb"[\x20-\xff]+")
_LARGEST_COMMAND = 1 << 20
_MOST_TABS = 32
_LONGEST_BARCODE = 255

_ESC_ARGUMENTS = {
    **dict.fromkeys(b"!-3EGJKMRSTUVatdr{ %=?u", 1),
    **dict.fromkeys(b"$\\pcB", 2),
    **dict.fromkeys(b"@2Liv<m", 0),
    ord("p"): 3,
}
_GS_ARGUMENTS = {
    **dict.fromkeys(b"!BHITabfhrw:/", 1),
    **dict.fromkeys(b"$LWP\\", 2),
}


@dataclass(frozen=True, slots=True)
class Command:
    """`name` is the command (`ESC a`, `GS v 0`, `text`, `control`), `content` what follows it."""

    name: str
    content: bytes = b""


@dataclass(frozen=True, slots=True)
class RealTime:
    """A question or order answered at once: `status` with n, `full_status`, `recover` or `clear_buffer`."""

    name: str
    number: int = 0


class CommandReader:
    """Takes bytes in any pieces; gives complete commands in order, and real-time ones separately."""

    def __init__(self) -> None:
        self._waiting = bytearray()
        self._recent = b""

    def feed(self, received: bytes) -> tuple[list[RealTime], list[Command]]:
        """Real-time commands and complete commands among the bytes so far."""
        realtime = self._realtime(received)
        self._waiting += received
        commands: list[Command] = []
        used = 0
        while (found := _next(self._waiting, used)) is not None:
            command, used = found
            if command is not None:
                commands.append(command)
        del self._waiting[:used]
        return realtime, commands

    def forget(self) -> None:
        """Drop an incomplete command."""
        self._waiting.clear()
        self._recent = b""

    def _realtime(self, received: bytes) -> list[RealTime]:
        """Those that end in `received`, though they may have begun before."""
        window = self._recent + received
        found: list[RealTime] = []
        at = -1
        while (at := window.find(DLE, at + 1)) >= 0:
            for length, request in _realtime_at(window, at):
                if at + length > len(self._recent):
                    found.append(request)
        self._recent = window[-(len(CLEAR_BUFFER) - 1) :]
        return found


def _realtime_at(window: bytes, at: int) -> list[tuple[int, RealTime]]:
    if window.startswith(CLEAR_BUFFER, at):
        return [(len(CLEAR_BUFFER), RealTime("clear_buffer"))]
    order = window[at + 1 : at + 3]
    if len(order) == 2 and order[0] == 0x04 and 1 <= order[1] <= 4:
        return [(3, RealTime("status", order[1]))]
    if order == b"\x04\x14":
        return [(3, RealTime("full_status"))]
    if len(order) == 2 and order[0] == 0x05 and order[1] in (1, 2):
        return [(3, RealTime("recover", order[1]))]
    return []


def _next(waiting: bytearray, at: int) -> tuple[Command | None, int] | None:
    """The command at a place and where the next begins, or None while it is incomplete."""
    if at >= len(waiting):
        return None
    first = waiting[at]
    if first == DLE:
        return _dle(waiting, at)
    if first == ESC:
        return _prefixed(waiting, at, "ESC", _ESC_ARGUMENTS)
    if first == GS:
        return _gs(waiting, at)
    if first == FS:
        return _prefixed(waiting, at, "FS", {**dict.fromkeys(b"&.", 0), **dict.fromkeys(b"!-CW", 1)})
    if first < 0x20:
        return Command("control", bytes((first,))), at + 1
    run = _CHARACTERS.match(waiting, at)
    assert run is not None
    return Command("text", run.group()), run.end()


def _dle(waiting: bytearray, at: int) -> tuple[Command | None, int] | None:
    if at + 1 >= len(waiting):
        return None
    kind = waiting[at + 1]
    if kind in (0x04, 0x05):
        length = 3
    elif kind == 0x14:
        if at + 2 >= len(waiting):
            return None
        length = len(CLEAR_BUFFER) if waiting[at + 2] == 0x08 else 5
    else:
        return None, at + 1
    return (None, at + length) if at + length <= len(waiting) else None


def _prefixed(
    waiting: bytearray, at: int, prefix: str, arguments: dict[int, int]
) -> tuple[Command | None, int] | None:
    if at + 1 >= len(waiting):
        return None
    letter = waiting[at + 1]
    if prefix == "ESC" and letter == ord("*"):
        return _column_picture(waiting, at)
    if prefix == "ESC" and letter == ord("D"):
        found = _up_to_nul(waiting, at + 2, longest=_MOST_TABS)
        return found if found is None else (None, found)
    end = at + 2 + arguments.get(letter, 0)
    if end > len(waiting):
        return None
    return Command(f"{prefix} {chr(letter)}", bytes(waiting[at + 2 : end])), end


def _up_to_nul(waiting: bytearray, at: int, *, longest: int) -> int | None:
    """Where what follows a NUL begins; after `longest` bytes without one the list ends where it began."""
    end = waiting.find(0, at, at + longest + 1)
    if end >= 0:
        return end + 1
    return at if len(waiting) > at + longest else None


def _column_picture(waiting: bytearray, at: int) -> tuple[Command | None, int] | None:
    if at + 5 > len(waiting):
        return None
    mode, columns = waiting[at + 2], waiting[at + 3] + 256 * waiting[at + 4]
    end = at + 5 + columns * (3 if mode in (32, 33) else 1)
    return (Command("ESC *", bytes(waiting[at + 2 : end])), end) if end <= len(waiting) else None


def _gs(waiting: bytearray, at: int) -> tuple[Command | None, int] | None:
    if at + 1 >= len(waiting):
        return None
    letter = chr(waiting[at + 1])
    if letter == "(":
        return _block(waiting, at)
    if letter == "v":
        return _raster(waiting, at)
    if letter == "V":
        if at + 2 >= len(waiting):
            return None
        end = at + (3 if waiting[at + 2] in (0, 1, 48, 49) else 4)
        return (Command("GS V", bytes(waiting[at + 2 : end])), end) if end <= len(waiting) else None
    if letter == "k":
        return _barcode(waiting, at)
    return _prefixed(waiting, at, "GS", _GS_ARGUMENTS)


def _block(waiting: bytearray, at: int) -> tuple[Command | None, int] | None:
    if at + 5 > len(waiting):
        return None
    end = at + 5 + waiting[at + 3] + 256 * waiting[at + 4]
    if end > len(waiting):
        return None
    return Command(f"GS ( {chr(waiting[at + 2])}", bytes(waiting[at + 5 : end])), end


def _raster(waiting: bytearray, at: int) -> tuple[Command | None, int] | None:
    if at + 8 > len(waiting):
        return None
    size = (waiting[at + 4] + 256 * waiting[at + 5]) * (waiting[at + 6] + 256 * waiting[at + 7])
    if waiting[at + 2] not in (0, 0x30) or size > _LARGEST_COMMAND:
        return None, at + 2
    end = at + 8 + size
    return (Command("GS v 0", bytes(waiting[at + 3 : end])), end) if end <= len(waiting) else None


def _barcode(waiting: bytearray, at: int) -> tuple[Command | None, int] | None:
    if at + 4 > len(waiting):
        return None
    if waiting[at + 2] >= 65:
        end = at + 4 + waiting[at + 3]
        return (Command("GS k", bytes(waiting[at + 2 : end])), end) if end <= len(waiting) else None
    following = _up_to_nul(waiting, at + 3, longest=_LONGEST_BARCODE)
    return (
        following if following is None else (Command("GS k", bytes(waiting[at + 2 : following])), following)
    )
