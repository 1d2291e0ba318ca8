"""The project's own files, for tests that read the source instead of running it."""

import ast
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from hardware.languages import base_of
from tests.harness.programs import PROJECT

PACKAGES = ("kiosk", "signage", "server", "hardware")


def files(*endings: str) -> Iterator[Path]:
    """The product's files with one of the endings, in a fixed order."""
    for package in PACKAGES:
        for path in sorted((PROJECT / package).rglob("*")):
            if path.suffix in endings and "__pycache__" not in path.parts:
                yield path


def name_of(path: Path) -> str:
    """A file's path inside the project, as a test prints it."""
    return path.relative_to(PROJECT).as_posix()


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def catalogues() -> dict[str, dict[str, Catalog]]:
    """Every catalogue: its folder in the project and its name → language → catalogue."""
    found: dict[str, dict[str, Catalog]] = {}
    for path in files(".po"):
        folder, language = path.parents[2], path.parents[1].name
        with path.open("rb") as opened:
            found.setdefault(f"{name_of(folder)}/{path.stem}", {})[language] = read_po(
                opened, locale=base_of(language).replace("-", "_"), abort_invalid=True
            )
    return found


def assert_faultless[Thing](
    things: Iterable[Thing], find: Callable[[Thing], Iterable[object]], *, name: Callable[[Thing], str] = str
) -> None:
    """Fails with a line for each fault that `find` sees in one of the things, of which there must be some."""
    seen = list(things)
    assert seen, "nothing was looked at"
    faults = [f"{name(each)}: {fault}" for each in seen for fault in find(each)]
    assert not faults, "\n".join(faults)
