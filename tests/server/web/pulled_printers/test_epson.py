"""Epson Server Direct Print: each exchange between the server and a printer, and each way it can go wrong."""

import io
from collections.abc import Mapping
from xml.etree import ElementTree as ET

import pytest
from PIL import Image

from hardware.simulator.epson_printer import EpsonFault, SimulatedEpsonPrinter, response
from hardware.simulator.faulty_printer import HttpAnswer
from server.domain.printing import epson_direct
from tests.server.web.api_site import OTHER
from tests.server.web.pulled_printers.conftest import KIOSK, OTHER_KIOSK, PullingHall

PRINTED = response("", 0xF000006)


def asked(printer: SimulatedEpsonPrinter) -> HttpAnswer:
    """The answer to a poll."""
    return printer.send({"ConnectionType": "GetRequest", "ID": printer.user, "Name": ""})


def handed_over(printer: SimulatedEpsonPrinter) -> str:
    """The name of the job that the printer gets."""
    name = ET.fromstring(asked(printer).body).findtext("ePOSPrint/Parameter/printjobid")
    assert name
    return name


def test_a_press_is_handed_over_printed_and_confirmed(epson_hall_on_both: PullingHall):
    hall = epson_hall_on_both
    job, printer = hall.press(), hall.epson()
    printer.poll()
    assert hall.job(job) == ("done", "printed", None)
    assert hall.state() == "ready"
    [ticket] = printer.tickets()
    with Image.open(io.BytesIO(ticket.png)) as picture:
        assert (picture.mode, picture.width) == ("1", 576)
        assert picture.getextrema() == (0, 255), "ink on paper"


def test_nothing_to_print_is_an_empty_answer_of_xml(epson_hall: PullingHall):
    answer = asked(epson_hall.epson())
    assert (answer.status, answer.body) == (200, b"")
    assert answer.headers["Content-Type"] == "text/xml; charset=utf-8"
    assert answer.headers["Content-Length"] == "0"


def test_a_job_is_handed_over_once_and_its_silence_is_unknown(epson_hall: PullingHall):
    job, printer = epson_hall.press(), epson_hall.epson()
    printer.set_fault(EpsonFault.DIES_AFTER_BYTES)
    printer.poll()
    assert epson_hall.job(job) == ("sending", None, None)
    epson_hall.later(20)
    assert asked(printer).body == b""
    epson_hall.later(41)
    epson_hall.watch()
    assert epson_hall.job(job) == ("done", "unknown", "no_confirmation")


@pytest.mark.parametrize(
    ("fault", "state"), [(EpsonFault.PAPER_OUT, "paper_out"), (EpsonFault.COVER_OPEN, "cover_open")]
)
def test_a_printer_that_says_that_it_cannot_print_is_handed_nothing(
    epson_hall: PullingHall, fault: EpsonFault, state: str
):
    job, printer = epson_hall.press(), epson_hall.epson()
    printer.set_fault(fault)
    printer.poll()
    assert epson_hall.job(job) == ("queued", "refused", state)
    assert epson_hall.state() == state
    printer.clear_fault(fault)
    printer.poll()
    assert epson_hall.job(job) == ("done", "printed", None)


def test_paper_that_ends_with_a_job_holds_it_and_without_a_word_the_next_is_tried(epson_hall: PullingHall):
    first, printer = epson_hall.press(), epson_hall.epson(notifies=False)
    printer.set_fault(EpsonFault.PAPER_OUT)
    printer.poll()
    assert epson_hall.job(first) == ("sending", "held", "paper_out")
    assert epson_hall.state() == "paper_out"
    second = epson_hall.press()
    epson_hall.later(20)
    printer.poll()
    assert epson_hall.job(second) == ("queued", "refused", "paper_out")
    printer.clear_fault(EpsonFault.PAPER_OUT)
    epson_hall.later(10)
    printer.poll()
    assert epson_hall.job(second) == ("done", "printed", None)
    epson_hall.later(31)
    epson_hall.watch()
    assert epson_hall.job(first) == ("done", "unknown", "paper_out")
    assert len(printer.tickets()) == 1


def test_a_printer_that_waits_for_a_paper_to_be_taken_is_a_state(epson_hall: PullingHall):
    printer = epson_hall.epson()
    printer.set_fault(EpsonFault.NOT_TAKEN)
    printer.poll()
    assert epson_hall.state() == "not_taken"
    job = epson_hall.press()
    printer.poll()
    assert epson_hall.job(job) == ("sending", "held", "not_taken")
    assert epson_hall.state() == "not_taken"
    printer.clear_fault(EpsonFault.NOT_TAKEN)
    printer.poll()
    assert epson_hall.state() == "ready"


def test_a_busy_printer_is_handed_the_job_again_under_another_name(epson_hall: PullingHall):
    job, printer = epson_hall.press(), epson_hall.epson()
    first = handed_over(printer)
    printer.send_result(first, response("EX_DEVICE_BUSY", 0))
    assert epson_hall.job(job) == ("queued", "refused", "busy")
    second = handed_over(printer)
    assert second != first
    printer.send_result(first, PRINTED)
    assert epson_hall.job(job)[0] == "sending", "the first one says no more"
    printer.send_result(second, PRINTED)
    assert epson_hall.job(job) == ("done", "printed", None)


def test_success_of_a_spooler_is_not_taken_for_paper(epson_hall: PullingHall):
    job, printer = epson_hall.press(), epson_hall.epson()
    printer.set_fault(EpsonFault.SPOOLS)
    printer.poll()
    assert epson_hall.job(job) == ("done", "unknown", "no_confirmation")


def test_a_document_that_the_printer_refuses_is_not_sent_again(epson_hall: PullingHall):
    job, printer = epson_hall.press(), epson_hall.epson()
    printer.send_result(handed_over(printer), response("SchemaError", 0))
    assert epson_hall.job(job) == ("cancelled", "refused", "not_decoded")
    assert asked(printer).body == b""


def test_a_result_that_is_posted_again_changes_nothing(epson_hall: PullingHall):
    job, printer = epson_hall.press(), epson_hall.epson()
    name = handed_over(printer)
    for result in (PRINTED, PRINTED, response("EPTR_REC_EMPTY", 0)):
        answer = printer.send_result(name, result)
        assert (answer.status, answer.body) == (200, b"")
    assert epson_hall.job(job) == ("done", "printed", None)


def test_a_result_after_its_time_changes_nothing(epson_hall: PullingHall):
    job, printer = epson_hall.press(), epson_hall.epson()
    name = handed_over(printer)
    epson_hall.later(61)
    epson_hall.watch()
    assert printer.send_result(name, PRINTED).status == 200
    assert epson_hall.job(job) == ("done", "unknown", "no_confirmation")


@pytest.mark.parametrize("name", ["", "V42-1", "AAAAAAAAAAAAAAAAAAAAAA.1", "<b/>"])
def test_a_result_of_no_job_changes_nothing(epson_hall: PullingHall, name: str):
    job, printer = epson_hall.press(), epson_hall.epson()
    handed_over(printer)
    assert printer.send_result(name, PRINTED).status == 200
    assert epson_hall.job(job)[0] == "sending"


def test_the_result_of_another_printers_job_changes_nothing(epson_hall: PullingHall):
    job, printer = epson_hall.press(), epson_hall.epson()
    name = handed_over(printer)
    stranger = epson_hall.epson(epson_hall.new_secret(OTHER, OTHER_KIOSK))
    assert stranger.send_result(name, PRINTED).status == 200
    assert epson_hall.job(job)[0] == "sending"


@pytest.mark.parametrize(
    "document", ["", "<a", "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "<a>" * 400, "é" * 1000]
)
def test_xml_that_is_none_is_answered_and_changes_nothing(epson_hall: PullingHall, document: str):
    job, printer = epson_hall.press(), epson_hall.epson()
    handed_over(printer)
    assert printer.send_document(document).status == 200
    status = {"ConnectionType": "SetStatus", "ID": printer.user, "Status": document}
    assert printer.send(status).status == 200
    assert epson_hall.job(job)[0] == "sending"


def test_another_form_is_refused_and_a_large_one_is_not_read(epson_hall: PullingHall):
    printer = epson_hall.epson()
    assert printer.send({"ConnectionType": "Other", "ID": printer.user}).status == 400
    assert printer.send_document("\x00").status == 400
    assert printer.send_document("x" * (epson_direct.LARGEST_FORM_BYTES + 1)).status == 413


def test_a_picture_over_the_limit_ends_its_job(epson_hall: PullingHall, monkeypatch: pytest.MonkeyPatch):
    job = epson_hall.press()
    monkeypatch.setattr(epson_direct, "LARGEST_JOB_BYTES", 1000)
    assert asked(epson_hall.epson()).body == b""
    assert epson_hall.job(job) == ("cancelled", "refused", "too_large")


def test_the_secret_the_address_and_the_id_must_agree(epson_hall: PullingHall):
    printer = epson_hall.epson()
    wrong = SimulatedEpsonPrinter(printer.address, KIOSK, "wrong", epson_hall.exchange())
    wrong.poll()
    assert wrong.last_status == 401
    assert printer.send({"ConnectionType": "GetRequest", "ID": OTHER_KIOSK}).status == 401
    stranger = epson_hall.epson(epson_hall.new_secret(OTHER, OTHER_KIOSK))
    stranger.address = printer.address
    assert asked(stranger).status == 401
    stranger.address = f"https://localhost/impression/epson/laon/{OTHER_KIOSK}"
    assert asked(stranger).status == 401
    epson_hall.new_secret()
    assert asked(printer).status == 401
    star = f"https://localhost/impression/star/laon/{KIOSK}"
    fresh = epson_hall.epson(epson_hall.new_secret())
    fresh.address = star
    assert asked(fresh).status == 401, "the printer speaks the other protocol"


def test_a_nonce_is_used_again_and_an_old_one_is_replaced(epson_hall: PullingHall):
    printer = epson_hall.epson()
    asked(printer)
    asked(printer)
    assert printer.challenges == 1
    epson_hall.later(301)
    assert asked(printer).status == 200
    assert printer.challenges == 2


def test_a_proof_for_another_request_opens_nothing(epson_hall: PullingHall):
    proofs: list[str] = []
    send = epson_hall.exchange()

    def keep(method: str, address: str, headers: Mapping[str, str], body: bytes) -> HttpAnswer:
        proofs.append(headers.get("Authorization", ""))
        return send(method, address, headers, body)

    printer = SimulatedEpsonPrinter(epson_hall.epson().address, KIOSK, epson_hall.secret.secret, keep)
    assert asked(printer).status == 200
    for name in ("nonce", "uri", "cnonce", "response"):
        forged = proofs[-1].replace(f'{name}="', f'{name}="0', 1)
        answer = send("POST", printer.address, {"Authorization": forged}, b"ID=" + KIOSK.encode())
        assert answer.status in (400, 401), name


def test_only_a_protected_connection_is_answered_to_epson(epson_hall: PullingHall):
    printer = epson_hall.epson(REMOTE_ADDR="192.0.2.7")
    assert asked(printer).status == 200
    printer.address = printer.address.replace("https:", "http:")
    assert asked(printer).status == 403


def test_a_printer_that_forgets_its_nonce_each_time_is_not_slowed(epson_hall: PullingHall):
    for _ in range(70):
        answer = asked(epson_hall.epson())
    assert answer.status == 200


def test_what_is_kept_of_a_secret_of_epson_is_not_the_secret(epson_hall: PullingHall):
    assert epson_hall.secret.secret not in repr(epson_hall.known())
    assert len(epson_hall.known().secret) == 32
