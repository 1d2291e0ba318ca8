"""What every command shares: its settings, its database, its words, and how a refusal ends it."""

import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from rich.console import Console

from server.clock import Clock
from server.documents.problems import DocumentRefused
from server.domain.refusals import Refusal
from server.language import Catalogues
from server.settings import Settings
from server.store.anchors import Anchors
from server.store.database import Database
from server.store.migrating import is_migrated

ROOT = Path(__file__).parents[1]
console = Console(highlight=False, soft_wrap=True)
errors = Console(highlight=False, soft_wrap=True, stderr=True)


def say(line: str, *, style: str | None = None) -> None:
    """One line for people; square brackets are printed as they are."""
    console.print(line, style=style, markup=False)


def opened(settings: Settings) -> Database:
    """The database of the settings, which must have been set up. Refusal: not_installed."""
    if not has_database(settings):
        raise Refusal("not_installed")
    database = Database(settings.database_address, Clock())
    database.configurations.has_real_hours = settings.demo_hours == "real"
    if not is_migrated(database):
        database.close()
        raise Refusal("not_installed")
    return database


def has_database(settings: Settings) -> bool:
    """Whether there may be a database at all; looking must not make an empty file."""
    address = settings.database_address
    return not address.startswith("sqlite:///") or Path(address.removeprefix("sqlite:///")).exists()


def anchors_of(settings: Settings) -> Anchors:
    """Where the anchors of this installation are."""
    return Anchors(settings.var / "anchors")


def ending_well(run: Callable[[], Any]) -> Callable[[], None]:
    """Runs a command line: a refusal is one line and exit status 1, a wrong setting exit status 2."""

    @wraps(run)
    def ended() -> None:
        try:
            run()
        except DocumentRefused as refused:
            say_problems(refused)
            sys.exit(1)
        except Refusal as refusal:
            details = ", ".join(f"{name}: {value}" for name, value in refusal.details.items())
            errors.print(
                f"refused: {refusal.code}" + (f" ({details})" if details else ""), style="red", markup=False
            )
            sys.exit(1)
        except ValidationError as wrong:
            for each in wrong.errors():
                place = ".".join(str(step) for step in each["loc"])
                errors.print(f"setting {place}: {each['msg']}", style="red", markup=False)
            sys.exit(2)

    return ended


def document_words() -> Callable[..., str]:
    """The sentences about documents."""
    return Catalogues((("documents", ROOT / "documents" / "translations"),)).translate


def say_problems(refused: DocumentRefused) -> None:
    """Every problem of a document with its place, a line each."""
    translate = document_words()
    for problem in refused.problems:
        sentence = translate(problem.key, "fr", **problem.values)
        errors.print(f"{problem.path or '.'}: {sentence}", style="red", markup=False)
