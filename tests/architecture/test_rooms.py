"""Rooms: small folders, names that say something, and no circle between the subjects of a layer."""

from collections import Counter
from pathlib import Path

import grimp
import pytest

from tests.harness.programs import PROJECT
from tests.harness.sources import PACKAGES

MOST_FILES = 20
NO_NAMES = {"utils", "util", "helpers", "common", "misc"}
APART = ("migrations", "translations")
LAYERS = (
    "server.domain",
    "server.usecases",
    "server.store",
    "server.web.pages",
    "server.web",
    "server.documents",
)
PLAIN_ROOMS = {
    *(f"server.domain.{room}" for room in ("actions", "alerts", "appointments", "attention", "complaints")),
    *("server.domain.hall_checks", "server.domain.tickets"),
    *(f"server.usecases.{room}" for room in ("calling", "hall_checks", "legs", "waits")),
}
"""Rooms whose whole subject is one module."""


def folders() -> Counter[Path]:
    """Every folder of the project with its Python files, migrations apart."""
    found = [file for root in (*PACKAGES, "tests", ".ci") for file in (PROJECT / root).rglob("*.py")]
    files = [file.relative_to(PROJECT) for file in found]
    return Counter(file.parent for file in files if not set(APART) & set(file.parts))


def test_a_folder_has_at_most_twenty_python_files():
    assert {str(folder): count for folder, count in folders().items() if count > MOST_FILES} == {}


def test_no_folder_has_a_name_that_says_nothing():
    assert [str(folder) for folder in folders() if NO_NAMES & set(folder.parts)] == []


@pytest.fixture(scope="module")
def imports() -> grimp.ImportGraph:
    return grimp.build_graph("server", cache_dir=None)


@pytest.mark.parametrize("layer", LAYERS)
def test_the_subjects_of_a_layer_import_each_other_without_a_circle(imports: grimp.ImportGraph, layer: str):
    children = imports.find_children(layer)
    rooms = {room for room in children if room in PLAIN_ROOMS or imports.find_children(room)}
    uses = {room: _rooms_used(imports, room, rooms) for room in rooms}
    assert _circle(uses) == []


def _rooms_used(imports: grimp.ImportGraph, room: str, rooms: set[str]) -> set[str]:
    used = {
        target
        for module in {room, *imports.find_descendants(room)}
        for target in imports.find_modules_directly_imported_by(module)
    }
    return {other for other in rooms - {room} if any(f"{name}.".startswith(f"{other}.") for name in used)}


def _circle(uses: dict[str, set[str]]) -> list[str]:
    """The rooms of which each is reached from itself; empty where there is no circle."""
    left = dict(uses)
    while leaf := next((room for room, used in left.items() if not used & left.keys()), None):
        del left[leaf]
    while first := next((room for room in left if not any(room in used for used in left.values())), None):
        del left[first]
    return sorted(left)
