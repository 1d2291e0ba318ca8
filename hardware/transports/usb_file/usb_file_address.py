"""A connection to a printer by the file that the kernel's driver for printers on USB (usblp) gives it.

The number of a file changes with the order of plugging in: the printer is looked up by its name at each
connection. The driver lets one program open a file at a time.
"""

import errno
import os
import time
from dataclasses import dataclass
from pathlib import Path

from hardware.transports.interface import PrinterUnreachable
from hardware.transports.open_file import OpenFile
from hardware.transports.usb_file.discovery import UsbFilePrinter, printers_with_files
from hardware.transports.usb_name import UsbName, only_fitting

_TRY_AGAIN_S = 0.05
_FLAGS = os.O_RDWR | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC


@dataclass(frozen=True, slots=True)
class FileAddress:
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

    def seconds_for(self, byte_count: int) -> float:
        """USB is faster than any printer."""
        return 0.0


@dataclass(frozen=True, slots=True)
class UsbFileAddress:
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

    def seconds_for(self, byte_count: int) -> float:
        """USB is faster than any printer."""
        return 0.0

    def _plugged_in(self) -> UsbFilePrinter:
        try:
            return only_fitting(self.name, printers_with_files())
        except LookupError as error:
            raise PrinterUnreachable(f"{self.name}: {error}") from error
