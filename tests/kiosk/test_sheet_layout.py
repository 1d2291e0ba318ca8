"""The texts of the sheet that says how to book, and their languages; never a number."""

from typing import Any

import pytest

from hardware.document import PrintDocument, Qr, Text
from kiosk.papers import WIDTH_58_MM_DOTS, SheetContent, SheetLanguage, lay_out_sheet
from tests.kiosk.sentences import translate

FRENCH = SheetLanguage("fr", "Naturalisation", "Sur le site de la préfecture.", ("Passeport",))
SPANISH = SheetLanguage("es", "Naturalización", "En el sitio web.", ("Pasaporte",))


def sheet(*others: SheetLanguage, first: SheetLanguage = FRENCH, **changes: Any) -> PrintDocument:
    content = SheetContent(**{"site": "Préfecture", "hall": "Laon"} | changes)
    return lay_out_sheet(content, (first, *others), translate=translate, width_dots=WIDTH_58_MM_DOTS)


def texts_of(document: PrintDocument) -> list[str]:
    return [each.text for each in document.elements if isinstance(each, Text)]


def test_a_sheet_says_the_service_how_to_book_and_what_to_bring():
    assert texts_of(sheet()) == [
        "Préfecture", "Laon", "Comment prendre rendez-vous", "Naturalisation",
        "Sur le site de la préfecture.", "À apporter au rendez-vous", "– Passeport",
    ]  # fmt: skip


def test_the_chosen_language_is_under_each_french_text():
    words = texts_of(sheet(SPANISH))
    for french, spanish in (
        ("Comment prendre rendez-vous", "Cómo pedir cita"),
        ("Naturalisation", "Naturalización"),
        ("Sur le site de la préfecture.", "En el sitio web."),
    ):
        assert words[words.index(french) + 1] == spanish
    assert "– Pasaporte" in words


def test_an_address_is_a_code_to_scan_and_a_text_to_type():
    document = sheet(address="https://rendez-vous.example.fr/laon")
    codes = [each for each in document.elements if isinstance(each, Qr)]
    assert [code.content for code in codes] == ["https://rendez-vous.example.fr/laon"]
    assert "rendez-vous.example.fr/laon" in texts_of(document)
    assert not [each for each in sheet().elements if isinstance(each, Qr)]


def test_a_hall_without_its_own_words_has_the_usual_ones_and_a_demonstration_says_so():
    bare = sheet(first=SheetLanguage("fr", "Naturalisation"), is_demonstration=True)
    assert any(text.startswith("Prenez rendez-vous sur le site internet") for text in texts_of(bare))
    assert texts_of(bare)[0] == "démonstration, sans valeur"


@pytest.mark.parametrize("languages", [(SPANISH,), (FRENCH, SPANISH, SPANISH)])
def test_a_sheet_is_french_first_and_in_two_languages_at_most(languages):
    with pytest.raises(ValueError, match="French first"):
        lay_out_sheet(SheetContent("a", "b"), languages, translate=translate)
