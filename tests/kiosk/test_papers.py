"""Each whole paper, on 80 mm: its texts, their order, their size, and the room around them.

A line is « size weight text »; spaces and lines are dots of 1/8 mm.
"""

from typing import Any

import pytest

from hardware.document import PrintDocument, Qr, Text
from kiosk.papers import (
    WIDTH_58_MM_DOTS,
    WIDTH_80_MM_DOTS,
    SheetContent,
    SheetLanguage,
    TrialContent,
    lay_out_sheet,
    lay_out_trial,
)
from kiosk.ticket_layout import TicketContent, TicketLanguage, lay_out_ticket
from tests.kiosk.sentences import lines_of, translate

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
