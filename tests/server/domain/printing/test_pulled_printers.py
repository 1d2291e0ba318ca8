"""Every exchange of Epson Server Direct Print as its manual has it, and XML that is none."""

import base64
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
