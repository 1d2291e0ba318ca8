"""A printer that fetches its jobs has no loop here; its old jobs end all the same."""

from dataclasses import replace
from datetime import timedelta

import pytest

from hardware.simulator.printer import SimulatedPrinter
from server.domain.hall.configuration import HallConfiguration
from server.store.transactions.database import Database
from tests.server.printing.printing_hall import KIOSK


def test_no_loop_drives_a_printer_that_fetches_its_jobs(
    open_small_hall, simulated: SimulatedPrinter, monkeypatch: pytest.MonkeyPatch
):
    hall = open_small_hall(simulated.port)
    job = hall.press()["print"]["job"]
    configuration: HallConfiguration = hall.database.configuration("laon")
    kiosk = configuration.kiosks[KIOSK]
    assert kiosk.printer is not None
    fetching = replace(kiosk, printer=replace(kiosk.printer, kind="star_cloudprnt"))

    def pulled(_: Database, __: str) -> HallConfiguration:
        return replace(configuration, kiosks={**configuration.kiosks, KIOSK: fetching})

    with monkeypatch.context() as changed:
        changed.setattr(Database, "configuration", pulled)
        service = hall.drive()
        service.wake_printers()
        assert KIOSK not in service.workers
        assert hall.job(job) == ("queued", None, None)
        hall.end(service)
        hall.hands.step = timedelta(minutes=5)
        hall.drive()
        assert hall.wait_for(job, "cancelled", None) == "too_old"
