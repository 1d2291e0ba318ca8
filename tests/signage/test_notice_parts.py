"""HTML of notices keeps words and their structure, and nothing that runs, styles or loads."""

import re
import tomllib

import pytest
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st

from server.web.rendering.viewer import catalogue_file
from signage.notice_parts import STEP_ICONS, TAGS, plain_text, safe_html
from signage.pages import ASSETS
from tests.harness.programs import PROJECT

PIECES = st.sampled_from(
    [
        *("<script>", "</script>", "<p ", "onload=x", ">", "<", "/", "<svg>", "<math>", "<style>"),
        *("<![CDATA[", "-->", "<!--", '"', "'", "<b>", "</b>", "javascript:", "&lt;", "&#60;"),
        *("<noscript>", "<a href=x>", "\x00", "é"),
    ]
)


@pytest.mark.parametrize(
    ("given_text", "kept"),
    [
        ("<p>Bonjour <strong>à tous</strong></p>", "<p>Bonjour <strong>à tous</strong></p>"),
        ('<p lang="ar" dir="rtl">مرحبا</p>', '<p lang="ar" dir="rtl">مرحبا</p>'),
        ("<p>a</p><script>alert(1)</script><style>p{}</style>", "<p>a</p>"),
        ('<p style="color:red" class="x" id="y" onclick="z()">a</p>', "<p>a</p>"),
        ('<a href="https://aisne.gouv.fr">aisne.gouv.fr</a>', "aisne.gouv.fr"),
        ('<img src="x" onerror="alert(1)">', ""),
        ("<svg><script>1</script><text>x</text></svg>", ""),
        ('<iframe src="https://x"></iframe>ok', "ok"),
        ("<h1>Titre</h1><h2>Sous-titre</h2>", "Titre<h2>Sous-titre</h2>"),
        ("<ul><li>un<li>deux</ul>", "<ul><li>un</li><li>deux</li></ul>"),
        ("<p>un<br/>deux", "<p>un<br>deux</p>"),
        ("1 < 2 & 3", "1 &lt; 2 &amp; 3"),
        ('<p dir="evil" lang="x y">a</p>', "<p>a</p>"),
        ("<!-- c --><p>a</p><![CDATA[x]]>", "<p>a</p>"),
        ("<p>&lt;script&gt;1&lt;/script&gt;</p>", "<p>&lt;script&gt;1&lt;/script&gt;</p>"),
    ],
)
def test_only_words_and_their_structure_are_kept(given_text: str, kept: str):
    assert safe_html(given_text) == kept


@given(st.lists(PIECES, max_size=14).map("".join) | st.text(max_size=60))
def test_any_text_becomes_safe_and_stays_as_it_is(text: str):
    kept = safe_html(text)
    assert safe_html(kept) == kept
    assert set(re.findall(r"</?([a-z0-9]+)", kept)) <= TAGS
    for tag in re.findall(r"<[a-z][^>]*>", kept):
        assert re.fullmatch(r'<[a-z0-9]+(?: (?:lang|dir)="[\w-]+")*>', tag)


def test_the_words_alone_stand_on_one_line():
    assert (
        plain_text("<h2>Horaires</h2><p>9 h &amp; 14 h<br>sauf <b>lundi</b></p>")
        == "Horaires 9 h & 14 h sauf lundi"
    )


def test_each_sign_is_served_kept_and_named():
    served = tomllib.loads((PROJECT / ".ci" / "assets.toml").read_text(encoding="utf-8"))["icons"]["names"]
    with catalogue_file("notices").open("rb") as file:
        named = {str(message.id) for message in read_po(file)}
    assert set(STEP_ICONS) <= set(served)
    assert {f"icons/{icon}.svg" for icon in STEP_ICONS} <= set(ASSETS)
    assert {f"notices.icon.{icon}" for icon in STEP_ICONS} <= named
