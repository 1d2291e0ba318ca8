"""A kiosk is given a printer on USB over HTTP: those plugged in are listed by names that stay with them."""

from pathlib import Path

import pytest

from tests.hardware.usb import UsbPorts
from tests.server.web.api_site import HALL, ApiSite, accepted, refused
from tests.server.web.devices.test_devices import KIOSK, PRINTER, one

PLUGGED = f"/api/v1/halls/{HALL}/printers/plugged"
ANY_DEVICE = Path("/dev/null")


@pytest.fixture
def ports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> UsbPorts:
    return UsbPorts(tmp_path / "machine", monkeypatch)


def test_a_printer_that_is_plugged_in_is_chosen_by_its_name(api: ApiSite, ports: UsbPorts):
    admin, csrf = api.writer("administrator")
    assert accepted(admin.get(PLUGGED))["printers"] == []
    ports.plug(ANY_DEVICE, 0, serial="J2XE000001")
    ports.plug(ANY_DEVICE, 1, port="1-2")
    listed = accepted(admin.get(PLUGGED))["printers"]
    assert listed[0] == {
        "kind": "usb_file",
        "usb": "04b8:0e15:J2XE000001",
        "maker": "EPSON",
        "model": "TM-T20III",
        "port": "1-1",
    }
    assert listed[1]["usb"] == "04b8:0e15@1-2"
    body = {"kind": "usb_file", "host": None, "usb": listed[0]["usb"], "paper_mm": 58}
    revision = accepted(admin.put(PRINTER, json=body, headers=csrf))
    assert accepted(admin.put(PRINTER, json=body, headers=csrf)) == revision
    printer = one(admin, KIOSK, among="printers")
    assert (printer["transport"], printer["usb"], printer["host"]) == ("usb_file", listed[0]["usb"], None)
    connection = api.database.configuration(HALL).kiosks[KIOSK].printer
    assert connection is not None
    assert (connection.kind, connection.usb, connection.profile) == (
        *("usb_file", "04b8:0e15:J2XE000001"),
        "raster-58",
    )
    accepted(admin.put(PRINTER, json={"host": "192.0.2.9"}, headers=csrf))
    assert one(admin, KIOSK, among="printers")["transport"] == "tcp"


@pytest.mark.parametrize("name", ["/dev/sda", "04b8:0e15@../x", "04B8:0E15"])
def test_what_is_no_name_of_a_printer_is_refused_at_its_field(api: ApiSite, name: str):
    admin, csrf = api.writer("administrator")
    answer = admin.put(PRINTER, json={"kind": "usb_file", "host": None, "usb": name}, headers=csrf)
    refused(answer, 422, "document_refused")
    [problem] = answer.get_json()["problems"]
    assert (problem["code"], problem["path"]) == ("wrong_usb_name", "kiosks[0].printer.usb")


def test_who_may_not_configure_sees_no_printer_of_the_machine(api: ApiSite):
    reception, _ = api.writer("reception")
    refused(reception.get(PLUGGED), 403, "forbidden")
