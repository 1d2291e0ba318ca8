"""Numbers and days inside sentences, as each language writes them."""

from datetime import date

import pytest

from server.language import day_text
from tests.harness.sentences import TRANSLATE

translate = TRANSLATE


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("fr", "Par le ticket : 8 réponses pour 37 visites depuis l’ouverture (21,6 %)."),
        ("en", "By ticket: 8 answers for 37 visits since it opened (21.6%)."),
        ("es", "Por el ticket: 8 respuestas para 37 visitas desde la apertura (21,6 %)."),
    ],
)
def test_a_number_with_decimals_in_a_sentence_is_written_as_its_language_does(language: str, sentence: str):
    said = translate("surveys.returned", language, answers=8, visits=37, percent=21.6)
    assert said.replace("\u00a0", " ") == sentence


@pytest.mark.parametrize(
    ("language", "text"),
    [("fr", "7 décembre 2026"), ("en", "7 December 2026"), ("es", "7 de diciembre de 2026")],
)
def test_a_day_has_its_month_in_letters(language: str, text: str):
    assert day_text(date(2026, 12, 7), language) == text
