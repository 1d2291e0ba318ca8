"""Contents of a notice: safe marks, French first, never one translation, dates in order, no unknown field."""

from html import escape
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.documents.notice_fields import LONGEST_BODY, LONGEST_WORDS
from server.documents.notices import NOTICE_MODELS, TextNotice, parse_notice
from server.documents.problems import DocumentRefused
from server.documents.texts import TAGS, safe_html, words_of_html

TEXT: dict[str, Any] = {
    "kind": "text",
    "titles": {"fr": "Ouvert à midi"},
    "bodies": {"fr": "<p>Le <b>mercredi</b>.</p>"},
}
SAMPLES: dict[str, dict[str, Any]] = {
    "text": {"bodies": {"fr": "<p>Un</p>"}},
    "image": {
        "medium": "m1",
        "texts": {"fr": "Le plan du hall"},
        "focus": {"x": 0, "y": 100},
        "credits": {"fr": "Photo : la mairie"},
        "link": "https://example.org",
    },
    "video": {"medium": "m1", "texts": {"fr": "Un film"}},
    "document": {"medium": "m1", "texts": {"fr": "Une affiche"}},
    "feed": {"url": "https://example.org/feed"},
    "delays": {
        "rows": [{"labels": {"fr": "Permis"}, "delays": {"fr": "trois semaines"}}],
        "sources": {"fr": "Bureau des titres"},
        "stands_on": "2026-11-01",
    },
    "hours": {},
    "busy_hours": {},
    "results": {},
    "asked_and_done": {"asked": {"fr": "Un siège de plus"}, "done": {"fr": "Dix sièges"}},
    "priority_card": {},
    "waits": {"credits": {"fr": "Préfecture"}, "link": "https://example.org"},
    "date": {
        "happens": {"starts": "2026-12-11T18:30", "ends": "2026-12-11T20:00"},
        "places": {"fr": "Salle des fêtes"},
        "details": {"fr": "Entrée libre."},
    },
    "figure": {
        "figures": {"fr": "92"},
        "units": {"fr": "%"},
        "meanings": {"fr": "des personnes attendent moins d’un quart d’heure"},
        "sources": {"fr": "Tickets de la préfecture"},
        "stands_on": "2026-11-01",
    },
    "steps": {
        "steps": [
            {"icon": "ticket", "sentences": {"fr": "Prenez un ticket."}},
            {"icon": "clock", "sentences": {"fr": "Attendez votre numéro."}},
        ]
    },
}
STEP = SAMPLES["steps"]["steps"][0]


def problems(content: Any) -> list[tuple[str, str]]:
    """The path and code of everything wrong with a notice."""
    with pytest.raises(DocumentRefused) as refused:
        parse_notice(content)
    return [(each.path, each.code) for each in refused.value.problems]


def test_every_kind_has_a_model_and_is_read():
    assert set(SAMPLES) == set(NOTICE_MODELS)
    for kind, content in SAMPLES.items():
        parse_notice({"kind": kind, "titles": {"fr": "Un titre"}, **content})


@pytest.mark.parametrize(
    ("dirty", "clean"),
    [
        ("<p onclick='x()'>Bonjour<script>alert(1)</script></p>", "<p>Bonjour</p>"),
        ("<p><a href='javascript:x'>ici</a> <img src=x onerror=y></p>", "<p>ici </p>"),
        ("<style>p{display:none}</style><p style='color:red' class=a>Un</p>", "<p>Un</p>"),
        ("<iframe src='//x'>caché</iframe><p>Un<br></p><p><br></p>", "<p>Un<br></p>"),
        (
            "<svg><text>x</text></svg><h3>Titre</h3><ul><li>a<li>b</ul>",
            "<h3>Titre</h3><ul><li>a</li><li>b</li></ul>",
        ),
        ('<p lang="en" dir="ltr" id=z>One</p>', '<p lang="en" dir="ltr">One</p>'),
    ],
)
def test_elements_not_allowed_are_removed_and_their_words_stay(dirty: str, clean: str):
    assert safe_html(dirty) == clean
    notice = parse_notice(TEXT | {"bodies": {"fr": f"{dirty}<p>x</p>"}})
    assert isinstance(notice, TextNotice)
    assert notice.bodies["fr"] == f"{clean}<p>x</p>"


@given(st.text(st.sampled_from("<>/\"'=&; pbrscitulonx\n"), max_size=60))
def test_safe_html_stays_as_it_is_and_holds_no_other_tag(text: str):
    once = safe_html(text)
    assert safe_html(once) == once
    names = {part.split(">")[0].split(" ")[0].strip("/") for part in once.split("<")[1:]}
    assert names <= TAGS


@given(st.text(max_size=40))
def test_words_come_back_from_their_html(words: str):
    plain = "\n".join(line for line in (line.strip() for line in words.splitlines()) if line)
    converted, expected = (words_of_html(f"<p>{escape(each, quote=False)}</p>") for each in (words, plain))
    assert converted.split() == expected.split()


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"titles": {"fr": "Un", "en": "One"}}, ("titles", "one_translation")),
        ({"titles": {"en": "One"}}, ("titles", "french_missing")),
        ({"bodies": {"fr": "<script>x</script>"}}, ("bodies.fr", "empty_text")),
        ({"bodies": {"fr": "a" * (LONGEST_WORDS + 1)}}, ("bodies.fr", "too_long")),
        ({"bodies": {"fr": "Un", "en": "One", "es": "Uno"}}, ("bodies.en", "language_not_in_title")),
        ({"titles": {"fr": "a" * 81}}, ("titles.fr", "too_long")),
        (
            {"validity": {"starts": "2026-12-24", "ends": "2026-12-23"}},
            ("validity", "dates_end_before_start"),
        ),
        (
            {"validity": {"starts": "2026-12-24T14:00", "ends": "2026-12-24T14:00"}},
            ("validity", "dates_end_before_start"),
        ),
        ({"validity": {"ends": "24/12/2026"}}, ("validity.ends", "wrong_local_time")),
        ({"validity": {"ends": "9999-12-31"}}, ("validity.ends", "wrong_local_time")),
        ({"dayparts": {"spans": ["12:00-09:00"]}}, ("dayparts.spans[0]", "hours_end_before_start")),
        ({"dayparts": {"weekdays": [7]}}, ("dayparts.weekdays[0]", "out_of_range")),
        ({"dayparts": {"parts": ["night"]}}, ("dayparts.parts[0]", "unknown_choice")),
        ({"when": {"queue": "q", "more_than": -1}}, ("when.more_than", "out_of_range")),
        ({"ms": 10}, ("ms", "out_of_range")),
        ({"category": "advertising"}, ("category", "unknown_choice")),
        ({"script": "x"}, ("script", "unknown_key")),
        ({"kind": "game"}, ("kind", "unknown_choice")),
        ({"kind": "playlist"}, ("kind", "unknown_choice")),  # no playlist contains another, nor itself
        ({"items": ["n1"]}, ("items", "unknown_key")),
    ],
)
def test_each_problem_has_its_place(change: dict[str, Any], found: tuple[str, str]):
    assert found in problems(TEXT | change)


@pytest.mark.parametrize(
    ("kind", "change", "found"),
    [
        ("date", {"happens": {"ends": "2026-12-11"}}, ("happens.starts", "missing_key")),
        (
            "date",
            {"happens": {"starts": "2026-12-11", "ends": "2026-12-10"}},
            ("happens", "dates_end_before_start"),
        ),
        ("figure", {"figures": {"fr": "beaucoup"}}, ("figures.fr", "no_digit")),
        ("figure", {"figures": {"fr": "1" * 13}}, ("figures.fr", "too_long")),
        ("figure", {"meanings": {}}, ("meanings", "french_missing")),
        ("steps", {"steps": [STEP]}, ("steps", "too_few")),
        ("steps", {"steps": [STEP] * 7}, ("steps", "too_many")),
        ("steps", {"steps": [STEP, STEP | {"icon": "skull"}]}, ("steps[1].icon", "unknown_choice")),
        (
            "steps",
            {"steps": [STEP, STEP | {"sentences": {"fr": "a" * 121}}]},
            ("steps[1].sentences.fr", "too_long"),
        ),
        ("hours", {"link": "ftp://example.org"}, ("link", "wrong_address")),
    ],
)
def test_each_problem_of_a_date_a_figure_or_steps_has_its_place(
    kind: str, change: dict[str, Any], found: tuple[str, str]
):
    assert found in problems({"kind": kind, "titles": {"fr": "Un titre"}} | SAMPLES[kind] | change)


@pytest.mark.parametrize("content", [{}, {"kind": None}, {"kind": []}, {"kind": "text"}])
def test_an_invalid_content_has_problems(content: Any):
    assert problems(content)


def test_a_date_that_ends_is_included():
    parse_notice(TEXT | {"validity": {"starts": "2026-12-24", "ends": "2026-12-24"}})
    parse_notice(TEXT | {"validity": {"starts": "2026-12-24T14:00", "ends": "2026-12-24"}})
    parse_notice(
        TEXT | {"titles": {"fr": "Un", "en": "One", "es": "Uno"}, "bodies": {"fr": "1", "en": "1", "es": "1"}}
    )


@pytest.mark.parametrize("typed", ["&" * 590, "<ul>" + "<li>a" * 290, "<p>a&<i>b" * 100])
def test_a_stored_notice_can_be_read_again(typed: str):
    kept = parse_notice(TEXT | {"bodies": {"fr": typed}}).model_dump(mode="json")
    assert parse_notice(kept).model_dump(mode="json") == kept


def test_marks_and_entities_are_counted_as_they_are_kept():
    typed = "<i>&</i>" * 590
    assert len(typed) < LONGEST_BODY < len(safe_html(typed))
    assert problems(TEXT | {"bodies": {"fr": typed}}) == [("bodies.fr", "too_long")]


def test_words_pasted_with_a_lot_around_them_are_taken():
    pasted = "".join(f"<p class='x' style='color:#{number:06d}'>mot</p>" for number in range(150))
    notice = parse_notice(TEXT | {"bodies": {"fr": pasted}})
    assert isinstance(notice, TextNotice)
    assert notice.bodies["fr"] == "<p>mot</p>" * 150
