"""What every command shares: its settings, its database, its words, and how a refusal ends it."""

import os
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from rich.console import Console

from server.clock import Clock
from server.documents.problems import DocumentRefused
from server.domain.instants import micros_to_text
from server.domain.refusals import Refusal
from server.language import LANGUAGES, Catalogues
from server.settings import Settings
from server.store.anchors import Anchors
from server.store.database import Database
from server.store.installed import open_installed

ROOT = Path(__file__).parents[1]
console = Console(highlight=False, soft_wrap=True)
errors = Console(highlight=False, soft_wrap=True, stderr=True)


def say(line: str, *, style: str | None = None) -> None:
    """One line for people; square brackets are printed as they are."""
    console.print(line, style=style, markup=False)


def day_and_time(micros: int) -> str:
    """An instant kept in a row, to the second, UTC."""
    return (micros_to_text(micros) or "")[:19]


def opened(settings: Settings) -> Database:
    """The database of the settings, which must have been set up. Refusals: not_installed, database_busy."""
    database = open_installed(settings.database_address, Clock())
    database.configurations.has_real_hours = settings.demo_hours == "real"
    return database


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
            say_refusal(refusal)
            sys.exit(1)
        except ValidationError as wrong:
            for each in wrong.errors():
                place = ".".join(str(step) for step in each["loc"])
                errors.print(f"setting {place}: {each['msg']}", style="red", markup=False)
            sys.exit(2)

    return ended


def say_refusal(refusal: Refusal) -> None:
    """A refusal's code with its details, then its sentence."""
    details = ", ".join(f"{name}: {value}" for name, value in refusal.details.items())
    errors.print(f"refused: {refusal.code}" + (f" ({details})" if details else ""), style="red", markup=False)
    key = f"refusal.{refusal.code}"
    sentence = Catalogues((("server", ROOT / "translations"),)).translate(key, language())
    if sentence != key:
        errors.print(sentence, markup=False)


def language() -> str:
    """The language of sentences on a terminal: that of the environment (LANG), French where it tells none."""
    asked = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    wanted = asked[:2].lower()
    return wanted if wanted in LANGUAGES else LANGUAGES[0]


def document_words() -> Callable[..., str]:
    """The sentences about documents."""
    return Catalogues((("documents", ROOT / "documents" / "translations"),)).translate


def say_problems(refused: DocumentRefused) -> None:
    """Every problem of a document with its place, a line each."""
    translate = document_words()
    for problem in refused.problems:
        sentence = translate(problem.key, language(), **problem.values)
        errors.print(f"{problem.path or '.'}: {sentence}", style="red", markup=False)
