"""Every exchange of Epson Server Direct Print and of Star CloudPRNT, and bodies that are none."""

import base64
import json
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.printing.epson_direct import (
    EpsonPoll,
    EpsonResult,
    EpsonStatus,
    XmlElement,
    elements_of,
    job_document,
    read_request,
    read_result,
    state_of,
)
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
)
from server.domain.printing.star_cloudprnt import state_of as star_state_of

READY = 0xF000004
PRINTED = READY | 0x2
PRINTED_RESULT = """<PrintResponseInfo Version="2.00"><ePOSPrint>
 <Parameter><devid>local_printer</devid><printjobid>V42-1</printjobid></Parameter>
 <PrintResponse><response success="true" code="" status="251658262" battery="0"/></PrintResponse>
</ePOSPrint></PrintResponseInfo>"""


def result(code: str, status: int | str, *, success: bool = False) -> EpsonResult:
    said = f'success="{str(success).lower()}" code="{code}" status="{status}"'
    return read_result(PRINTED_RESULT.replace('success="true" code="" status="251658262"', said))


def test_the_three_requests_are_told_apart():
    assert read_request({"ConnectionType": "GetRequest", "ID": "laon-borne-1"}) == EpsonPoll()
    sent = {"ConnectionType": "SetResponse", "ID": "laon-borne-1", "ResponseFile": PRINTED_RESULT}
    assert read_request(sent) == EpsonResult("V42-1", Confirmation("printed"), "ready")
    status = '<printerstatus devicename="local_printer" asbstatus="0x0f080024"/>'
    document = f'<statusmonitor Version="1.00">{status}</statusmonitor>'
    told = {"ConnectionType": "SetStatus", "ID": "", "Status": document}
    assert read_request(told) == EpsonStatus("cover_open")
    for form in ({}, {"ConnectionType": "Get"}, {"ConnectionType": ""}):
        assert read_request(form) is None


@pytest.mark.parametrize(
    ("bit", "state"),
    [
        *((0x1, "unreachable"), (0x2, "ready"), (0x4, "ready"), (0x8, "offline"), (0x20, "cover_open")),
        *((0x40, "ready"), (0x100, "offline"), (0x200, "offline"), (0x400, "error"), (0x800, "cutter")),
        *((0x2000, "error"), (0x4000, "offline"), (0x20000, "near_end"), (0x40000, "not_taken")),
        (0x80000, "paper_out"),
    ],
)
def test_each_bit_of_a_status_is_a_state(bit: int, state: str):
    assert state_of(READY | bit) == state


def test_of_several_bits_the_worst_counts():
    assert state_of(0x20 | 0x80000 | 0x20000 | 0x8) == "cover_open"
    assert state_of(0x80000 | 0x8) == "paper_out"


@pytest.mark.parametrize(
    ("code", "confirmation"),
    [
        ("EPTR_REC_EMPTY", Confirmation("held", "paper_out")),
        ("EPTR_COVER_OPEN", Confirmation("held", "cover_open")),
        ("EPTR_CUTTER", Confirmation("held", "cutter")),
        ("ERROR_WAIT_EJECT", Confirmation("held", "not_taken")),
        ("EX_DEVICE_BUSY", Confirmation("undelivered", "busy")),
        ("TooManyRequests", Confirmation("undelivered", "busy")),
        ("SchemaError", Confirmation("unprintable", "not_decoded")),
        ("DeviceNotFound", Confirmation("unprintable", "media_type")),
        ("RequestEntityTooLarge", Confirmation("unprintable", "too_large")),
        *((code, Confirmation("unknown", "error")) for code in ("EPTR_AUTOMATICAL", "EPTR_MECHANICAL")),
        ("EPTR_UNRECOVERABLE", Confirmation("unknown", "error")),
        *(
            (code, Confirmation("unknown", "no_confirmation"))
            for code in ("EX_TIMEOUT", "EX_BADPORT", "EX_SPOOLER", "EX_ENPC_TIMEOUT", "PrintSystemError")
        ),
        *((code, Confirmation("unknown", "no_confirmation")) for code in ("JobNotFound", "Printing", "?")),
    ],
)
def test_each_code_says_what_became_of_a_job(code: str, confirmation: Confirmation):
    assert result(code, READY).confirmation == confirmation


def test_printed_needs_the_bit_that_says_so():
    assert result("", PRINTED, success=True).confirmation == Confirmation("printed")
    spooled = result("", READY, success=True)
    assert spooled.confirmation == Confirmation("unknown", "no_confirmation"), "a spooler has it only"
    for status in ("", "x", "-2", "0x", 1 << 32, "٢"):
        assert result("", status, success=True).confirmation.result == "unknown"


def test_a_result_says_the_state_of_the_printer_too():
    assert result("", PRINTED | 0x20000, success=True).state == "near_end"
    assert result("EPTR_REC_EMPTY", 0).state == "paper_out"
    assert result("EX_DEVICE_BUSY", 0).state is None


def test_a_refusal_of_version_three_is_of_the_job_it_names():
    refusal = '<Response Success="false"><ErrorSummary>x</ErrorSummary></Response>'
    found = read_result(f'<ServerDirectPrint Version="3.00">{refusal}</ServerDirectPrint>')
    assert found == EpsonResult("", Confirmation("unprintable", "not_decoded"))


@pytest.mark.parametrize(
    "document",
    [
        *("", "nothing", "<a", "<a></b>", "<a/>", "<a>" * 500, "<?xml version='1.0' encoding='ebcdic'?><a/>"),
        '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        '<!DOCTYPE a SYSTEM "http://192.0.2.7/a.dtd"><a/>',
        "<a>" + "<b/>" * 500 + "</a>",
        "\ud800",
    ],
)
def test_xml_that_is_none_or_too_much_says_nothing(document: str):
    assert read_result(document).confirmation.result == "unknown"
    assert read_request({"ConnectionType": "SetStatus", "Status": document}) == EpsonStatus(None)


def test_an_entity_is_refused_before_it_grows():
    laughs = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 20))
    assert elements_of(f'<!DOCTYPE a [<!ENTITY a0 "ha">{laughs}]><a>&a19;</a>') is None


@given(st.text(max_size=300))
def test_no_text_breaks_the_reading(text: str):
    read_result(text)
    read_request({"ConnectionType": "SetStatus", "Status": f"<printerstatus asbstatus={text!r}/>"})


def test_a_job_is_the_document_of_the_manual():
    dots = bytes(range(72)) * 3
    root = ET.fromstring(job_document("abc_-.1", dots, rows=3))
    assert (root.tag, root.attrib) == ("PrintRequestInfo", {"Version": "2.00"})
    parameter = root.find("ePOSPrint/Parameter")
    assert parameter is not None
    assert [(each.tag, each.text) for each in parameter] == [
        ("devid", "local_printer"),
        ("timeout", "10000"),
        ("printjobid", "abc_-.1"),
    ]
    space = "{http://www.epson-pos.com/schemas/2011/03/epos-print}"
    document = root.find(f"ePOSPrint/PrintData/{space}epos-print")
    assert document is not None
    image, cut = document
    assert image.attrib == {"width": "576", "height": "3", "color": "color_1", "mode": "mono"}
    assert base64.b64decode(image.text or "") == dots
    assert (cut.tag, cut.attrib) == (f"{space}cut", {"type": "feed"})


def nested(depth: int) -> str:
    return "<a>" * depth + "</a>" * depth


def listed(count: int) -> str:
    """A document of so many elements, its root included."""
    return f"<a>{'<b/>' * (count - 1)}</a>"


def test_elements_come_in_order_without_prefixes_each_with_its_own_text():
    document = '<p:a xmlns:p="urn:p" k="1">x<b>y</b>z<p:c/></p:a>'
    assert elements_of(document) == [
        XmlElement("a", {"xmlns:p": "urn:p", "k": "1"}, "xz"),
        XmlElement("b", {}, "y"),
        XmlElement("c", {}, ""),
    ]


def test_twenty_elements_one_in_another_are_read_and_no_more():
    for depth in (1, 19, 20):
        assert len(elements_of(nested(depth)) or ()) == depth
    for depth in (21, 22, 50):
        assert elements_of(nested(depth)) is None
    assert elements_of(f"<a>{nested(19) * 2}</a>") is not None, "the depth is that of what is open"


def test_two_hundred_elements_are_read_and_no_more():
    for count in (199, 200):
        assert len(elements_of(listed(count)) or ()) == count
    for count in (201, 202, 300):
        assert elements_of(listed(count)) is None


def test_a_document_type_is_refused_with_or_without_entities():
    assert elements_of("<!DOCTYPE a><a/>") is None
    assert elements_of('<!DOCTYPE a [<!ENTITY b "c">]><a/>') is None


def test_what_breaks_off_is_no_document():
    for document in ("", "x", "<a>", "<a/><b/>"):
        assert elements_of(document) is None


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
    assert star_state_of(code) == state
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
