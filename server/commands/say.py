"""What every command shares: its settings, its database, its words, and how a refusal ends it."""

import gc
import os
import sys
from collections.abc import Callable
from datetime import datetime
from functools import cache, wraps
from pathlib import Path
from typing import Concatenate

from babel.numbers import format_decimal
from pydantic import ValidationError
from pydantic_core import ErrorDetails
from rich.console import Console

from server.clock import Clock
from server.documents.problems import DocumentRefused
from server.domain.instants import to_text
from server.domain.refusals import Refusal
from server.jobs import local_socket
from server.language import LANGUAGES, Catalogues
from server.settings import Settings
from server.store.journal.chain import Anchors
from server.store.operation.migrating import open_installed
from server.store.operation.private_files import use_key
from server.store.transactions.database import Database

ROOT = Path(__file__).parents[1]
console = Console(highlight=False, soft_wrap=True, emoji=False)
errors = Console(highlight=False, soft_wrap=True, emoji=False, stderr=True)


def say(line: str, *, style: str | None = None) -> None:
    """One line for people; square brackets are printed as they are."""
    console.print(line, style=style, markup=False)


def day_and_time(instant: datetime) -> str:
    """An instant to the second, UTC."""
    return to_text(instant)[:19]


def open_database(settings: Settings) -> Database:
    """The database of the settings, which must have been set up. Refusals: not_installed, database_busy."""
    database = open_installed(settings.database_address, Clock())
    use_key(database, settings)
    database.configurations.has_real_hours = settings.demo_hours == "real"
    return database


def write[**Given, Answer](
    work: Callable[Concatenate[Database, Given], Answer], *args: Given.args, **values: Given.kwargs
) -> Answer:
    """The answer of a write, done by the running server, or here when none runs: `local_socket.write`."""
    settings = Settings()
    return local_socket.write(settings.var, lambda: open_database(settings), work, *args, **values)


def anchors_of(settings: Settings) -> Anchors:
    """Where the anchors of this installation are."""
    return Anchors(settings.var / "anchors")


def ending_well(run: Callable[[], object]) -> Callable[[], None]:
    """Runs a command line: a refusal is one line and exit status 1, a wrong setting exit status 2."""

    @wraps(run)
    def ended() -> None:
        gc.freeze()  # what was imported stays: walking it again at the end took a third of a short command
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
                errors.print(_said_of_setting(each), style="red", markup=False)
            sys.exit(2)

    return ended


def sentence(key: str, /, **values: object) -> str:
    """A sentence of the commands in the language of the terminal; fractions as that language writes them."""
    spoken = language()
    texts = {
        name: format_decimal(value, locale=spoken) if isinstance(value, float) else value
        for name, value in values.items()
    }
    return _catalogues().translate(key, spoken, **texts)


@cache
def _catalogues() -> Catalogues:
    places = {"server": "", "journal": "web/pages/journal", "terminal": "commands"}
    return Catalogues(tuple((name, ROOT / place / "translations") for name, place in places.items()))


def _said_of_setting(wrong: ErrorDetails) -> str:
    """A setting's name and its error; in English where the catalogue has no sentence for it."""
    values = {name: str(value).replace(" or ", ", ") for name, value in wrong.get("ctx", {}).items()}
    key = f"terminal.setting.{wrong['type']}"
    why = sentence(key, **values)
    why = wrong["msg"] if why == key else why
    name = ".".join(str(step) for step in wrong["loc"])
    return (
        sentence("terminal.setting", name=name, why=why) if name else sentence("terminal.settings", why=why)
    )


def say_refusal(refusal: Refusal) -> None:
    """A refusal's code with its details, then its sentence."""
    details = ", ".join(f"{name}: {value}" for name, value in refusal.details.items())
    code = refusal.code + (f" ({details})" if details else "")
    errors.print(sentence("terminal.refused", code=code), style="red", markup=False)
    key = f"refusal.{refusal.code}"
    why = sentence(key, **refusal.details)
    if why != key:
        errors.print(why, markup=False)


def language() -> str:
    """The language of sentences on a terminal: PARVIS_LANGUAGE, else the machine's (LANG), else French."""
    try:
        chosen = Settings().language
    except ValidationError:
        chosen = os.environ.get("PARVIS_LANGUAGE", "")  # another setting is wrong, which is to be told
    setting = chosen or next(
        (os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), ""
    )
    code = setting[:2].lower()
    return code if code in LANGUAGES else LANGUAGES[0]


def document_words() -> Callable[..., str]:
    """The sentences about documents."""
    return Catalogues((("documents", ROOT / "documents" / "translations"),)).translate


def say_problems(refused: DocumentRefused) -> None:
    """Every problem of a document with its place, a line each."""
    translate = document_words()
    for problem in refused.problems:
        sentence = problem.sentence(translate, language())
        errors.print(f"{problem.path or '.'}: {sentence}", style="red", markup=False)
