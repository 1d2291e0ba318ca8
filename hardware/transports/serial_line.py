"""A connection over a serial line, which never sends more than the printer has room for.

A printer that is busy or stopped says so by its lines (DTR on our CTS or DSR) or by XOFF. Questions about its
state are sent all the same, for it answers them even then: so the kernel's own flow control, which holds back
everything, stays off.
"""

import array
import fcntl
import os
import select
import termios
import time
from collections.abc import Callable

from hardware.transports.interface import ConnectionLost, SendDeadline
from hardware.transports.open_file import OpenFile

LONGEST_QUESTION = 16
"""Bytes of a question or order of real time at most; what is longer waits for room."""
_CHUNK = 64
"""Bytes under way at most: printers say that they are full while they have room for 128."""
_LOOK_AGAIN_S = 0.002
_XON, _XOFF = 0x11, 0x13


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
