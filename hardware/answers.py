"""The bytes a printer sends back, sorted by their fixed bits and never by their order.

Epson ESC/POS command reference: DLE EOT answers are 0xx1xx10, the first of four Automatic Status Back bytes
is 0xx1xx00 and the other three have bit 4 = 0, GS r answers have bit 4 = 0, blocks run from 37h or 5Fh to
NUL. So a status pushed without a question is never read as an answer.
"""

from dataclasses import dataclass
from typing import Literal

AnswerKind = Literal["status", "sensor", "block", "full"]

_BLOCK_STARTS = (0x37, 0x3D, 0x5F)
_LONGEST_BLOCK = 84
_FLOW_CONTROL = (0x11, 0x13)
_FULL_START, _FULL_LENGTH = b"\x10\x0f", 6


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: `status` of DLE EOT and `sensor` of GS r are one byte, a `block` goes without its NUL, the
    `full` status of Custom printers without its two first bytes.
    """

    kind: AnswerKind
    content: bytes


class AnswerReader:
    """Sorts incoming bytes, in any pieces, into answers; pushed status is dropped.

    `expects_full`: 10h 0Fh begins a full status and no pushed one, as with printers of Custom.
    """

    def __init__(self, *, expects_full: bool = False) -> None:
        self._answers: list[Answer] = []
        self._pushed_left = 0
        self._block: bytearray | None = None
        self._full = bytearray()
        self._expects_full = expects_full

    def feed(self, received: bytes) -> None:
        for byte in received:
            self._take(byte)

    def pop(self, *kinds: AnswerKind) -> Answer | None:
        """The oldest answer of one of the kinds; the others stay."""
        found = next((answer for answer in self._answers if answer.kind in kinds), None)
        if found is not None:
            self._answers.remove(found)
        return found

    def forget(self, *kinds: AnswerKind) -> None:
        """Drop the complete answers of the kinds: they came late or unasked."""
        self._answers = [answer for answer in self._answers if answer.kind not in kinds]

    def _take(self, byte: int) -> None:
        if self._block is not None:
            self._continue_block(byte)
        elif self._expects_full and (self._full or byte == _FULL_START[0]):
            self._continue_full(byte)
        elif self._pushed_left and not byte & 0x90:
            self._pushed_left -= 1
        elif byte in _BLOCK_STARTS:
            self._block = bytearray((byte,))
        elif byte in _FLOW_CONTROL or byte & 0x80:
            pass
        elif byte & 0x93 == 0x12:
            self._answers.append(Answer("status", bytes((byte,))))
        elif byte & 0x93 == 0x10:
            self._pushed_left = 3
        elif not byte & 0x10:
            self._answers.append(Answer("sensor", bytes((byte,))))

    def _continue_full(self, byte: int) -> None:
        self._full.append(byte)
        if not self._full.startswith(_FULL_START[: len(self._full)]):
            self._full.clear()
        elif len(self._full) == _FULL_LENGTH:
            self._answers.append(Answer("full", bytes(self._full[len(_FULL_START) :])))
            self._full.clear()

    def _continue_block(self, byte: int) -> None:
        assert self._block is not None
        if byte == 0:
            self._answers.append(Answer("block", bytes(self._block)))
            self._block = None
            return
        self._block.append(byte)
        if len(self._block) > _LONGEST_BLOCK:
            self._block = None
