"""What the documents of `docs/` say, for tests that hold them to the code."""

import re
from functools import cache

from tests.harness.programs import PROJECT

DOCS = PROJECT / "docs"


@cache
def text_of(name: str) -> str:
    """A document's text by its path below `docs`, without `.md`."""
    return (DOCS / f"{name}.md").read_text(encoding="utf-8")


def blocks_of(name: str, language: str = "") -> list[str]:
    """The document's blocks of code in a language; "" is what one types or writes into a file."""
    found = re.findall(r"^```(\w*)\n(.*?)^```$", text_of(name), re.DOTALL | re.MULTILINE)
    return [text for named, text in found if named == language]


def rows_of(name: str) -> list[list[str]]:
    """Every row of the document's tables, cell by cell, heads left out."""
    lines = [line for line in text_of(name).splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    rules = {index for index, row in enumerate(cells) if all(re.fullmatch(r":?-+:?", cell) for cell in row)}
    return [row for index, row in enumerate(cells) if index not in rules and index + 1 not in rules]


def named_in(name: str) -> dict[str, list[str]]:
    """The rows of a document's tables whose first cell is one name in code, by that name."""
    found = {}
    for row in rows_of(name):
        if is_code := re.fullmatch(r"`([^`]+)`", row[0]):
            found[is_code[1]] = row
    return found


def words_of(name: str) -> str:
    """A document's text in small letters, its words separated by single spaces."""
    return " " + " ".join(re.findall(r"[a-z0-9_]+", text_of(name).lower().replace("-", " "))) + " "
