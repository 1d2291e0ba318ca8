"""Which notices visitors may read now, and a body in parts."""

from datetime import UTC, datetime, timedelta

import pytest

from server.domain.notices.public import (
    holds,
    in_sentences,
    is_read_now,
    language_to_read,
    next_change,
    parts_of_html,
)

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
RUNNING, LATER, OVER = (NOW, NOW + HOUR), (NOW + HOUR, NOW + 2 * HOUR), (NOW - HOUR, NOW)


@pytest.mark.parametrize(
    ("kind", "windows", "is_read"),
    [
        ("text", None, True),
        ("text", [RUNNING], True),
        ("text", [OVER, LATER], False),
        ("text", [], False),
        ("waits", None, False),
        ("results", None, False),
    ],
)
def test_a_notice_is_read_inside_its_windows_and_waits_never(kind: str, windows: object, is_read: bool):
    assert is_read_now(kind, windows, NOW) is is_read  # type: ignore[arg-type]


def test_the_next_change_is_the_first_edge_that_comes():
    assert next_change([None, [OVER, LATER], [RUNNING]], NOW) == NOW + HOUR
    assert next_change([None, [OVER]], NOW) is None


def test_a_condition_holds_only_while_more_people_wait():
    assert [holds(None, 0), holds(5, 5), holds(5, 6)] == [True, False, True]


def test_a_reader_gets_their_language_or_french():
    assert [language_to_read(["fr", "ar"], wanted) for wanted in ("ar", "en")] == ["ar", "fr"]


def test_a_text_is_cut_after_sentences_and_between_words():
    assert in_sentences("Un. Deux ? Trois") == ["Un.", "Deux ?", "Trois"]
    assert in_sentences("1. M. Roux") == ["1. M. Roux"]
    assert in_sentences("mot " * 5, longest=9) == ["mot mot", "mot mot", "mot"]
    assert in_sentences("x" * 40, longest=9) == ["x" * 40], "a word is never cut"


def test_a_body_is_read_in_parts_each_with_its_language():
    html = (
        "Seul<h2>Titre</h2><p>Un <b>gras</b><br>deux</p><ol><li>a</li><li>b</li></ol><ul><li>c</li></ul>"
        '<p lang="ar" dir="rtl">مرحبا &amp; 😀</p><p> </p>'
    )
    parts = [(part["kind"], part["texts"]) for part in parts_of_html(html)]
    assert parts == [
        ("text", ["Seul"]),
        ("heading", ["Titre"]),
        ("text", ["Un gras\ndeux"]),
        ("items", ["a", "b"]),
        ("items", ["c"]),
        ("text", ["مرحبا & 😀"]),
    ]
    assert [part["is_numbered"] for part in parts_of_html(html)] == [False, False, False, True, False, False]
    last = parts_of_html(html)[-1]
    assert (last["language"], last["direction"]) == ("ar", "rtl")
