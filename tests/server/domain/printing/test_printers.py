"""The state of a printer: its last answer, or unknown."""

from datetime import UTC, datetime, timedelta

from hardware.status import PrinterState
from server.domain.printing.printers import PRINTING, PrinterSighting, may_print, state_now

NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)


def test_a_printer_without_a_recent_answer_is_unknown():
    sighting = PrinterSighting("ready", NOW, NOW)
    assert state_now(sighting, NOW + timedelta(seconds=60)) == "ready"
    assert state_now(sighting, NOW + timedelta(seconds=61)) == "unknown"
    assert state_now(None, NOW) == "unknown"
    assert may_print(sighting, NOW)
    assert not may_print(sighting, NOW + timedelta(seconds=61))


def test_the_states_that_print_are_those_of_the_printer():
    assert {str(state) for state in PrinterState if state.may_print} == PRINTING
