"""A connection to a printer on a serial line, whose speed may have to be found."""

import errno
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hardware.transports.interface import ConnectionLost, PrinterUnreachable, SendDeadline
from hardware.transports.serial_line.line_connection import LineConnection

SPEEDS = (9600, 19_200, 38_400, 57_600, 115_200)
"""The speeds that ticket printers have, in bits a second."""
BITS_OF_BYTE = 10
_QUESTION = b"\x10\x04\x01"
_ANSWERS_WITHIN_S = 0.25
_TRY_AGAIN_S = 0.05
_TAKEN = (errno.EBUSY, errno.EAGAIN)


@dataclass(slots=True)
class _Found:
    """The speed at which the printer last answered."""

    speed: int | None = None


@dataclass(frozen=True, slots=True)
class SerialAddress:
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
