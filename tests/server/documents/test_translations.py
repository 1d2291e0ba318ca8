"""Every problem has its sentence in each language, with the same placeholders."""

import ast
import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from server.documents.problems import CATALOGUE, SENTENCES, problem
from server.language import Catalogues

DOCUMENTS = Path(__file__).parents[3] / "server" / "documents"
SAYS_A_CODE = ("problem", "warning", "broken_rule")
KNOWN_APART = {"unknown_key_nearest"} | {sentence for _, sentence in SENTENCES.values()}


def catalogue(language: str, domain: str = "documents") -> dict[str, str]:
    path = DOCUMENTS / "translations" / language / "LC_MESSAGES" / f"{domain}.po"
    with path.open("rb") as file:
        return {str(each.id): str(each.string) for each in read_po(file, abort_invalid=True) if each.id}


def codes_in_the_code() -> set[str]:
    """The codes given to `problem`, `warning` and `broken_rule` anywhere in the package."""
    calls = (
        node
        for path in DOCUMENTS.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SAYS_A_CODE
    )
    constants = (argument for call in calls for argument in call.args if isinstance(argument, ast.Constant))
    return {constant.value for constant in constants if isinstance(constant.value, str)}


@pytest.mark.parametrize("language", ["fr", "en", "es"])
def test_every_problem_has_a_sentence_and_no_sentence_is_left_over(language):
    expected = {CATALOGUE + code for code in codes_in_the_code() | KNOWN_APART | {"invalid"}}
    sentences = catalogue(language)
    assert set(sentences) == expected
    assert all(sentences.values())


@pytest.mark.parametrize("language", ["en", "es"])
def test_placeholders_are_those_of_the_french_sentence(language):
    def placeholders(sentence: str) -> set[str]:
        return set(re.findall(r"{(\w+)}", sentence))

    french = catalogue("fr")
    for key, sentence in catalogue(language).items():
        assert placeholders(sentence) == placeholders(french[key]), key


def test_a_problem_calls_a_language_by_its_name():
    translate = Catalogues((("documents", DOCUMENTS / "translations"),)).translate
    missing = problem(("names", "en"), "missing_translation", language="en")
    assert missing.sentence(translate, "fr") == "La traduction en anglais manque."
    assert missing.sentence(translate, "en") == "The translation into English is missing."
