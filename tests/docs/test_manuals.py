"""Manuals say what the product does: the keys of the console, no names of settings, the same in English."""

import re
from collections.abc import Iterator, Mapping

import pytest

from server.documents.reading import json_schema
from server.domain.visits.gestures import usual_keys
from server.web.pages.help_documents import TRANSLATED, HelpLibrary
from tests.docs.documents import DOCS, text_of
from tests.harness.sources import assert_faultless

OF_THE_IT_SERVICE = {
    "service-informatique",
    "ouvrir-un-hall",
    "connexion",
    "https",
    "son",
    "ecrans",
    "apparence",
    "reseau-local",
}
"""Manuals of who installs and configures by documents: settings have their names there."""
OF_ROLES = sorted(
    file.relative_to(DOCS).with_suffix("").as_posix()
    for folder in ("manuels", "manuals")
    for file in (DOCS / folder).glob("*.md")
    if file.stem not in OF_THE_IT_SERVICE | {"administrator"}
)


def keys_in_text(name: str) -> set[str]:
    told = re.findall(r"\((?:touche )?([A-Z]|F\d+)\)|\btouche ([A-Z])\b", text_of(name))
    return {one or other for one, other in told}


def test_a_key_in_the_text_of_a_manual_is_one_of_the_console():
    known = set(usual_keys().values())
    assert_faultless(OF_ROLES, lambda name: keys_in_text(name) - known)


def properties(schema: object) -> Iterator[str]:
    """The names of fields in a JSON Schema, at every depth."""
    if isinstance(schema, Mapping):
        yield from schema.get("properties", {})
        for part in schema.values():
            yield from properties(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from properties(part)


FIELDS = {*properties(json_schema("hall")), *properties(json_schema("installation"))}


def settings_in(name: str) -> set[str]:
    text = text_of(name)
    # a code with a space is a command
    codes = {part for code in re.findall(r"`([^`\s]+)`", text) for part in code.split(".")}
    return codes & FIELDS | set(re.findall(r"PARVIS_\w*", text))


def test_a_manual_of_a_role_says_no_name_of_a_setting():
    assert_faultless(OF_ROLES, settings_in)


@pytest.mark.parametrize(("french", "english"), sorted(TRANSLATED.items()))
def test_an_english_manual_has_the_parts_of_the_french_one_and_is_one_page(french: str, english: str):
    documents = HelpLibrary(DOCS).documents()
    levels = [[each.level for each in documents[name].rendered.headings] for name in (french, english)]
    assert levels[0] == levels[1]
    assert len(text_of(english).split()) < 800


def test_every_english_manual_is_one_of_those_translated():
    files = (DOCS / "manuals").glob("*.md")
    assert {f"manuals/{file.stem}" for file in files} == set(TRANSLATED.values())
