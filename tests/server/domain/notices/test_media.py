"""Names, tags, searches and last days of media."""

from datetime import date

import pytest

from server.domain.notices.media import (
    LARGEST_BYTES,
    LONGEST_NAME,
    Caption,
    NewDetails,
    captions_of,
    expiry_of,
    name_of_file,
    tag_of,
    terms_of,
)
from server.domain.refusals import Refusal
from server.domain.texts import fold_text


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("../../etc/passwd", "passwd"),
        (r"C:\Users\marie\Affiche été.jpg", "Affiche été.jpg"),
        ("photo\u202egpj.exe", "photogpj.exe"),
        ("a\x00b\r\n c.png", "ab c.png"),
        ("..", ""),
        (".png", "png"),
        ("dossier/", ""),
        ("e\u0301te\u0301.png", "été.png"),
        ("x" * 500 + ".webp", "x" * (LONGEST_NAME - 5) + ".webp"),
    ],
)
def test_a_name_keeps_no_folder_control_or_direction(file: str, name: str):
    assert name_of_file(file) == name


def test_words_are_found_without_accents_capitals_and_ligatures():
    assert fold_text("Œuvre d’ÉTÉ, Straße") == "oeuvre d'ete, strasse"
    assert terms_of("  L’Œuvre  été ") == ("l'oeuvre", "ete")
    assert tag_of(' #Horaires, "Été_2026" ') == "horaires été 2026"


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        (NewDetails("\u202e "), "medium_name_missing"),
        (NewDetails("x" * 121), "medium_name_too_long"),
        (NewDetails("x", tags=("t" * 41,)), "medium_tags"),
        (NewDetails("x", tags=tuple(map(str, range(13)))), "medium_tags"),
        (NewDetails("x", rights="r" * 241), "medium_rights_too_long"),
        (NewDetails("x", made_by="r" * 121), "medium_rights_too_long"),
    ],
)
def test_details_that_cannot_be_kept_are_refused(typed: NewDetails, code: str):
    with pytest.raises(Refusal, match=code):
        typed.checked()


def test_the_same_tag_is_kept_once_and_the_change_is_named():
    before = NewDetails("a.png").checked()
    details = NewDetails(" a.png ", ("Hall", "hall", " "), until=date(2026, 3, 31)).checked()
    assert details.tags == ("hall",)
    assert details.changed_from(before) == ["tags", "until"]


def test_the_last_day_is_said_two_weeks_before_and_the_day_after():
    until = date(2026, 3, 31)
    days = [date(2026, 3, 16), date(2026, 3, 17), until, date(2026, 4, 1)]
    assert [expiry_of(until, day) for day in days] == [None, "soon", "soon", "over"]
    assert expiry_of(None, until) is None


def test_the_longest_name_tag_and_rights_and_twelve_tags_are_kept():
    tags = ("t" * 40, *map(str, range(11)))
    kept = NewDetails("x" * 120, tags, "m" * 120, "r" * 240).checked()
    assert (len(kept.name), kept.tags, len(kept.made_by), len(kept.rights)) == (120, tags, 120, 240)


def test_a_search_has_six_words_at_most():
    assert terms_of("un deux trois quatre cinq six") == ("un", "deux", "trois", "quatre", "cinq", "six")
    assert terms_of("un deux trois quatre cinq six sept")[-1] == "six"


def test_a_hard_space_stays_and_others_become_one_plain_space():
    assert NewDetails("Prêt\u00a0? \u2003 Non\u2009!").checked().name == "Prêt\u00a0? Non !"


def test_words_and_times_are_kept_without_marks_styles_and_notes():
    file = (
        "\ufeffWEBVTT - Visite\nKind: captions\n\nSTYLE\n::cue { color: red }\n\nNOTE rien\n\n"
        "2\n00:04.000 --> 00:06.500 align:start line:0\n<v Zoé>Fermé &amp; <i>vide</i>\nle soir\n\n"
        "00:00:01.000 --> 00:00:04.000\n<00:00:02.000>Ouvert\u202e le\tsamedi\r\n"
    )
    assert captions_of(file.encode()) == (
        Caption(1_000, 4_000, "Ouvert le samedi"),
        Caption(4_000, 6_500, "Fermé & vide le soir"),
    )


@pytest.mark.parametrize(
    ("file", "code"),
    [
        (b"", "captions_not_webvtt"),
        (b"1\n00:00:01,000 --> 00:00:02,000\nSRT\n", "captions_not_webvtt"),
        ("WEBVTT\n\n00:01.000 --> 00:02.000\né".encode("latin-1"), "captions_not_webvtt"),
        (b"WEBVTT", "captions_broken"),
        (b"WEBVTT\n\n00:02.000 --> 00:01.000\nA", "captions_broken"),
        (b"WEBVTT\n\n00:99.000 --> 01:00.000\nA", "captions_broken"),
        (b"WEBVTT\n\nwords without times", "captions_broken"),
        (b"WEBVTT\n\n00:01.000 --> 00:02.000\n<script>x()</script>", "captions_markup"),
        (b"WEBVTT\n\n00:01.000 --> 00:02.000\n<img src=x onerror=y>", "captions_markup"),
        (b"WEBVTT\n\n00:01.000 --> 00:02.000\n" + b"x" * 121, "captions_too_long"),
        (b"WEBVTT\n\n" + b"00:01.000 --> 00:02.000\nA\n\n" * 201, "captions_too_many"),
        (b"WEBVTT" + b" " * LARGEST_BYTES, "captions_too_large"),
    ],
)
def test_what_is_no_plain_captions_is_refused(file: bytes, code: str):
    with pytest.raises(Refusal, match=code):
        captions_of(file)
