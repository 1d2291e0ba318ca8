"""Halls whose printers fetch their jobs; papers are drawn in this process."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from server.app.subjects import printing
from tests.server.web.api_site import ApiSite
from tests.server.web.pulled_printers.pulling_hall import PullingHall


class _HereWorker:
    """Computes in this process, without the start of another."""

    def call[Result](self, work: Callable[..., Result], *values: Any) -> Result:
        return work(*values)


@pytest.fixture
def drawn_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(printing, "IsolatedWorker", _HereWorker)


@pytest.fixture
def star_hall(
    drawn_here: None, halls_sqlite_url: str, tmp_path: Path, fonts_dir: Path
) -> Iterator[PullingHall]:
    site = ApiSite(halls_sqlite_url, tmp_path, has_halls=True)
    yield PullingHall(site, fonts_dir, "star_cloudprnt")
    site.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def star_hall_on_both(
    request: pytest.FixtureRequest, drawn_here: None, tmp_path: Path, fonts_dir: Path
) -> Iterator[PullingHall]:
    site = ApiSite(request.getfixturevalue(f"halls_{request.param}_url"), tmp_path, has_halls=True)
    yield PullingHall(site, fonts_dir, "star_cloudprnt")
    site.close()


@pytest.fixture
def epson_hall(
    drawn_here: None, halls_sqlite_url: str, tmp_path: Path, fonts_dir: Path
) -> Iterator[PullingHall]:
    site = ApiSite(halls_sqlite_url, tmp_path, has_halls=True)
    yield PullingHall(site, fonts_dir, "epson_direct")
    site.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def epson_hall_on_both(
    request: pytest.FixtureRequest, drawn_here: None, tmp_path: Path, fonts_dir: Path
) -> Iterator[PullingHall]:
    site = ApiSite(request.getfixturevalue(f"halls_{request.param}_url"), tmp_path, has_halls=True)
    yield PullingHall(site, fonts_dir, "epson_direct")
    site.close()


@pytest.fixture
def gateway_hall(
    drawn_here: None, halls_sqlite_url: str, tmp_path: Path, fonts_dir: Path
) -> Iterator[PullingHall]:
    site = ApiSite(halls_sqlite_url, tmp_path, has_halls=True)
    yield PullingHall(site, fonts_dir, "gateway")
    site.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def gateway_hall_on_both(
    request: pytest.FixtureRequest, drawn_here: None, tmp_path: Path, fonts_dir: Path
) -> Iterator[PullingHall]:
    site = ApiSite(request.getfixturevalue(f"halls_{request.param}_url"), tmp_path, has_halls=True)
    yield PullingHall(site, fonts_dir, "gateway")
    site.close()
