"""The figures of the demonstration's past equal those of another computation."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from server.clock import Clock
from server.demonstration.create import SLUGS
from server.settings import Settings
from server.store.transactions.database import Database
from tests.harness.independent_figures import check_figures
from tests.server.demonstration.conftest import LONG, UNTIL


def test_the_demonstration_has_the_figures_of_another_computation(past: Settings, tmp_path: Path):
    database = Database(f"sqlite:///{copy_of(past, tmp_path)}", Clock(now=lambda: NOW))
    for hall in SLUGS:
        check_figures(database, hall, (LONG.dates[0], UNTIL), tmp_path / hall)
    database.close()


NOW = datetime.combine(UNTIL, datetime.min.time(), UTC) + timedelta(hours=3)


def copy_of(past: Settings, folder: Path) -> Path:
    """A copy of the shared demonstration, in which days may be stored."""
    copy = folder / "parvis.db"
    copy.write_bytes(Path(past.database_address.removeprefix("sqlite:///")).read_bytes())
    return copy
