"""What the program on a kiosk’s computer says, and what is none of it."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.printing.handovers import (
    Confirmation,
    GatewayPoll,
    is_program,
    read_confirmation,
    read_poll,
)

RUN = "0123456789abcdef"
POLL: dict[str, Any] = {"program": RUN, "state": "ready", "is_printing": False, "interval_s": 1}


def poll(**more: Any) -> GatewayPoll | None:
    return read_poll(json.dumps(POLL | more).encode())


def confirmation(verdict: Any, why: Any = None) -> Confirmation | None:
    return read_confirmation(json.dumps({"verdict": verdict, "why": why}).encode())


def test_a_poll_says_the_run_its_printer_and_whether_it_ends():
    assert poll() == GatewayPoll(RUN, "ready", is_printing=False, interval_s=1, leaves=False)
    assert poll(state="paper_out", is_printing=True, leaves=True) == GatewayPoll(
        RUN, "paper_out", is_printing=True, interval_s=1, leaves=True
    )
    unsure = poll(is_printing=1, leaves="yes")
    assert unsure is not None
    assert not unsure.is_printing
    assert not unsure.leaves


@pytest.mark.parametrize("interval_s", [1, 2, 3600])
def test_an_interval_is_of_one_second_to_an_hour(interval_s: int):
    found = poll(interval_s=interval_s)
    assert found is not None
    assert found.interval_s == interval_s


@pytest.mark.parametrize(
    "wrong",
    [
        *({"interval_s": each} for each in (0, -1, 3601, 1.5, True, "1", None)),
        *({"program": each} for each in ("", "x" * 16, None, 7, [RUN])),
        *({"state": each} for each in ("", "fine", None, 7)),
    ],
)
def test_what_is_no_poll_is_not_read(wrong: dict[str, Any]):
    assert poll(**wrong) is None


@pytest.mark.parametrize(("digits", "taken"), [(15, False), (16, True), (40, True), (41, False)])
def test_a_run_is_named_by_16_to_40_hexadecimal_digits(digits: int, taken: bool):
    assert is_program("a" * digits) is taken


@pytest.mark.parametrize(
    ("verdict", "result"),
    [
        *(("printed", "printed"), ("held", "held"), ("cleared", "cleared")),
        *(("refused", "undelivered"), ("unknown", "unknown")),
    ],
)
def test_each_verdict_of_the_program_is_a_result(verdict: str, result: Any):
    assert confirmation(verdict) == Confirmation(result, None)
    assert confirmation(verdict, "cover_open") == Confirmation(result, "cover_open")
    assert confirmation(verdict, "connection_lost") == Confirmation(result, "connection_lost")


@pytest.mark.parametrize(
    ("verdict", "why"),
    [("done", None), (None, None), (1, None), ("printed", "because"), ("held", 5), ("", "")],
)
def test_another_verdict_or_reason_says_nothing(verdict: Any, why: Any):
    assert confirmation(verdict, why) is None


@given(st.binary(max_size=60) | st.sampled_from([b"[" * 100_000, b"[]", b"7", b'"printed"', b"{}"]))
def test_no_bytes_break_the_reading(body: bytes):
    assert read_poll(body) is None
    assert read_confirmation(body) is None
