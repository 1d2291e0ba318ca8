"""Which fields matter for which kind of printer; which are plugged in, fetch, or may be simulated."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from server.domain.hall.configuration import Counter
from server.domain.hall.devices import (
    LONGEST_QUIET_MINUTES,
    PLUGGED_KINDS,
    PRINTER_FIELDS,
    PULLED_KINDS,
    Kiosk,
    PrinterConnection,
    Sound,
    is_loop_in_order,
    kinds_by_field,
)
from tests.server.domain.hall.test_configuration import hall, service


def connection(**more) -> PrinterConnection:
    return PrinterConnection(**{"host": None, "port": 9100, "profile": "escpos", "paper_mm": 80} | more)


def test_each_field_matters_for_the_kinds_that_use_it():
    assert kinds_by_field() == {
        "host": ("tcp",),
        "port": ("tcp",),
        "usb": ("usb_file", "usb_bus"),
        "line": ("serial",),
        "speed": ("serial",),
        "dialect": ("tcp", "usb_file", "usb_bus", "serial", "gateway"),
    }


def test_a_printer_is_plugged_into_the_server_fetches_its_jobs_or_is_on_the_network():
    assert {"usb_file", "usb_bus", "serial"} == PLUGGED_KINDS
    assert {"star_cloudprnt", "epson_direct", "gateway"} == PULLED_KINDS
    assert set(PRINTER_FIELDS) - PLUGGED_KINDS - PULLED_KINDS == {"tcp"}


@pytest.mark.parametrize(("kind", "place"), [("tcp", "host"), ("usb_file", "usb"), ("serial", "line")])
def test_a_printer_without_a_place_is_simulated(kind, place):
    assert connection(kind=kind).is_simulated
    assert not connection(kind=kind, **{place: "x"}).is_simulated


@pytest.mark.parametrize("kind", ["usb_bus", *sorted(PULLED_KINDS)])
def test_one_that_fetches_or_has_a_bus_of_its_own_is_never_simulated(kind):
    assert not connection(kind=kind).is_simulated


def test_a_backup_is_another_kiosk_in_use_that_has_a_printer():
    backed = {
        "k1": Kiosk("k1", "Entrée", printer=connection(backup="k2")),
        "k2": Kiosk("k2", "Étage", printer=connection()),
        "k3": Kiosk("k3", "Cour", printer=connection(backup="k3")),
        "k4": Kiosk("k4", "Cave"),
    }
    configuration = hall(service("a", "q"), kiosks=backed)
    found = [configuration.backup_of(kiosk) for kiosk in (*backed, "unknown")]
    assert found == [backed["k2"], None, None, None, None]
    for unfit in (replace(backed["k2"], is_retired=True), replace(backed["k2"], printer=None)):
        assert hall(service("a", "q"), kiosks=backed | {"k2": unfit}).backup_of("k1") is None


def test_a_kiosk_prints_at_its_own_printer_at_another_kiosks_or_nowhere():
    own = Kiosk("k1", "Entrée", printer=connection(backup="k2"))
    borrowing = Kiosk("k2", "Étage", prints_at="k1")
    nowhere, undecided = Kiosk("k3", "Cour", is_number_only=True), Kiosk("k4", "Cave")
    kiosks = {each.id: each for each in (own, borrowing, nowhere, undecided)}
    configuration = hall(service("a", "q"), kiosks=kiosks)
    assert [each.paper for each in kiosks.values()] == ["own", "other", "none", "undecided"]
    assert [configuration.printing_for(each) for each in (*kiosks, "unknown")] == [own, own, None, None, None]


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"kind": "tcp", "host": "10.0.0.9"}, "tcp 10.0.0.9:9100"),
        ({"kind": "tcp"}, "tcp :9100"),
        ({"kind": "serial", "line": "/dev/ttyS1"}, "serial /dev/ttyS1"),
        ({"kind": "usb_file", "usb": "04b8:0e15"}, "usb_file 04b8:0e15"),
        ({"kind": "gateway"}, "gateway "),
    ],
)
def test_the_place_of_a_printer_names_its_cable_or_address(fields, place):
    assert connection(**fields).place == place


TODAY = date(2026, 11, 26)


@pytest.mark.parametrize(
    ("tested_on", "is_shown"),
    [
        (None, False),
        (TODAY, True),
        (TODAY - timedelta(days=366), True),
        (TODAY - timedelta(days=367), False),
        (TODAY + timedelta(days=1), False),
    ],
)
def test_a_loop_is_shown_for_a_year_from_its_last_test(tested_on: date | None, is_shown: bool):
    assert is_loop_in_order(tested_on, TODAY) is is_shown


def test_a_test_alone_makes_no_loop():
    tested = Counter("g3", "guichet 3", (), hearing_loop_tested_on=TODAY)
    assert not tested.shows_loop(TODAY)
    assert replace(tested, has_hearing_loop=True).shows_loop(TODAY)


def test_a_hall_that_says_nothing_of_its_sound_is_loud_in_french_and_has_no_loop():
    sound = Sound()
    assert (sound.most_percent, sound.says_visitor_language, sound.loop) == (100, False, None)
    assert LONGEST_QUIET_MINUTES == 2 * 60
