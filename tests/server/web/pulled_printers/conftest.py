"""Halls whose printers fetch their jobs; papers are drawn in this process."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from server.app import subjects
from server.domain.hall.devices import PrinterKind
from tests.server.web.api_site import ApiSite
from tests.server.web.pulled_printers.pulling_hall import PullingHall


class _HereWorker:
    """Computes in this process, without the start of another."""

    def __init__(self, **_: Any) -> None:
        """Whatever bounds another process would have."""

    def call[Result](self, work: Callable[..., Result], *values: Any) -> Result:
        return work(*values)


@pytest.fixture
def drawn_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subjects, "IsolatedWorker", _HereWorker)


def _hall_of(kind: PrinterKind, *databases: str) -> Any:
    """A fixture: a hall whose printers are of a kind, on SQLite, or on these databases in turn."""

    @pytest.fixture(params=databases or ["sqlite"])
    def hall(request: pytest.FixtureRequest, drawn_here: None, tmp_path: Path) -> Iterator[PullingHall]:
        site = ApiSite(request.getfixturevalue(f"halls_{request.param}_url"), tmp_path, has_halls=True)
        yield PullingHall(site, kind)
        site.close()

    return hall


BOTH = ("sqlite", "postgresql")
star_hall, star_hall_on_both = _hall_of("star_cloudprnt"), _hall_of("star_cloudprnt", *BOTH)
epson_hall, epson_hall_on_both = _hall_of("epson_direct"), _hall_of("epson_direct", *BOTH)
gateway_hall, gateway_hall_on_both = _hall_of("gateway"), _hall_of("gateway", *BOTH)
