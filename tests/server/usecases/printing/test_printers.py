"""Printers are published in declared networks only."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from server.documents.problems import DocumentRefused
from server.domain.author import SYSTEM
from server.domain.printing.printers import LOOPBACK
from server.store.transactions.database import Database
from server.usecases.configuration.publication import publish_hall, publish_installation
from server.usecases.printing.printers import declare_printer_network
from tests.server.usecases.quality.figures_history import HALLS, Hands, database_with_hall

IN_NETWORK, OUTSIDE = "192.0.2.20", "198.51.100.20"


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    made = database_with_hall(database_url, Hands(datetime(2026, 11, 24, 9, tzinfo=UTC)), "laon")
    yield made
    made.close()


def place(database: Database, host: str | None, port: int = 9100) -> None:
    content: dict[str, Any] = json.loads((HALLS / "laon.json").read_text(encoding="utf-8"))
    content["kiosks"][0]["printer"] |= {"host": host, "port": port}
    publish_hall(database, SYSTEM, json.dumps(content))


def declare(database: Database, *networks: str) -> None:
    content: dict[str, Any] = json.loads((HALLS / "installation.json").read_text(encoding="utf-8"))
    content["printer_networks"] = [{"network": each} for each in networks]
    publish_installation(database, SYSTEM, json.dumps(content))


def reach(database: Database) -> tuple[str, ...]:
    [kiosk, *_] = database.configuration("laon").kiosks.values()
    assert kiosk.printer is not None
    return kiosk.printer.reach.networks


@pytest.mark.parametrize("host", [OUTSIDE, "127.0.0.1", "169.254.169.254"])
def test_a_printer_outside_the_declared_networks_is_refused_at_its_field(database: Database, host: str):
    place(database, IN_NETWORK)
    with pytest.raises(DocumentRefused) as refused:
        place(database, host)
    [found] = refused.value.problems
    assert (found.path, found.code) == ("kiosks[0].printer.host", "printer_outside_networks")
    assert found.values == {"host": host, "networks": "192.0.2.0/24"}
    declare(database, "192.0.2.0/24", "198.51.100.0/24")
    place(database, OUTSIDE)
    assert reach(database) == ("192.0.2.0/24", "198.51.100.0/24")


def test_where_no_network_is_declared_no_printer_is_placed(database: Database):
    declare(database)
    for host in (IN_NETWORK, "printer.example"):
        with pytest.raises(DocumentRefused, match="document_refused") as refused:
            place(database, host)
        assert [each.code for each in refused.value.problems] == ["no_printer_networks"]
    place(database, None)
    assert reach(database) == LOOPBACK


def test_a_network_with_a_printer_in_it_stays_declared(database: Database):
    place(database, IN_NETWORK)
    with pytest.raises(DocumentRefused) as refused:
        declare(database, "198.51.100.0/24")
    [found] = refused.value.problems
    assert (found.path, found.code, found.values["host"]) == (
        *("printer_networks", "printer_left_out"),
        IN_NETWORK,
    )


@pytest.mark.both_databases
def test_a_network_is_declared_once_and_only_around_its_printer(database: Database):
    for _ in range(2):
        declare_printer_network(database, SYSTEM, "198.51.100.7/24", of_host=OUTSIDE)
    place(database, OUTSIDE)
    assert reach(database) == ("192.0.2.0/24", "198.51.100.0/24")
    with pytest.raises(DocumentRefused) as refused:
        declare_printer_network(database, SYSTEM, "203.0.113.0/24", of_host=OUTSIDE)
    assert [each.code for each in refused.value.problems] == ["printer_outside_networks"]
    for wrong, code in {"printer": "wrong_network", "127.0.0.0/8": "network_without_printers"}.items():
        with pytest.raises(DocumentRefused) as refused:
            declare_printer_network(database, SYSTEM, wrong, of_host="printer.example")
        assert [each.code for each in refused.value.problems] == [code]
