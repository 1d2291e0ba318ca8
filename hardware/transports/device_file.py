"""Printers whose connection is a file: a character device, as the kernel's driver for USB (usblp) gives one.

The kernel never blocks a greenlet or thread here: each wait has its deadline. A byte that the kernel took has
left as far as this side can tell; `send` returns once the kernel could take more, since the file of a USB
printer drops at its closing what is still under way. The number of such a file changes with the order of
plugging in: the printer is looked up by its name at each connection. The driver lets one program open a file
at a time.
"""

import errno
import os
import select
import stat
import termios
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hardware.transports import ConnectionLost, PrinterAddress, PrinterUnreachable, SendDeadline
from hardware.transports.usb import UsbFilePrinter, UsbName, only_fitting, printers_with_files

_CHUNK = 4096
_SHORT_S = 0.01
_NO_TERMINAL = (errno.ENOTTY, errno.EINVAL)
_TRY_AGAIN_S = 0.05
_FLAGS = os.O_RDWR | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC


class OpenFile:
    """A character device that is open without blocking; not for two threads at once.

    `close` lets go of it; without one its descriptor is closed.
    """

    def __init__(self, descriptor: int, close: Callable[[], None] | None = None) -> None:
        self._descriptor = descriptor
        self._close = close or (lambda: os.close(descriptor))
        self._is_open = True

    @property
    def number(self) -> str:
        """The number of the device, as `/sys` writes it: `180:0`."""
        device = os.fstat(self._descriptor).st_rdev
        return f"{os.major(device)}:{os.minor(device)}"

    @property
    def is_device(self) -> bool:
        """Whether it is a character device, and no ordinary file."""
        return stat.S_ISCHR(os.fstat(self._descriptor).st_mode)

    def send(self, blob: bytes, *, within_s: float) -> None:
        ends_at = time.monotonic() + within_s
        view, sent = memoryview(blob), 0
        while sent < len(view):
            if not self._waits_for(select.POLLOUT, ends_at) or time.monotonic() > ends_at:
                raise SendDeadline(sent)
            try:
                sent += os.write(self._descriptor, view[sent : sent + _CHUNK])
            except BlockingIOError:
                time.sleep(_SHORT_S)
            except OSError as error:
                raise ConnectionLost(sent) from error
        if not self._waits_for(select.POLLOUT, ends_at):
            raise SendDeadline(sent)

    def receive(self, *, within_s: float) -> bytes:
        ends_at = time.monotonic() + within_s
        while self._waits_for(select.POLLIN, ends_at):
            try:
                received = os.read(self._descriptor, _CHUNK)
            except BlockingIOError:
                received = b""
            except OSError as error:
                raise ConnectionLost from error
            if received:
                return received
            if self._is_hung_up():
                raise ConnectionLost
            if time.monotonic() >= ends_at:
                break
            time.sleep(_SHORT_S)  # an empty packet: nothing is there, although it looked so
        return b""

    def close(self) -> None:
        if self._is_open:
            self._is_open = False
            self._close()

    def _waits_for(self, event: int, ends_at: float) -> bool:
        """Whether the device is ready for it before the deadline, or now; an error counts as ready."""
        left_s = max(0.0, ends_at - time.monotonic())
        polled = select.poll()
        polled.register(self._descriptor, event)
        return bool(polled.poll(left_s * 1000))

    def _is_hung_up(self) -> bool:
        """Whether a terminal has no other end any more; a file that is no terminal says it at its reading."""
        try:
            termios.tcgetattr(self._descriptor)
        except termios.error as error:
            return error.args[0] not in _NO_TERMINAL
        return False


@dataclass(frozen=True, slots=True)
class FileAddress(PrinterAddress):
    """A character device at a path, as the pseudo-terminal of a simulated printer."""

    path: Path

    def connect(self, *, within_s: float) -> OpenFile:
        """Opens the file, and waits for another program that has it open until the seconds are used up."""
        ends_at = time.monotonic() + within_s
        while True:
            try:
                opened = OpenFile(os.open(self.path, _FLAGS))
                break
            except OSError as error:
                is_late = time.monotonic() + _TRY_AGAIN_S > ends_at
                if error.errno != errno.EBUSY or is_late:
                    raise PrinterUnreachable(f"{self.path}: {error}") from error
            time.sleep(_TRY_AGAIN_S)
        if not opened.is_device:
            opened.close()
            raise PrinterUnreachable(f"{self.path}: it is no device")
        return opened


@dataclass(frozen=True, slots=True)
class UsbFileAddress(PrinterAddress):
    """A printer on USB, by its name."""

    name: UsbName

    def connect(self, *, within_s: float) -> OpenFile:
        """Opens the file that the printer has now."""
        printer = self._plugged_in()
        connection = FileAddress(printer.file).connect(within_s=within_s)
        try:
            is_same = self._plugged_in() == printer and connection.number == printer.number
        except PrinterUnreachable:
            connection.close()
            raise
        if not is_same:  # another printer has got the file between the two
            connection.close()
            raise PrinterUnreachable(f"{self.name}: it was plugged in again")
        return connection

    def _plugged_in(self) -> UsbFilePrinter:
        try:
            return only_fitting(self.name, printers_with_files())
        except LookupError as error:
            raise PrinterUnreachable(f"{self.name}: {error}") from error
