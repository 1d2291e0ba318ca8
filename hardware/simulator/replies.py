"""What the simulated printer answers, bit by bit (Epson command reference: dle_eot, gs_lr, gs_la, gs_ci)."""

from collections.abc import Set
from enum import StrEnum

MAKER, MODEL = b"PARVIS", b"SIMULATED"


class PrinterFault(StrEnum):
    """What can go wrong with a printer. `buffer_clear` is a moment, the others stay until cleared."""

    NEAR_END = "near_end"
    PAPER_OUT = "paper_out"
    COVER_OPEN = "cover_open"
    OFFLINE = "offline"
    CUTTER = "cutter"
    MUTE = "mute"
    DIES_AFTER_BYTES = "dies_after_bytes"
    NOT_TAKEN = "not_taken"
    BUFFER_CLEAR = "buffer_clear"


BLOCKING = frozenset(
    {PrinterFault.PAPER_OUT, PrinterFault.COVER_OPEN, PrinterFault.OFFLINE, PrinterFault.CUTTER}
)
"""Faults that stop printing; the buffer keeps the received bytes."""


def status(number: int, faults: Set[PrinterFault]) -> bytes:
    """The answer to DLE EOT n, n from 1 to 4."""
    near_end = PrinterFault.NEAR_END in faults or PrinterFault.PAPER_OUT in faults
    bits = {
        1: 0x08 * bool(BLOCKING & faults),
        2: 0x04 * (PrinterFault.COVER_OPEN in faults)
        | 0x20 * (PrinterFault.PAPER_OUT in faults)
        | 0x40 * (PrinterFault.CUTTER in faults),
        3: 0x08 * (PrinterFault.CUTTER in faults),
        4: 0x0C * near_end | 0x60 * (PrinterFault.PAPER_OUT in faults),
    }
    return bytes((0x12 | bits[number],))


def full_status(faults: Set[PrinterFault]) -> bytes:
    """The six bytes of a printer of Custom that answer 10h 04h 14h: paper, user, errors."""
    paper = (
        0x01 * (PrinterFault.PAPER_OUT in faults)
        | 0x04 * (PrinterFault.NEAR_END in faults)
        | 0x20 * (PrinterFault.NOT_TAKEN in faults)
    )
    user = 0x02 * (PrinterFault.COVER_OPEN in faults)
    return bytes((0x10, 0x0F, paper, user, 0x00, 0x01 * (PrinterFault.CUTTER in faults)))


def sensor(faults: Set[PrinterFault]) -> bytes:
    """The answer to GS r 1."""
    near_end = PrinterFault.NEAR_END in faults or PrinterFault.PAPER_OUT in faults
    return bytes((0x03 * near_end | 0x0C * (PrinterFault.PAPER_OUT in faults),))


def pushed_status(faults: Set[PrinterFault]) -> bytes:
    """The four bytes of Automatic Status Back."""
    first = 0x10 | 0x08 * bool(BLOCKING & faults) | 0x20 * (PrinterFault.COVER_OPEN in faults)
    second = 0x08 * (PrinterFault.CUTTER in faults)
    return bytes((first, second)) + sensor(faults) + b"\x00"


def identity(number: int) -> bytes | None:
    """The answer to GS I n; None for a value that the printer does not report."""
    if number in (1, 49):
        return b"\x20"
    named = {66: MAKER, 67: MODEL}.get(number)
    return None if named is None else b"\x5f" + named + b"\x00"
