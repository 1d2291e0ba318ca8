"""Each whole paper, on 80 mm: its texts, their order, their size, and the room around them.

A line is « size weight text »; spaces and lines are dots of 1/8 mm.
"""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.document import Element, PrintDocument, Qr, Text
from kiosk.papers import (
    ACTED_ON_DOTS,
    BOLD,
    PLAIN,
    WIDTH_58_MM_DOTS,
    WIDTH_80_MM_DOTS,
    SheetContent,
    SheetLanguage,
    TrialContent,
    lay_out_sheet,
    lay_out_trial,
)
from kiosk.ticket_layout import TicketContent, TicketLanguage, lay_out_ticket
from tests.kiosk.samples import lines_of, translate

FRENCH_TICKET = TicketLanguage("fr", "Titres", "mardi 24 novembre 2026", "10:42", booked_hour="10:30")
NUMBER = ["space 6", "line 3", "space 14", "185 700 fit A042", "space 10"]
SERVICE = ["36 700 Titres", "26 450 mardi 24 novembre 2026, 10:42", "space 6"]
FOLLOW = ["line 2", "space 2", "code 7 https://a.fr/t/1", "  34 700 paper.watch", "  34 700 ticket.follow"]
RULES = ["line 2", "space 6", "34 700 paper.away", "space 2"]
HEAD = ["28 450 Préfecture", "30 700 Laon"]
FRENCH = SheetLanguage("fr", "Naturalisation", "Sur le site de la préfecture.", ("Passeport",))
SPANISH = SheetLanguage("es", "Naturalización", "En el sitio web.", ("Pasaporte",))


def key_of(key: str, language: str, **values: object) -> str:
    return " ".join([key.removeprefix("kiosk."), *map(str, values.values())])


def ticket(**changes: Any) -> list[str]:
    usual: dict[str, Any] = {"number": "A042", "people_ahead": 7, "wait_min": (25, 45), "short_code": "K7PM"}
    content = TicketContent("Préfecture", "Laon", **usual | {"follow_url": "https://a.fr/t/1"} | changes)
    return lines_of(lay_out_ticket(content, (FRENCH_TICKET,), translate=key_of))


def test_a_usual_ticket():
    assert ticket() == [
        *HEAD,
        *NUMBER,
        *SERVICE,
        *("34 700 ticket.ahead 7", "34 700 paper.wait wait.minutes 25 45", "space 6"),
        *FOLLOW,
        "space 4",
        *RULES,
        "34 700 paper.priority",
    ]


def test_a_ticket_with_everything():
    marked = {"logo": "x", "is_reprint": True, "is_demonstration": True}
    assert ticket(**marked, arrival="late", late_min=75, follow_address="a.fr/suivi") == [
        *("44 700 inverse PAPER.DUPLICATE", "space 8", "26 450 paper.demonstration", "space 2"),
        *("picture 76", *(f"  {line}" for line in HEAD)),
        *NUMBER,
        *SERVICE,
        *("34 700 arrival.late 10:30 duration.hours_minutes 1 15", "space 4"),
        *("34 700 ticket.ahead 7", "34 700 paper.wait wait.minutes 25 45", "space 6"),
        *FOLLOW,
        *("32 700 paper.typed K7PM a.fr/suivi", "space 6"),
        *RULES,
        "34 700 paper.priority",
    ]


def test_a_ticket_with_a_call_after_closing_and_no_page_for_phones():
    assert ticket(is_after_closing=True, follow_url=None) == [
        *HEAD,
        *NUMBER,
        *SERVICE,
        *("34 700 ticket.ahead 7", "space 8", "34 700 ticket.after_closing", "space 10"),
        *("line 2", "space 6", "34 700 paper.watch", "space 6"),
        *RULES,
        "34 700 paper.priority",
    ]


def test_a_ticket_without_a_wait():
    assert ticket(wait_min=None, people_ahead=0, is_priority=True) == [
        *HEAD,
        *NUMBER,
        *SERVICE,
        *("34 700 ticket.ahead_none", "space 6"),
        *FOLLOW,
        "space 4",
        *RULES,
        "34 700 paper.priority_declared",
    ]


@pytest.mark.parametrize("late_min", [59, 60, 61])
def test_minutes_late_and_hours_late_have_different_words(late_min):
    words = {59: "duration.minutes 59", 60: "duration.hours 1", 61: "duration.hours_minutes 1 01"}
    assert f"34 700 arrival.late 10:30 {words[late_min]}" in ticket(arrival="late", late_min=late_min)


@pytest.mark.parametrize(
    ("wait_min", "words"),
    [((35, 55), "minutes 35 55"), ((40, 60), "mixed duration.minutes 40 duration.hours 1")],
)
def test_a_wait_of_an_hour_is_announced_in_hours(wait_min, words):
    assert f"34 700 paper.wait wait.{words}" in ticket(wait_min=wait_min)


def test_a_ticket_with_nobody_ahead_and_no_wait_is_printed():
    assert "34 700 paper.wait wait.under duration.minutes 5" in ticket(people_ahead=0, wait_min=(0, 5))


def test_the_one_paper_of_a_family_names_all_numbers_and_whom_a_phone_follows():
    assert ticket(numbers=("A042", "A043", "A1000")) == [
        *HEAD,
        *(
            "space 6",
            "line 3",
            "space 14",
            "34 700 together.numbers",
            "100 700 A042  A043  A1000",
            "space 10",
        ),
        *SERVICE,
        *("34 700 ticket.ahead 7", "34 700 paper.wait wait.minutes 25 45", "space 6"),
        *("line 2", "space 2", "code 7 https://a.fr/t/1", "  34 700 together.watch"),
        *("  34 700 together.follow A042", "space 4"),
        *RULES,
        "34 700 paper.priority",
    ]


def test_a_ticket_needs_a_number_and_no_negative_count_ahead():
    for wrong in ({"number": " "}, {"people_ahead": -1}):
        with pytest.raises(ValueError, match=r"a ticket has a number|is negative"):
            ticket(**wrong)


def test_the_sheet_of_an_appointment():
    content = SheetContent("Préfecture", "Laon", "https://rdv.example.fr/laon/")
    french = SheetLanguage("fr", "Naturalisation", "En ligne.", ("Passeport",))
    document = lay_out_sheet(content, (french,), translate=translate)
    assert document.width_dots == WIDTH_80_MM_DOTS == 576
    assert lines_of(document) == [
        *("30 450 center Préfecture", "34 700 center Laon"),
        *("space 10", "line 3", "space 14", "46 700 center Comment prendre rendez-vous", "space 10"),
        *("40 700 center Naturalisation", "space 12", "line 2", "space 10", "34 700 En ligne."),
        *("space 10", "code 6 https://rdv.example.fr/laon/"),
        *("  26 700 À scanner avec un téléphone, ou à taper\u00a0:", "space 6"),
        "34 600 center rdv.example.fr/laon",
        *("space 10", "line 2", "space 10", "34 700 À apporter au rendez-vous", "28 700 – Passeport"),
    ]


def test_the_sheet_of_a_trial():
    content = TrialContent("Préfecture", "Laon", "Borne 1", "24 novembre 2026, 10:42", is_demonstration=True)
    document = lay_out_trial(content, translate=translate, width_dots=WIDTH_58_MM_DOTS)
    assert document.width_dots == WIDTH_58_MM_DOTS == 384
    *lines, letters, space, last = lines_of(document)
    assert lines == [
        *("26 600 center démonstration, sans valeur", "space 4"),
        *("30 450 center Préfecture", "34 700 center Laon"),
        *("space 10", "line 3", "space 14", "46 700 center Essai d’impression", "space 6"),
        *("34 700 center Borne 1", "26 450 center 24 novembre 2026, 10:42", "space 12", "line 2", "space 10"),
    ]
    assert letters.startswith("34 700 Si ces lignes sont nettes")
    assert (space, last) == ("space 8", "26 700 Ce papier n’est pas un ticket.")


def test_an_ordinary_paper_does_not_mention_a_demonstration():
    trial = lay_out_trial(TrialContent("Préfecture", "Laon", "Borne 1", "10:42"), translate=translate)
    sheet = lay_out_sheet(SheetContent("a", "b"), (SheetLanguage("fr", "Titres"),), translate=translate)
    assert lines_of(trial)[0] == "30 450 center Préfecture"
    assert lines_of(sheet)[0] == "30 450 center a"


@pytest.mark.parametrize("language", ["es", "pt"])
def test_only_french_is_bold(language):
    other = TicketLanguage(language, "Residencia", "24/11/2026", "10:42")
    content = TicketContent("Préfecture", "Laon", "A042", 7, None, "K7PM")
    lines = lines_of(lay_out_ticket(content, (FRENCH_TICKET, other), translate=key_of))
    assert [line for line in lines if line.startswith("36")] == ["36 700 Titres", "36 450 Residencia"]


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


# --- the texts of a ticket, their languages and sizes -----------------------------------------


IN_FRENCH = TicketLanguage("fr", "Titres de séjour", "mardi 24 novembre 2026", "10:42")
IN_ARABIC = TicketLanguage("ar", "تصاريح الإقامة", "24/11/2026", "10:42", direction="rtl")


def marked(key: str, language: str, **values: object) -> str:
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


def laid_out(*others: TicketLanguage, width_dots: int = 576, **changes) -> PrintDocument:
    return lay_out_ticket(content(**changes), (IN_FRENCH, *others), translate=marked, width_dots=width_dots)


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
    assert [text.text for text in texts(laid_out()) if text.fit] == ["A042"]


def test_every_sentence_is_in_french_and_below_in_the_chosen_language():
    lines = words_of(laid_out(IN_ARABIC))
    for key in ("ticket.ahead 7", "ticket.follow", "paper.away", "paper.priority"):
        assert lines.index(f"ar:{key}") == lines.index(f"fr:{key}") + 1
    assert lines.index(IN_ARABIC.service) == lines.index(IN_FRENCH.service) + 1


def test_arabic_is_written_from_the_right():
    directions = {
        text.language: text.direction for text in texts(laid_out(IN_ARABIC)) if text.language != "und"
    }
    assert directions == {"fr": "ltr", "ar": "rtl"}


def test_the_wait_is_a_range_or_is_left_out():
    assert "fr:paper.wait fr:wait.minutes 25 45" in words_of(laid_out())
    assert "ar:paper.wait ar:wait.minutes 25 45" in words_of(laid_out(IN_ARABIC))
    assert not [line for line in words_of(laid_out(wait_min=None)) if "wait" in line]
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
    printed = lay_out_ticket(content(wait_min=wait_min), (IN_FRENCH,), translate=translate, width_dots=576)
    assert f"Attente : {words}" in [line.replace("\u00a0", " ") for line in words_of(printed)]


def test_a_ticket_with_nobody_ahead_says_so():
    assert "fr:ticket.ahead_none" in words_of(laid_out(people_ahead=0))


def test_the_code_is_printed_with_the_address_that_accepts_it_or_not_at_all():
    plain = laid_out(follow_url=None)
    assert not of_kind(plain, Qr)
    assert "K7PM-3XQA" not in " ".join(words_of(plain)), "it could be typed nowhere"
    followed = laid_out(follow_address="accueil.example.fr/suivi")
    assert "fr:paper.typed K7PM-3XQA accueil.example.fr/suivi" in words_of(followed)
    assert [element.content for element in followed.elements if isinstance(element, Qr)] == [
        "https://accueil.example.fr/t/3f9QmZ7cT1"
    ]


def test_a_ticket_begins_at_the_left_in_two_weights_and_sends_people_to_the_screens():
    shown = texts(laid_out(IN_ARABIC, is_reprint=True, is_demonstration=True))
    assert {text.align for text in shown} == {"start"}
    assert {text.weight for text in shown} == {PLAIN, BOLD}
    assert "fr:paper.watch" in words_of(laid_out(follow_url=None))
    assert "fr:paper.watch" in words_of(laid_out())


def test_modules_of_the_code_are_at_least_seven_dots():
    for width in (576, 384):
        codes = [element for element in laid_out(width_dots=width).elements if isinstance(element, Qr)]
        assert all(code.module_dots >= 7 for code in codes)


def test_a_reprint_says_so_before_anything_else():
    assert words_of(laid_out(is_reprint=True))[0] == "FR:PAPER.DUPLICATE"
    assert "FR:PAPER.DUPLICATE" not in words_of(laid_out())


def test_a_demonstration_says_so():
    assert "fr:paper.demonstration" in words_of(laid_out(is_demonstration=True))


def test_a_declared_priority_asks_for_the_card_and_others_learn_how_to_say_it():
    assert "fr:paper.priority_declared" in words_of(laid_out(is_priority=True))
    assert "fr:paper.priority" in words_of(laid_out())


def test_french_is_always_first():
    for languages in ((IN_ARABIC,), (), (IN_FRENCH, IN_ARABIC, IN_ARABIC)):
        with pytest.raises(ValueError, match="French first"):
            lay_out_ticket(content(), languages, translate=marked)


def test_a_site_with_the_halls_name_is_named_once():
    assert words_of(laid_out(site="Laon", hall="Laon")).count("Laon") == 1


def test_a_service_with_one_name_in_both_languages_is_spoken_once():
    english = TicketLanguage("en", IN_FRENCH.service, "24 November 2026", "10:42")
    assert words_of(laid_out(english)).count(IN_FRENCH.service) == 1


@given(
    st.sampled_from([576, WIDTH_58_MM_DOTS]),
    st.booleans(),
    st.booleans(),
    st.sampled_from([None, "https://a.example/t/x"]),
)
def test_instructions_have_twelve_points_and_the_rest_nine(width, is_priority, is_reprint, url):
    document = laid_out(
        IN_ARABIC, width_dots=width, is_priority=is_priority, is_reprint=is_reprint, follow_url=url
    )
    assert document.width_dots == width
    for text in texts(document):
        assert text.size_dots >= 25
        if any(word in text.text for word in ("ahead", "wait", "away", "priority", "ticket.follow")):
            assert text.size_dots >= ACTED_ON_DOTS
