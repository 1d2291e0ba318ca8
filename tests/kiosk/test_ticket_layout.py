"""The texts of a ticket, their languages and sizes."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.document import Element, PrintDocument, Qr, Text
from kiosk.papers import ACTED_ON_DOTS, BOLD, PLAIN, WIDTH_58_MM_DOTS
from kiosk.ticket_layout import TicketContent, TicketLanguage, lay_out_ticket
from tests.kiosk.sentences import translate as in_french

FRENCH = TicketLanguage("fr", "Titres de séjour", "mardi 24 novembre 2026", "10:42")
ARABIC = TicketLanguage("ar", "تصاريح الإقامة", "24/11/2026", "10:42", direction="rtl")


def translate(key: str, language: str, **values: object) -> str:
    shown = " ".join(str(value) for value in values.values())
    return f"{language}:{key.removeprefix('kiosk.')} {shown}".strip()


def content(**changes) -> TicketContent:
    values: dict[str, Any] = {
        "site": "Préfecture",
        "hall": "Laon",
        "number": "A042",
        "people_ahead": 7,
        "wait_min": (25, 45),
        "short_code": "K7PM-3XQA",
        "follow_url": "https://accueil.example.fr/t/3f9QmZ7cT1",
    }
    return TicketContent(**(values | changes))


def ticket(*others: TicketLanguage, width_dots: int = 576, **changes) -> PrintDocument:
    return lay_out_ticket(content(**changes), (FRENCH, *others), translate=translate, width_dots=width_dots)


def texts(document: PrintDocument) -> list[Text]:
    found: list[Text] = []
    for element in document.elements:
        if isinstance(element, Text):
            found.append(element)
        elif isinstance(element, Qr):
            found += element.beside
    return found


def words_of(document: PrintDocument) -> list[str]:
    return [text.text for text in texts(document)]


def of_kind(document: PrintDocument, kind: type[Element]) -> list[Element]:
    return [element for element in document.elements if isinstance(element, kind)]


def test_the_number_is_the_only_text_that_fills_the_paper():
    assert [text.text for text in texts(ticket()) if text.fit] == ["A042"]


def test_every_sentence_is_in_french_and_below_in_the_chosen_language():
    lines = words_of(ticket(ARABIC))
    for key in ("ticket.ahead 7", "ticket.follow", "paper.away", "paper.priority"):
        assert lines.index(f"ar:{key}") == lines.index(f"fr:{key}") + 1
    assert lines.index(ARABIC.service) == lines.index(FRENCH.service) + 1


def test_arabic_is_written_from_the_right():
    directions = {text.language: text.direction for text in texts(ticket(ARABIC)) if text.language != "und"}
    assert directions == {"fr": "ltr", "ar": "rtl"}


def test_the_wait_is_a_range_or_is_left_out():
    assert "fr:paper.wait fr:wait.minutes 25 45" in words_of(ticket())
    assert "ar:paper.wait ar:wait.minutes 25 45" in words_of(ticket(ARABIC))
    assert not [line for line in words_of(ticket(wait_min=None)) if "wait" in line]
    for single in ((45, 25), (-5, 5)):
        with pytest.raises(ValueError, match="not a range"):
            content(wait_min=single)


@pytest.mark.parametrize(
    ("wait_min", "words"),
    [
        ((0, 15), "moins de 15 min"),
        ((10, 35), "moins de 35 min"),
        ((30, 90), "plus de 30 min"),
        ((25, 25), "environ 25 min"),
        ((50, 75), "50 min à 1 h 15"),
        ((70, 120), "1 h 10 à 2 h"),
        ((0, 65), "moins de 1 h 05"),
    ],
)
def test_the_paper_says_the_wait_as_the_kiosk_does(wait_min: tuple[int, int], words: str):
    printed = lay_out_ticket(content(wait_min=wait_min), (FRENCH,), translate=in_french, width_dots=576)
    assert f"Attente : {words}" in [line.replace("\u00a0", " ") for line in words_of(printed)]


def test_a_ticket_with_nobody_ahead_says_so():
    assert "fr:ticket.ahead_none" in words_of(ticket(people_ahead=0))


def test_the_code_is_printed_with_the_address_that_accepts_it_or_not_at_all():
    plain = ticket(follow_url=None)
    assert not of_kind(plain, Qr)
    assert "K7PM-3XQA" not in " ".join(words_of(plain)), "it could be typed nowhere"
    followed = ticket(follow_address="accueil.example.fr/suivi")
    assert "fr:paper.typed K7PM-3XQA accueil.example.fr/suivi" in words_of(followed)
    assert [element.content for element in followed.elements if isinstance(element, Qr)] == [
        "https://accueil.example.fr/t/3f9QmZ7cT1"
    ]


def test_a_ticket_begins_at_the_left_in_two_weights_and_sends_people_to_the_screens():
    shown = texts(ticket(ARABIC, is_reprint=True, is_demonstration=True))
    assert {text.align for text in shown} == {"start"}
    assert {text.weight for text in shown} == {PLAIN, BOLD}
    assert "fr:paper.watch" in words_of(ticket(follow_url=None))
    assert "fr:paper.watch" in words_of(ticket())


def test_modules_of_the_code_are_at_least_seven_dots():
    for width in (576, 384):
        codes = [element for element in ticket(width_dots=width).elements if isinstance(element, Qr)]
        assert all(code.module_dots >= 7 for code in codes)


def test_a_reprint_says_so_before_anything_else():
    assert words_of(ticket(is_reprint=True))[0] == "FR:PAPER.DUPLICATE"
    assert "FR:PAPER.DUPLICATE" not in words_of(ticket())


def test_a_demonstration_says_so():
    assert "fr:paper.demonstration" in words_of(ticket(is_demonstration=True))


def test_a_declared_priority_asks_for_the_card_and_others_learn_how_to_say_it():
    assert "fr:paper.priority_declared" in words_of(ticket(is_priority=True))
    assert "fr:paper.priority" in words_of(ticket())


def test_french_is_always_first():
    for languages in ((ARABIC,), (), (FRENCH, ARABIC, ARABIC)):
        with pytest.raises(ValueError, match="French first"):
            lay_out_ticket(content(), languages, translate=translate)


def test_a_site_with_the_halls_name_is_named_once():
    assert words_of(ticket(site="Laon", hall="Laon")).count("Laon") == 1


def test_a_service_with_one_name_in_both_languages_is_spoken_once():
    english = TicketLanguage("en", FRENCH.service, "24 November 2026", "10:42")
    assert words_of(ticket(english)).count(FRENCH.service) == 1


@given(
    st.sampled_from([576, WIDTH_58_MM_DOTS]),
    st.booleans(),
    st.booleans(),
    st.sampled_from([None, "https://a.example/t/x"]),
)
def test_instructions_have_twelve_points_and_the_rest_nine(width, is_priority, is_reprint, url):
    laid_out = ticket(
        ARABIC, width_dots=width, is_priority=is_priority, is_reprint=is_reprint, follow_url=url
    )
    assert laid_out.width_dots == width
    for text in texts(laid_out):
        assert text.size_dots >= 25
        if any(word in text.text for word in ("ahead", "wait", "away", "priority", "ticket.follow")):
            assert text.size_dots >= ACTED_ON_DOTS
