"""Every exchange of Star CloudPRNT as its guide has it, and bodies that are none."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.printing.handovers import Confirmation
from server.domain.printing.star_cloudprnt import (
    LARGEST_JOB_BYTES,
    LARGEST_POLL_BYTES,
    StarPoll,
    code_of,
    confirmation_of,
    job_ready,
    nothing_to_print,
    picture_limit,
    read_poll,
    state_of,
)

WHOLE = {
    "status": "23 6 0 0 0 0 0 0 0 ",
    "printerMAC": "00:11:62:1b:2c:3d",
    "uniqueID": None,
    "statusCode": "200%20OK",
    "jobToken": None,
    "printingInProgress": False,
    "clientAction": [
        {"request": "ClientType", "result": "Star mC-Print3"},
        {"request": "GetPollInterval", "result": "5"},
    ],
    "barcodeReader": [{"name": "", "status": {}, "scan": [{"data": "", "symbology": ""}]}],
    "keyboard": None,
    "display": None,
}


NO_INTERVALS: tuple[object, ...] = ("", "0", "-5", "5s", "٣", None, {})


def poll(**values: object) -> StarPoll | None:
    return read_poll(json.dumps({"statusCode": "200%20OK"} | values).encode())


def test_a_whole_poll_is_read():
    assert read_poll(json.dumps(WHOLE).encode()) == StarPoll("ready", False, "00:11:62:1b:2c:3d", 5)


def test_all_but_the_code_may_be_absent_or_null():
    assert poll() == StarPoll("ready")
    nulls = dict.fromkeys(WHOLE) | {"statusCode": "410"}
    assert read_poll(json.dumps(nulls).encode()) == StarPoll("paper_out")
    assert read_poll(b"{}") is None
    assert poll(statusCode=None) is None


@pytest.mark.parametrize(
    ("code", "state"),
    [
        *((200, "ready"), (201, "ready"), (210, "near_end"), (211, "near_end"), (220, "ready")),
        *((221, "not_taken"), (230, "ready"), (231, "ready"), (410, "paper_out"), (411, "error")),
        *((412, "error"), (420, "cover_open"), (510, "error"), (520, "error"), (999, "error")),
    ],
)
def test_each_code_is_a_state(code: int, state: str):
    assert state_of(code) == state
    found = poll(statusCode=f"{code}%20Text")
    assert found is not None
    assert found.state == state


def test_a_printer_says_that_it_is_printing_in_either_way():
    assert poll(printingInProgress=True) == StarPoll("ready", is_printing=True)
    assert poll(statusCode="220%20Printing") == StarPoll("ready", is_printing=True)
    assert poll(printingInProgress="yes") == StarPoll("ready")


@pytest.mark.parametrize(
    "actions",
    [
        *("GetPollInterval", [], {}, [None], [{"request": "ClientVersion", "result": "3"}]),
        [{"request": "GetPollInterval", "result": each} for each in NO_INTERVALS],
        [{"request": "GetPollInterval", "result": "999999"}],
    ],
)
def test_an_interval_that_is_none_is_left_out(actions: object):
    assert poll(clientAction=actions) == StarPoll("ready")


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"nothing", b"[]", b"null", b"\xff\xfe", b"<xml/>"),
        b'{"statusCode": 200}',
        b'{"statusCode": "2000"}',
        b'{"statusCode": "OK"}',
        b"[" * 20_000,
        b'{"statusCode": "200", "x": "' + b"x" * LARGEST_POLL_BYTES + b'"}',
    ],
)
def test_what_is_no_poll_is_refused(body: bytes):
    assert read_poll(body) is None


ANY_JSON = st.recursive(st.text() | st.integers() | st.none(), st.lists).map(json.dumps).map(str.encode)


@given(st.binary(max_size=300) | ANY_JSON)
def test_no_bytes_break_the_reading(body: bytes):
    read_poll(body)


def test_a_code_is_read_with_and_without_its_escapes():
    assert [code_of(text) for text in ("200%20OK", "200 OK", "200", " 410 Paper")] == [200, 200, 200, 410]
    assert [code_of(text) for text in (None, "", "OK", "20", "2000", 200)] == [None] * 6


@pytest.mark.parametrize(
    ("code", "confirmation"),
    [
        *((200, Confirmation("printed")), (201, Confirmation("printed")), (211, Confirmation("printed"))),
        (221, Confirmation("printed")),
        (410, Confirmation("held", "paper_out")),
        (411, Confirmation("held", "error")),
        (420, Confirmation("held", "cover_open")),
        (510, Confirmation("unprintable", "media_type")),
        (511, Confirmation("unprintable", "not_decoded")),
        (512, Confirmation("unprintable", "version")),
        (520, Confirmation("undelivered", "download_failed")),
        (521, Confirmation("unprintable", "too_large")),
        (530, Confirmation("unknown", "error")),
        (None, Confirmation("unknown", "no_confirmation")),
    ],
)
def test_a_confirmation_says_what_became_of_a_job(code: int | None, confirmation: Confirmation):
    assert confirmation_of(code) == confirmation


def test_the_answers_are_those_of_the_guide():
    assert nothing_to_print() == {"jobReady": False}
    assert nothing_to_print(asks_interval=True) == {
        "jobReady": False,
        "clientAction": [{"request": "GetPollInterval", "options": ""}],
    }
    assert job_ready("abc.1") == {
        "jobReady": True,
        "mediaTypes": ["image/png"],
        "jobToken": "abc.1",
        "deleteMethod": "DELETE",
    }


def test_a_picture_is_no_longer_than_the_printer_says_and_no_larger_than_printers_take():
    limit = picture_limit({"mono_len": "1200", "24bpp_len": "300"})
    assert limit.allows(rows=1200, size_bytes=LARGEST_JOB_BYTES)
    assert not limit.allows(rows=1201, size_bytes=10)
    assert not limit.allows(rows=10, size_bytes=LARGEST_JOB_BYTES + 1)
    for query in ({}, {"mono_len": ""}, {"mono_len": "x"}, {"mono_len": "-1"}):
        assert picture_limit(query).allows(rows=20_000, size_bytes=10)
