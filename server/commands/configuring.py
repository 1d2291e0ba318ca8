"""`parvis import-configuration` and `export-configuration`: documents in and out, with what changes."""

import json
from pathlib import Path
from typing import Annotated

import typer

from server.commands.say import console, document_words, language, open_database, say, sentence
from server.domain.refusals import Refusal
from server.jobs import writers
from server.jobs.local_socket import write
from server.settings import Settings
from server.store.configuration.configurations import HALL, INSTALLATION
from server.store.configuration.documents import newest

SIGNS = {"added": "+", "removed": "-", "changed": "~", "moved": "↕"}
LONGEST_VALUE = 70


def import_configuration(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="JSON document of a hall or the installation.")
    ],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check and show what would change; publish nothing.")
    ] = False,
) -> None:
    """Publish a configuration document.

    Every problem is printed with its place, and nothing is published then.
    """
    settings = Settings()
    try:
        content = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refusal("not_utf8", file=str(file)) from error
    published = write(
        settings.var,
        lambda: open_database(settings),
        writers.import_document,
        content=content,
        dry_run=dry_run,
    )
    _tell(published)


def _tell(published: writers.ImportedDocument) -> None:
    for path, kind, before, after in published["changes"]:
        change = " → ".join(_short(value) for value in (before, after) if value is not None)
        say(f"{SIGNS[kind]} {path}: {change}")
    translate = document_words()
    for path, key, values in published["warnings"]:
        say(f"! {path or '.'}: {translate(key, language(), **values)}", style="yellow")
    key = "command.document.published" if published["is_published"] else "command.document.would"
    described = {"scope": published["scope"], "revision": published["revision"]}
    say(sentence(key, count=len(published["changes"]), **described))


def _short(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 1] + "…"


def export_configuration(
    hall: Annotated[
        str | None, typer.Option(help="Slug of a hall; the installation's document by default.")
    ] = None,
) -> None:
    """Print the published document, ready to be changed and imported."""
    database = open_database(Settings())
    try:
        with database.read() as rows:
            if hall is None:
                found = newest(rows, INSTALLATION, INSTALLATION)
            else:
                found = newest(rows, HALL, database.hall_id(hall))
    finally:
        database.close()
    if found is None:
        raise Refusal("not_configured", hall=hall or INSTALLATION)
    console.out(found.content, end="", highlight=False)
