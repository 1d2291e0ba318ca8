"""A printer's bytes are sorted by what they are, never by their order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.status import (
    Answer,
    AnswerReader,
    PrinterDeadlines,
    PrinterState,
    is_process_id_answer,
    process_id,
    state_of,
)
from hardware.transports.tcp import TcpAddress
from hardware.verdict import PrinterTraits, read_state
from tests.hardware.peers import answering, peer

PUSHED = [b"\x10\x00\x00\x00", b"\x18\x00\x0f\x00", b"\x38\x00\x00\x00"]
STATUS = [b"\x12", b"\x1a", b"\x16", b"\x32", b"\x1e", b"\x7e", b"\x72"]
SENSOR = [b"\x00", b"\x03", b"\x0f"]
BLOCK = [b"\x37\x220042\x00", b"\x37\x25\x00", b"\x5fEPSON\x00"]


@given(
    st.lists(
        st.one_of(*(st.sampled_from(kind) for kind in (PUSHED, STATUS, SENSOR, BLOCK, [b"\x11", b"\x13"])))
    ),
    st.integers(1, 5),
)
def test_answers_are_found_among_pushed_status_in_any_pieces(sent: list[bytes], piece: int):
    reader, stream = AnswerReader(), b"".join(sent)
    for start in range(0, len(stream), piece):
        reader.feed(stream[start : start + piece])
    found: list[Answer] = []
    while (answer := reader.pop("status", "sensor", "block")) is not None:
        found.append(answer)
    expected = [part.removesuffix(b"\x00") if part in BLOCK else part for part in sent]
    assert [answer.content for answer in found] == [
        content for content, part in zip(expected, sent, strict=True) if part in STATUS + SENSOR + BLOCK
    ]


@given(st.binary(max_size=400))
def test_no_bytes_break_the_reader_or_fill_it_with_long_answers(noise: bytes):
    reader = AnswerReader()
    reader.feed(noise)
    while (answer := reader.pop("status", "sensor", "block")) is not None:
        assert len(answer.content) <= 84


@pytest.mark.parametrize(
    ("answers", "state"),
    [
        ({1: 0x12, 2: 0x12, 3: 0x12, 4: 0x12}, PrinterState.READY),
        ({4: 0x1E}, PrinterState.NEAR_END),
        ({1: 0x1A, 2: 0x32, 4: 0x7E}, PrinterState.PAPER_OUT),
        ({4: 0x72}, PrinterState.PAPER_OUT),
        ({1: 0x1A, 2: 0x16, 4: 0x7E}, PrinterState.COVER_OPEN),
        ({1: 0x1A}, PrinterState.OFFLINE),
        ({1: 0x32}, PrinterState.OFFLINE),
        ({1: 0x1A, 2: 0x52, 3: 0x1A}, PrinterState.CUTTER),
        ({1: 0x1A, 2: 0x52, 3: 0x32}, PrinterState.ERROR),
        ({3: 0x52}, PrinterState.ERROR),
    ],
)
def test_each_status_byte_has_its_state(answers: dict[int, int], state: PrinterState):
    assert state_of(answers) is state


def test_only_a_ready_printer_one_near_the_end_of_its_roll_or_with_a_ticket_in_its_outlet_may_print():
    able = {PrinterState.READY, PrinterState.NEAR_END, PrinterState.NOT_TAKEN}
    assert {state for state in PrinterState if state.may_print} == able


@given(st.integers(0, 10**9))
def test_a_process_id_is_four_printable_characters_of_its_job(number: int):
    characters = process_id(number)
    assert len(characters) == 4
    assert characters.decode("ascii").isdigit()
    assert is_process_id_answer(Answer("block", b"\x37\x22" + characters), number)
    assert not is_process_id_answer(Answer("block", b"\x37\x22" + characters), number + 1)


def test_a_full_status_of_custom_is_one_answer_whatever_its_bytes_are():
    reader = AnswerReader(expects_full=True)
    reader.feed(b"\x12\x10")
    reader.feed(b"\x0f\x20\x00\x10\x12\x16")
    assert reader.pop("full") == Answer("full", b"\x20\x00\x10\x12")
    assert [reader.pop("status"), reader.pop("status")] == [
        Answer("status", b"\x12"),
        Answer("status", b"\x16"),
    ]
    assert reader.pop("sensor") is None


def test_a_name_that_does_not_exist_is_unreachable():
    assert read_state(TcpAddress("printer.invalid")) is PrinterState.UNREACHABLE


def test_a_printer_that_does_not_know_the_full_status_is_as_it_says_otherwise():
    with peer(answering()) as address:
        state = read_state(
            address,
            traits=PrinterTraits(tells_outlet=True),
            deadlines=PrinterDeadlines(status_s=0.3, ask_again_s=0.1),
        )
    assert state is PrinterState.READY
