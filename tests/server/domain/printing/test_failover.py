"""Which job goes to the backup printer."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from server.domain.printing.printers import PrinterSighting, UndeliveredJob, may_be_handed_on

NOW = datetime(2026, 11, 28, 9, tzinfo=UTC)
REFUSED = UndeliveredJob("queued", "refused", paper="ticket", was_handed_on=False)
READY = PrinterSighting("ready", NOW, NOW)


def test_a_refused_job_goes_to_a_printer_that_prints():
    for state in ("ready", "near_end", "not_taken"):
        assert may_be_handed_on(REFUSED, PrinterSighting(state, NOW, NOW), NOW)


@pytest.mark.parametrize(
    "change",
    [
        {"verdict": "unknown", "state": "done"},
        {"verdict": "held", "state": "sending"},
        {"verdict": "refused", "state": "sending"},
        {"verdict": "refused", "state": "cancelled"},
        {"verdict": "printed", "state": "done"},
        {"verdict": None},
        {"was_handed_on": True},
        {"paper": "trial"},
    ],
)
def test_a_job_that_may_be_on_paper_or_belongs_to_its_printer_stays(change: dict[str, Any]):
    assert not may_be_handed_on(replace(REFUSED, **change), READY, NOW)


def test_a_printer_that_is_not_known_to_print_gets_nothing():
    assert not may_be_handed_on(REFUSED, None, NOW)
    assert not may_be_handed_on(REFUSED, PrinterSighting("paper_out", NOW, NOW), NOW)
    assert not may_be_handed_on(REFUSED, READY, NOW + timedelta(seconds=61))
