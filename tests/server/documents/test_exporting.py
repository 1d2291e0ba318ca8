"""Any exported document is read again unchanged; a value that is no document is refused."""

import ast
import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st

from server.documents.problems import CATALOGUE, SENTENCES, DocumentRefused, problem
from server.documents.reading import export_text, parse_hall, parse_installation
from server.language import Catalogues
from tests.server.documents.contents import (
    SITES,
    changed,
    demonstration,
    hall_contents,
    small_hall,
)


@pytest.mark.parametrize("slug", SITES)
def test_exporting_and_importing_a_demonstration_hall_gives_the_same_bytes(slug):
    assert export_text(parse_hall(demonstration(slug))) == demonstration(slug)


def test_exporting_and_importing_the_demonstration_installation_gives_the_same_bytes():
    assert export_text(parse_installation(demonstration("installation"))) == demonstration("installation")


@given(hall_contents())
def test_exporting_and_importing_gives_the_same_bytes(content):
    text = export_text(parse_hall(content))
    again = parse_hall(text)
    assert again == parse_hall(content)
    assert export_text(again) == text


def test_a_kiosk_that_offers_everything_is_exported_without_a_list():
    kiosk = {"id": "guise-b", "label": "Borne"}
    absent = parse_hall(small_hall(kiosks=[kiosk]))
    empty = parse_hall(small_hall(kiosks=[kiosk | {"services": []}]))
    assert export_text(absent) == export_text(empty)
    assert "services" not in absent.model_dump(mode="json")["kiosks"][0]


@given(hall_contents(), st.randoms(use_true_random=False))
def test_the_order_of_keys_does_not_change_the_export(content, order):
    assert export_text(parse_hall(_keys_shuffled(content, order))) == export_text(parse_hall(content))


def _keys_shuffled(content, order):
    if isinstance(content, dict):
        pairs = [(key, _keys_shuffled(value, order)) for key, value in content.items()]
        order.shuffle(pairs)
        return dict(pairs)
    return [_keys_shuffled(value, order) for value in content] if isinstance(content, list) else content


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@given(st.data())
def test_any_value_anywhere_is_read_or_refused_with_problems(data):
    content = small_hall(
        kiosks=[{"id": "guise-b", "label": "B", "printer": {"host": None}}],
    )
    path = data.draw(st.sampled_from(sorted(_paths(content))))
    problems = _problems_or_none(changed(content, path, data.draw(json_values)))
    assert problems is None or (
        problems and all(each.key.startswith("documents.problem.") for each in problems)
    )


def _problems_or_none(content):
    try:
        parse_hall(content)
    except DocumentRefused as refused:
        return refused.problems
    return None


def _paths(content, start=""):
    items = content.items() if isinstance(content, dict) else enumerate(content)
    for key, value in items:
        yield f"{start}{key}"
        if isinstance(value, dict | list):
            yield from _paths(value, f"{start}{key}.")


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
