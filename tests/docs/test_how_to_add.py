"""« How to add » in `docs/CONTRIBUTING.md` is true: each example is in every file of its list."""

import re

import pytest

from server.language import LANGUAGES
from tests.docs.documents import text_of
from tests.harness.programs import PROJECT

RECIPES = dict(
    re.findall(
        r"^### ([^\n]+)\n(.*?)(?=^### |\Z)",
        text_of("CONTRIBUTING").partition("## How to add")[2],
        re.MULTILINE | re.DOTALL,
    )
)
KINDS = {
    *("A verb", "An indicator", "A kind of notice", "A language", "A setting", "A migration", "A statement"),
    "A use case",
    *("A page", "A printer transport", "A protocol of printers that fetch their jobs", "An alarm"),
    *("A field of a device’s report", "A field of an entry of the register", "What asks for attention"),
}


def examples_in(recipe: str) -> list[str]:
    """The names of a recipe's example: the code of its line « Example: … »."""
    [line] = re.findall(r"Example: ((?:`[^`]+`(?:, )?)+)", recipe)
    return re.findall(r"`([^`]+)`", line)


def paths_in(recipe: str) -> list[str]:
    """The files of a recipe's list; a French catalogue represents those of every language."""
    paths = re.findall(r"^- `([^`]+)`:", recipe, re.MULTILINE)
    return [
        path.replace("/fr/LC_MESSAGES/", f"/{language}/LC_MESSAGES/")
        for path in paths
        for language in (LANGUAGES if "/fr/LC_MESSAGES/" in path else ("",))
    ]


def test_every_kind_of_change_has_a_recipe():
    assert set(RECIPES) == KINDS
    assert all(len(paths_in(recipe)) >= 3 for recipe in RECIPES.values())


@pytest.mark.parametrize("kind", sorted(RECIPES))
def test_every_file_of_a_recipe_contains_its_example(kind: str):
    examples = "|".join(map(re.escape, examples_in(RECIPES[kind])))
    names = re.compile(rf"(?<![a-z])(?:{examples})(?![a-z])", re.IGNORECASE)
    texts = {path: (PROJECT / path).read_text(encoding="utf-8") for path in paths_in(RECIPES[kind])}
    assert [path for path, text in texts.items() if not names.search(text)] == []


def test_every_file_a_recipe_names_exists():
    named = re.findall(r"`((?:server|kiosk|signage|hardware|tests|docs)/[^`\s]+)`", text_of("CONTRIBUTING"))
    assert [path for path in named if not (PROJECT / path).exists()] == []
