"""`parvis doctor` opens the printers that are plugged into this machine, and says what is never sure."""

from pathlib import Path

import pytest

from hardware.simulator.printer import SimulatedPrinter
from server.clock import Clock
from server.commands.devices import printers_found
from server.commands.examination import Finding
from server.commands.say import sentence
from server.settings import Settings
from tests.hardware.usb import UsbPorts

USB = {"kind": "usb_file", "usb": "04b8:0e15:J2XE000001"}


def test_a_printer_on_usb_is_opened_and_one_that_is_away_has_a_reason(
    open_small_hall, tmp_path: Path, fonts_dir: Path, monkeypatch: pytest.MonkeyPatch
):
    printer = SimulatedPrinter(cable=tmp_path / "cable", fonts_dir=fonts_dir).start()
    ports = UsbPorts(tmp_path / "machine", monkeypatch)
    hall = open_small_hall(9100)
    settings = Settings(var=hall.settings.var, database_url=hall.url)

    def found() -> list[Finding]:
        proofs = ("doctor.probe.never", "doctor.paper.never")
        return [each for each in printers_found(settings, Clock()) if each.key not in proofs]

    try:
        [untried] = found()
        assert untried.key == "doctor.printers.untried", "a printer on the network is not opened"
        hall.print_with(USB)
        [away] = found()
        assert (away.state, away.key) == ("off", "doctor.printer.away")
        assert "not plugged in" in sentence(away.key, **away.values)
        assert printer.cable is not None
        ports.plug(printer.cable, 0, serial="J2XE000001")
        [there] = found()
        assert (there.state, there.key) == ("right", "doctor.printer")
        assert "laon-borne-1" in sentence(there.key, **there.values)
        assert printer.tickets() == []
    finally:
        printer.stop()
