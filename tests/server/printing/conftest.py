"""Halls whose kiosk has a printer, and the loops that drive it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.hardware.conftest import Emupos, emupos, emupos_printers, printer, simulated
from tests.server.printing.printing_hall import PrintingHall

__all__ = ["Emupos", "emupos", "emupos_printers", "printer", "simulated"]

OpenHall = Callable[..., PrintingHall]


@pytest.fixture
def open_hall(database_url: str, tmp_path) -> Iterator[OpenHall]:
    """`open_hall(port, profile=…, …)` → a hall on a database of either kind that prints at that port."""
    with ExitStack() as opened:

        def start(port: int, **more) -> PrintingHall:
            hall = PrintingHall(database_url, tmp_path, port=port, **more)
            opened.callback(hall.close)
            return hall

        yield start


@pytest.fixture
def open_small_hall(sqlite_url: str, tmp_path) -> Iterator[OpenHall]:
    """As `open_hall`, on SQLite only: for what does not depend on the database."""
    with ExitStack() as opened:

        def start(port: int, **more) -> PrintingHall:
            hall = PrintingHall(sqlite_url, tmp_path, port=port, **more)
            opened.callback(hall.close)
            return hall

        yield start
