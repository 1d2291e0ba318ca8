"""Printers on a serial line, a port of the machine or an adapter on USB, whose speed may have to be found.

A connection never sends more than the printer has room for. A printer that is busy or stopped says so by its
lines (DTR on our CTS or DSR) or by XOFF. Questions about its state are sent all the same, for it answers them
even then: so the kernel's own flow control, which holds back everything, stays off.
"""

import array
import errno
import fcntl
import os
import re
import select
import termios
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hardware.transports import ConnectionLost, PrinterAddress, PrinterUnreachable, SendDeadline
from hardware.transports.device_file import OpenFile

DEV = Path("/dev")
SYS = Path("/sys")
PATTERN = r"/dev/(?:serial/by-(?:id|path)/[A-Za-z0-9][A-Za-z0-9._:+-]{0,120}|tty(?:S|USB|ACM|AMA)[0-9]{1,3})"
"""Where a serial line may be: no other device or file is opened as one."""
_NO_PORT = "0"
"""What the kernel says of a port that the machine could have and has not."""
LONGEST_QUESTION = 16
"""Bytes of a question or order of real time at most; what is longer waits for room."""
_CHUNK = 64
"""Bytes under way at most: printers say that they are full while they have room for 128."""
_LOOK_AGAIN_S = 0.002
_XON, _XOFF = 0x11, 0x13
SPEEDS = (9600, 19_200, 38_400, 57_600, 115_200)
"""The speeds that ticket printers have, in bits a second."""
BITS_OF_BYTE = 10
_QUESTION = b"\x10\x04\x01"
_ANSWERS_WITHIN_S = 0.25
_TRY_AGAIN_S = 0.05
_TAKEN = (errno.EBUSY, errno.EAGAIN)


def serial_lines() -> list[Path]:
    """The adapters by their serial number, else by their USB port; then the machine's own ports."""
    by_id = sorted((DEV / "serial" / "by-id").glob("*"))
    named = {each.resolve() for each in by_id}
    by_path = [each for each in sorted((DEV / "serial" / "by-path").glob("*")) if each.resolve() not in named]
    own = sorted((SYS / "class" / "tty").glob("ttyS*"), key=lambda each: (len(each.name), each.name))
    return [*by_id, *by_path, *(DEV / each.name for each in own if _is_there(each))]


def is_serial_line(text: str) -> bool:
    """Whether a text is the name of a serial line, whether there is one or not."""
    return re.fullmatch(PATTERN, text) is not None


def _is_there(entry: Path) -> bool:
    try:
        return (entry / "type").read_text(encoding="ascii").strip() != _NO_PORT
    except OSError:
        return False


class LineConnection(OpenFile):
    """An open serial line; not for two threads at once."""

    def __init__(self, descriptor: int, close: Callable[[], None]) -> None:
        super().__init__(descriptor, close)
        self._received = bytearray()
        self._is_stopped = False
        self._has_lines = False

    def send(self, blob: bytes, *, within_s: float) -> None:
        ends_at = time.monotonic() + within_s
        has_to_wait = len(blob) > LONGEST_QUESTION
        sent = 0
        while sent < len(blob):
            try:
                while has_to_wait and not self.has_room():
                    self._pause(ends_at, sent)
            except ConnectionLost as lost:
                raise ConnectionLost(sent) from lost
            if not self._waits_for(select.POLLOUT, ends_at):
                raise SendDeadline(sent)
            try:
                sent += os.write(self._descriptor, blob[sent : sent + _CHUNK])
                while self._under_way():
                    self._pause(ends_at, sent)
            except BlockingIOError:
                self._pause(ends_at, sent)
            except OSError as error:
                raise ConnectionLost(sent) from error

    def receive(self, *, within_s: float) -> bytes:
        ends_at = time.monotonic() + within_s
        while not self._received:
            left_s = max(0.0, ends_at - time.monotonic())
            received = super().receive(within_s=left_s)
            self._sort(received)
            if not received:
                return b""
        received, self._received = bytes(self._received), bytearray()
        return received

    def has_room(self) -> bool:
        """Whether the printer takes more bytes now, by its lines and by XON and XOFF."""
        self._sort(super().receive(within_s=0))
        is_clear = self.lines_are_on()
        self._has_lines = self._has_lines or is_clear is True
        return not self._is_stopped and (is_clear is not False or not self._has_lines)

    def lines_are_on(self) -> bool | None:
        """Whether CTS or DSR is on; None: this line has none. A cable without these wires has them off."""
        lines = array.array("i", [0])
        try:
            fcntl.ioctl(self._descriptor, termios.TIOCMGET, lines)
        except OSError:
            return None
        return bool(lines[0] & (termios.TIOCM_CTS | termios.TIOCM_DSR))

    def forget_received(self) -> None:
        """Drops what has come so far."""
        termios.tcflush(self._descriptor, termios.TCIFLUSH)
        self._received.clear()

    def _sort(self, received: bytes) -> None:
        for byte in received:
            if byte in (_XON, _XOFF):
                self._is_stopped = byte == _XOFF
            else:
                self._received.append(byte)

    def _under_way(self) -> int:
        """How many bytes the kernel has not sent yet."""
        waiting = array.array("i", [0])
        fcntl.ioctl(self._descriptor, termios.TIOCOUTQ, waiting)
        return waiting[0]

    def _pause(self, ends_at: float, sent: int) -> None:
        if time.monotonic() > ends_at:
            raise SendDeadline(sent)
        time.sleep(_LOOK_AGAIN_S)


@dataclass(slots=True)
class _Found:
    """The speed at which the printer last answered."""

    speed: int | None = None


@dataclass(frozen=True, slots=True)
class SerialAddress(PrinterAddress):
    """A printer at the end of a line. `speed` in bits a second; None: that at which it answers."""

    line: Path
    speed: int | None = None
    _found: _Found = field(default_factory=_Found, compare=False, repr=False)

    def connect(self, *, within_s: float) -> LineConnection:
        """Opens the line and looks for the speed at which the printer answers, until the seconds are used up.

        A printer that answers at none is left at the speed where it last did, to be found mute. Where it
        stands on another speed a few wrong characters may be printed.
        """
        ends_at = time.monotonic() + within_s
        opened = self._open(ends_at)
        connection = LineConnection(opened.fileno(), opened.close)
        if self.speed is not None:
            return connection
        last = opened.baudrate
        try:
            for speed in (last, *(each for each in SPEEDS if each != last)):
                opened.baudrate = speed
                if _answers(connection, within_s=min(_ANSWERS_WITHIN_S, ends_at - time.monotonic())):
                    self._found.speed = speed
                    return connection
            opened.baudrate = last
            connection.forget_received()
        except (OSError, ValueError) as error:  # pyserial's errors, and those of a line that was pulled out
            connection.close()
            raise PrinterUnreachable(f"{self.line}: {error}") from error
        return connection

    def seconds_for(self, byte_count: int) -> float:
        """The seconds at the speed of the line; of one that was not found yet, at the slowest."""
        return byte_count * BITS_OF_BYTE / self.likely_speed

    @property
    def likely_speed(self) -> int:
        """The configured speed, else that at which the printer last answered, else the slowest."""
        return self.speed or self._found.speed or SPEEDS[0]

    def _open(self, ends_at: float) -> Any:
        """The line, held against every other program that asks; waits for one that has it."""
        import serial  # loaded only where a printer is on a serial line

        while True:
            try:
                return serial.Serial(
                    str(self.line), self.likely_speed, timeout=0, write_timeout=0, exclusive=True
                )
            except (OSError, ValueError) as error:
                number = error.errno if isinstance(error, OSError) else None
                if number not in _TAKEN or time.monotonic() + _TRY_AGAIN_S > ends_at:
                    raise PrinterUnreachable(f"{self.line}: {error}") from error
            time.sleep(_TRY_AGAIN_S)


def _answers(connection: LineConnection, *, within_s: float) -> bool:
    """Whether the printer answers DLE EOT 1 at the present speed, with the bits that such an answer has."""
    if within_s <= 0:
        return False
    connection.forget_received()
    ends_at = time.monotonic() + within_s
    try:
        connection.send(_QUESTION, within_s=within_s)
        while (left_s := ends_at - time.monotonic()) > 0:
            if any(byte & 0x93 == 0x12 for byte in connection.receive(within_s=left_s)):
                return True
    except SendDeadline:
        return False
    except ConnectionLost as lost:
        raise OSError(str(lost)) from lost
    return False
