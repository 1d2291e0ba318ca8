"""What a printer says of itself: its state by DLE EOT 1 to 4, the sensor answer, the process id, the probe.

Numbers and bits: Epson ESC/POS command reference (dle_eot, gs_lr, gs_lparen_ch, gs_ci, dle_dc4); the full
status of printers of Custom (10h 04h 14h): their command manuals. Bytes are sorted by their fixed bits and
never by their order: DLE EOT answers are 0xx1xx10, the first of four Automatic Status Back bytes is 0xx1xx00
and the other three have bit 4 = 0, GS r answers have bit 4 = 0, blocks run from 37h or 5Fh to NUL. So a
status pushed without a question is never read as an answer.
"""

import time
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Literal

from hardware.transports import PrinterConnection

AnswerKind = Literal["status", "sensor", "block", "full"]

_BLOCK_STARTS = (0x37, 0x3D, 0x5F)
_LONGEST_BLOCK = 84
_FLOW_CONTROL = (0x11, 0x13)
_FULL_START, _FULL_LENGTH = b"\x10\x0f", 6
ALL_QUERIES = (1, 2, 3, 4)
SENSOR_QUERY = b"\x1d\x72\x01"
CLEAR_BUFFER = b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"
BUFFER_CLEARED = b"\x37\x25"
FULL_STATUS_QUERY = b"\x10\x04\x14"
_TICKET_PRESENT = 0x20
_PROCESS_ID_ANSWER = b"\x37\x22"


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


class PrinterState(StrEnum):
    """What keeps a printer from printing, the worst first; `not_taken`, `near_end` and `ready` print."""

    UNREACHABLE = "unreachable"
    MUTE = "mute"
    CUTTER = "cutter"
    ERROR = "error"
    COVER_OPEN = "cover_open"
    PAPER_OUT = "paper_out"
    OFFLINE = "offline"
    NOT_TAKEN = "not_taken"
    """A ticket is in its outlet: the printer can tell, and nobody has taken it."""
    NEAR_END = "near_end"
    READY = "ready"

    @property
    def may_print(self) -> bool:
        return self in (PrinterState.READY, PrinterState.NEAR_END, PrinterState.NOT_TAKEN)


@dataclass(frozen=True, slots=True)
class PrinterDeadlines:
    """Seconds each step may take, on a line that is faster than the printer."""

    connect_s: float = 2.0
    status_s: float = 1.0
    send_s: float = 10.0
    barrier_s: float = 8.0
    ask_again_s: float = 0.5

    def over(self, line_s: float) -> "PrinterDeadlines":
        """The deadlines for bytes that the line carries in so many seconds (a picture at 9600 baud: 70)."""
        return replace(self, send_s=self.send_s + line_s, barrier_s=self.barrier_s + line_s)


class PrinterDialogue:
    """One connection and the bytes read from it: questions with their answers, in bounded time.

    `expects_full`: the printer answers the full status of Custom.
    """

    def __init__(self, connection: PrinterConnection, *, expects_full: bool = False) -> None:
        self.connection = connection
        self.reader = AnswerReader(expects_full=expects_full)
        self._owed = 0

    def ask(self, question: bytes, kind: AnswerKind, *, within_s: float) -> Answer | None:
        """The answer of the kind to the question, or None; raises ConnectionLost, SendDeadline."""
        self.drain(kind)
        self.connection.send(question, within_s=within_s)
        return self.wait(kind, within_s=within_s)

    def ask_status(self, number: int, *, within_s: float) -> int | None:
        """The byte that answers DLE EOT n, or None; late answers to earlier questions are skipped."""
        ends_at = time.monotonic() + within_s
        if self._owed == 0:
            self.drain("status")
        self.connection.send(bytes((0x10, 0x04, number)), within_s=within_s)
        self._owed += 1
        while (left_s := ends_at - time.monotonic()) > 0:
            answer = self.wait("status", within_s=left_s)
            if answer is None:
                return None
            self._owed -= 1
            if self._owed == 0:
                return answer.content[0]
        return None

    def drain(self, *kinds: AnswerKind) -> None:
        """Forget late or unrequested answers of the kinds; others are kept."""
        while received := self.connection.receive(within_s=0):
            self.reader.feed(received)
        self.reader.forget(*kinds)

    def wait(self, *kinds: AnswerKind, within_s: float) -> Answer | None:
        """The next answer of the kinds within the seconds."""
        ends_at = time.monotonic() + within_s
        while (answer := self.reader.pop(*kinds)) is None:
            left_s = ends_at - time.monotonic()
            if left_s <= 0:
                return None
            self.reader.feed(self.connection.receive(within_s=left_s))
        return answer


def ask_state(
    talk: PrinterDialogue, *, within_s: float, queries: tuple[int, ...] = ALL_QUERIES
) -> PrinterState:
    """The printer's state by DLE EOT, each question answered before the next; `mute` when one is not.

    `within_s` is for each question. Raises ConnectionLost or SendDeadline.
    """
    answers: dict[int, int] = {}
    for query in queries:
        answer = talk.ask_status(query, within_s=within_s)
        if answer is None:
            return PrinterState.MUTE
        answers[query] = answer
    return state_of(answers)


def has_ticket_in_outlet(talk: PrinterDialogue, *, within_s: float) -> bool:
    """Whether a printer of Custom says that a ticket is in its outlet; False when it does not answer.

    Raises ConnectionLost or SendDeadline.
    """
    answer = talk.ask(FULL_STATUS_QUERY, "full", within_s=within_s)
    return answer is not None and bool(answer.content[0] & _TICKET_PRESENT)


def state_of(answers: dict[int, int]) -> PrinterState:
    """The state that DLE EOT answers mean; `answers` maps n to its byte, an n that was not queried counts as
    good.
    """
    online, cause = answers.get(1, 0x12), answers.get(2, 0x12)
    error, paper = answers.get(3, 0x12), answers.get(4, 0x12)
    signs = (
        (PrinterState.CUTTER, error & 0x08),
        (PrinterState.ERROR, error & 0x64 or cause & 0x40),
        (PrinterState.COVER_OPEN, cause & 0x04),
        (PrinterState.PAPER_OUT, cause & 0x20 or paper & 0x60 == 0x60),
        (PrinterState.OFFLINE, online & 0x28 or cause & 0x08),
        (PrinterState.NEAR_END, paper & 0x0C),
    )
    return next((state for state, sign in signs if sign), PrinterState.READY)


def process_id(job_number: int) -> bytes:
    """The four printable characters that identify a print job: its number modulo 10,000."""
    return f"{job_number % 10_000:04d}".encode("ascii")


def process_id_question(job_number: int) -> bytes:
    """GS ( H fn 48: the printer returns the id once everything before it is on paper."""
    return b"\x1d\x28\x48\x06\x00\x30\x30" + process_id(job_number)


def is_process_id_answer(answer: Answer, job_number: int) -> bool:
    """Whether a block says that this job is printed."""
    return answer.kind == "block" and answer.content == _PROCESS_ID_ANSWER + process_id(job_number)


@dataclass(frozen=True, slots=True)
class Abilities:
    """The answers a printer gave at its installation."""

    has_process_id: bool
    maker: str | None
    model: str | None

    @property
    def name(self) -> str:
        """Maker and model, as far as the printer says them; "" where it says neither."""
        return " ".join(each for each in (self.maker, self.model) if each)


def ask_abilities(talk: PrinterDialogue, *, within_s: float) -> Abilities:
    """Probe a ready printer, each question alone; one that does not know GS ( H may print its characters.

    Raises ConnectionLost or SendDeadline.
    """
    maker, model = (_name(talk.ask(bytes((0x1D, 0x49, n)), "block", within_s=within_s)) for n in (66, 67))
    probe_number = 4207
    answer = talk.ask(process_id_question(probe_number), "block", within_s=within_s)
    return Abilities(answer is not None and is_process_id_answer(answer, probe_number), maker, model)


def _name(answer: Answer | None) -> str | None:
    if answer is None or answer.content[:1] != b"\x5f":
        return None
    return answer.content[1:].decode("ascii", "replace")
