"""A hall whose programme has a notice of every kind, for campaigns that play a screen in fast motion."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.signage.contract_server import ContractServer, queue
from tests.signage.programmes import every_kind, make_media, programme


@pytest.fixture
def hall(assets_dir: Path, tmp_path: Path) -> Iterator[ContractServer]:
    make_media(tmp_path)
    server = ContractServer(assets_dir, tmp_path)
    server.queues = [queue("accueil", 4, (5, 15))]
    server.screen["programme"] = programme(*(item | {"ms": 10_000} for item in every_kind()), share=0.2)
    yield server
    server.stop()
