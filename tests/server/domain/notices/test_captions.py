"""WebVTT files of others: plain words with times are kept, everything else is refused or left out."""

import pytest

from server.domain.notices.media import LARGEST_BYTES, Caption, captions_of
from server.domain.refusals import Refusal


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
