"""Two weeks of past of the demonstration, made once for all workers of a run."""

from datetime import date
from pathlib import Path

import pytest

from server.demonstration.history import Past, create_with_past
from server.settings import Settings
from tests.harness.counts import count
from tests.harness.sharing import made_by_the_first

UNTIL = date(2026, 11, 24)
LONG = Past(count(small=14, large=90), UNTIL)


@pytest.fixture(scope="session")
def past(run_folder: Path) -> Settings:
    """A demonstration with its past, not to be changed."""
    place = run_folder / "past"
    made_by_the_first(place, lambda folder: create_with_past(Settings(var=folder, database_url=""), LONG))
    return Settings(var=place, database_url="")
