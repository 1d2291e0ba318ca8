"""The words of a bulletin, cut for a screen."""

import re
from html import unescape
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.bulletins.messages import BulletinText, alert_text_of, notice_body_of, shorten, title_of

SOURCE = "Préfecture · 24/11"
TEXTS = st.text(alphabet="ab ,.;:", max_size=80)


def bulletin(**words: Any) -> BulletinText:
    return BulletinText("fr-FR", "Orage", "Immediate", "Severe", "Likely", **words)


@given(TEXTS, st.integers(1, 60))
def test_a_text_is_never_longer_than_its_room_and_whole_where_it_fits(text: str, longest: int):
    found = shorten(text, longest)
    assert len(found) <= longest
    assert found == text if len(text) <= longest else found.endswith("…")


@pytest.mark.parametrize(
    ("text", "longest", "cut"),
    [
        ("un deux trois quatre", 20, "un deux trois quatre"),
        ("un deux trois quatre", 19, "un deux trois…"),
        ("un deux, trois", 10, "un deux…"),
        ("Anticonstitutionnellement", 10, "Anticonst…"),
        ("un deux trois quatre", 6, "un…"),
    ],
)
def test_a_longer_text_ends_after_a_word_without_its_mark(text: str, longest: int, cut: str):
    assert shorten(text, longest) == cut


def test_a_title_is_the_headline_else_what_happens():
    assert title_of(bulletin(headline="Orages violents"), 60) == "Orages violents"
    assert title_of(bulletin(), 60) == "Orage"


def test_an_alert_says_what_to_do_else_what_happens():
    both = bulletin(instruction="Restez à l’abri.", description="Il grêle.")
    assert alert_text_of(both, 60) == "Restez à l’abri."
    assert alert_text_of(bulletin(description="Il grêle."), 60) == "Il grêle."
    assert alert_text_of(bulletin(), 60) == "Orage"


def test_a_notice_says_what_happens_what_to_do_and_who_says_so_and_leaves_out_what_is_empty():
    both = bulletin(instruction='Fermez « tout » & "restez".', description="Il grêle.")
    found = notice_body_of(both, SOURCE, 200)
    assert found == f'<p>Il grêle.</p><p>Fermez « tout » &amp; "restez".</p><p>{SOURCE}</p>'
    assert notice_body_of(bulletin(), SOURCE, 200) == f"<p>{SOURCE}</p>"


def test_what_to_do_has_two_thirds_of_the_room_and_what_happens_the_rest():
    long = bulletin(instruction="x" * 100, description="y" * 100)
    description, instruction, source = re.findall("<p>(.+?)</p>", notice_body_of(long, SOURCE, 78))
    assert (len(instruction), len(description), source) == (40, 20, SOURCE)
    short = bulletin(instruction="x" * 10, description="y" * 100)
    assert len(re.findall("<p>(.+?)</p>", notice_body_of(short, SOURCE, 78))[0]) == 50


@given(TEXTS, TEXTS, st.integers(40, 120))
def test_the_paragraphs_of_a_notice_have_at_most_the_letters_of_their_room(
    description: str, instruction: str, longest: int
):
    body = notice_body_of(bulletin(description=description, instruction=instruction), SOURCE, longest)
    assert len(unescape(re.sub("</?p>", "", body))) <= longest
